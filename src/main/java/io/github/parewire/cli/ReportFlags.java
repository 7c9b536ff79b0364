package io.github.parewire.cli;

import io.github.parewire.message.UsageException;
import io.github.parewire.options.ReportOptions;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which reports a run is to write besides the table, or in place of it. */
final class ReportFlags {

  @Option(
      names = "--json",
      paramLabel = "FILE|-",
      converter = ReportPlace.Converter.class,
      description =
          "Write a report for programs, with SHA-256 sums, to a file or, for -, to standard output in"
              + " place of the table. docs/report.schema.json describes it.")
  private ReportPlace json;

  @Option(
      names = "--html",
      paramLabel = "FILE|-",
      converter = ReportPlace.Converter.class,
      description =
          "Write a report for people, a page with charts of every layer, to a file or, for -, to"
              + " standard output in place of the table.")
  private ReportPlace html;

  /** What a run has to find out for them. */
  ReportOptions report() {
    return new ReportOptions(json != null || html != null, html != null);
  }

  /** The reports of the only model. */
  Reports reports() {
    return new Reports(Optional.ofNullable(json), Optional.ofNullable(html));
  }

  /**
   * The reports that one of many models has to itself.
   *
   * @param model its name
   * @throws UsageException if models would share one
   */
  Reports reports(String model) {
    if (html != null) {
      html.pattern().requirePlace("--html");
    }
    return new Reports(
        Optional.ofNullable(json)
            .map(ReportPlace::pattern)
            .filter(NamePattern::hasPlace)
            .map(pattern -> new ReportPlace(pattern.of(model))),
        Optional.ofNullable(html).map(place -> new ReportPlace(place.pattern().of(model))));
  }

  /** Where all of many models have a line each; empty for nowhere. */
  Optional<ReportPlace> lines() {
    return Optional.ofNullable(json).filter(place -> !place.pattern().hasPlace());
  }
}
