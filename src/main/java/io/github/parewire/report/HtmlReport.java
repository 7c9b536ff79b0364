package io.github.parewire.report;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.github.parewire.message.Wording;
import io.github.parewire.result.Inspection;
import io.github.parewire.result.Report;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A report as one page that needs nothing else: D3 draws its charts from data in the page. It has
 * ASCII characters alone, so that no stream's encoding can spoil it.
 */
public final class HtmlReport {

  private static final String TEMPLATE = "report.jte";
  private static final String INSPECTION = "inspection.jte";
  private static final Pattern NON_ASCII = Pattern.compile("[^\\x00-\\x7f]");

  private HtmlReport() {}

  /**
   * The page.
   *
   * @param report with hashes and sketches
   * @param arguments the command line that made it
   * @param wording how its texts call options and commands
   * @return an HTML document of ASCII characters
   */
  public static String text(Report report, List<String> arguments, Wording wording) {
    return page(TEMPLATE, new HtmlPage(report, arguments, wording));
  }

  /**
   * The page about a model as it is.
   *
   * @param inspection what it has
   * @return an HTML document of ASCII characters
   */
  public static String text(Inspection inspection) {
    return page(INSPECTION, new InspectionPage(inspection));
  }

  private static String page(String template, Page contents) {
    TemplateEngine engine =
        TemplateEngine.createPrecompiled(
            null, ContentType.Html, null, HtmlReport.class.getPackageName());
    StringOutput page = new StringOutput();
    engine.render(template, contents, page);
    return ascii(page.toString().strip()) + "\n";
  }

  /** What is not ASCII by now stands in text and attributes, where a reference means the same. */
  private static String ascii(String html) {
    return NON_ASCII
        .matcher(html)
        .replaceAll(character -> "&#" + character.group().codePointAt(0) + ";");
  }
}
