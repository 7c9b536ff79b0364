package io.github.parewire.report;

import io.github.parewire.result.Inspection;
import io.github.parewire.result.LayerInspection;
import java.util.List;

/** What the template of the page about a model shows, in words and figures; it escapes them. */
final class InspectionPage implements Page {

  private final Inspection inspection;

  InspectionPage(Inspection inspection) {
    this.inspection = inspection;
  }

  /** A layer, as it is. */
  record Row(int number, String tensor, String operator, String matrix, String looks, String why) {}

  /** Nothing is fetched, and no script runs, whatever names a model has. */
  @Override
  public String policy() {
    return "default-src 'none'; style-src 'unsafe-inline'";
  }

  @Override
  public String version() {
    return inspection.host().versions().get("onnx-parewire");
  }

  @Override
  public String heading() {
    return inspection.path().getFileName().toString();
  }

  @Override
  public String lead() {
    return inspection.path()
        + (inspection.producer().isEmpty() ? "" : ", made by " + inspection.producer());
  }

  @Override
  public List<Tile> tiles() {
    return List.of(
        new Tile("dense and conv", Tables.count(inspection.layers().size(), "layer"), "found", ""),
        new Tile("weights", Tables.grouped(inspection.weights()), "in these layers", ""),
        new Tile(
            "recurrent",
            Tables.count(inspection.recurrent().size(), "weight"),
            "measured, never rewired",
            ""),
        new Tile("left", Tables.count(inspection.left().size(), "other tensor"), "see below", ""));
  }

  List<StrengthSide> sides() {
    return StrengthSide.of(inspection);
  }

  int width() {
    return StrengthSide.WIDTH;
  }

  int height() {
    return StrengthSide.HEIGHT;
  }

  List<Row> rows() {
    return inspection.layers().stream().map(InspectionPage::row).toList();
  }

  private static Row row(LayerInspection layer) {
    return new Row(
        layer.layer().number(),
        layer.layer().tensor(),
        layer.layer().operator(),
        Tables.matrix(layer.layer().matrix()),
        TextInspection.name(layer.likeness()),
        layer
            .obstacle()
            .map(why -> "left: " + why)
            .orElse(String.join("; ", layer.likeness().evidence())));
  }

  @Override
  public List<LeftRow> left() {
    return inspection.left().stream().map(LeftRow::of).toList();
  }
}
