package io.github.parewire.report;

import io.github.parewire.result.Inspection;
import io.github.parewire.result.LayerInspection;
import java.util.List;

/** What the template of the page about a model shows, in words and figures; it escapes them. */
final class InspectionPage {

  private final Inspection inspection;

  InspectionPage(Inspection inspection) {
    this.inspection = inspection;
  }

  /** A layer, as it is. */
  record Row(int number, String tensor, String operator, String matrix, String looks, String why) {}

  /** Nothing is fetched, and no script runs, whatever names a model has. */
  String policy() {
    return "default-src 'none'; style-src 'unsafe-inline'";
  }

  String style() {
    return PageScript.style();
  }

  String version() {
    return inspection.host().versions().get("onnx-parewire");
  }

  String heading() {
    return inspection.path().getFileName().toString();
  }

  String lead() {
    return inspection.path()
        + (inspection.producer().isEmpty() ? "" : ", made by " + inspection.producer());
  }

  List<HtmlPage.Tile> tiles() {
    return List.of(
        new HtmlPage.Tile(
            "dense and conv", Tables.count(inspection.layers().size(), "layer"), "found", ""),
        new HtmlPage.Tile("weights", Tables.grouped(inspection.weights()), "in these layers", ""),
        new HtmlPage.Tile(
            "recurrent",
            Tables.count(inspection.recurrent().size(), "weight"),
            "measured, never rewired",
            ""),
        new HtmlPage.Tile(
            "left", Tables.count(inspection.left().size(), "other tensor"), "see below", ""));
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

  List<HtmlPage.LeftRow> left() {
    return inspection.left().stream().map(HtmlPage.LeftRow::of).toList();
  }
}
