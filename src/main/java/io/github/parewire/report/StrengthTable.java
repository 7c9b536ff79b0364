package io.github.parewire.report;

import static io.github.parewire.report.Tables.alignedLeft;
import static io.github.parewire.report.Tables.alignedRight;
import static io.github.parewire.report.Tables.number;
import static io.github.parewire.report.Tables.table;

import io.github.parewire.result.Inspection;
import java.util.List;

/** How central the neurons of a model are, against what chance gives: two rows a layer. */
final class StrengthTable {

  private StrengthTable() {}

  static List<String> lines(Inspection inspection) {
    return table(
        StrengthSide.of(inspection),
        List.of(
            alignedRight("#", StrengthSide::layer),
            alignedLeft("tensor", StrengthSide::tensor),
            alignedLeft("strengths of", StrengthSide::name),
            alignedRight("neurons", side -> String.valueOf(side.strengths().neurons())),
            alignedRight("mean", side -> number(side.strengths().mean())),
            alignedRight("var", side -> number(side.variance())),
            alignedRight("by chance", side -> number(side.ideal())),
            alignedRight("skewness", StrengthSide::skewness),
            alignedRight("weakest", StrengthSide::weakest),
            alignedRight("strongest", StrengthSide::strongest),
            alignedRight("by chance", StrengthSide::expected)));
  }
}
