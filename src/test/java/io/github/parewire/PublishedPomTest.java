package io.github.parewire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * What other build tools make of the published pom.xml: they resolve properties, but no profile
 * that depends on the computer.
 */
final class PublishedPomTest {

  private static final Pattern PROPERTY = Pattern.compile("\\$\\{([^}]+)}");

  private static final XPath XPATH = XPathFactory.newInstance().newXPath();

  @Test
  void dependenciesDependOnNoProfile() throws Exception {
    Document pom =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("pom.xml").toFile());
    Set<String> used = new TreeSet<>();
    NodeList dependencies =
        (NodeList)
            XPATH.evaluate(
                "/project/*[self::dependencies or self::dependencyManagement]"
                    + "//dependency[not(scope='test')]/*",
                pom,
                XPathConstants.NODESET);
    for (int i = 0; i < dependencies.getLength(); i++) {
      String text = dependencies.item(i).getTextContent();
      PROPERTY.matcher(text).results().map(match -> match.group(1)).forEach(used::add);
    }
    assertFalse(used.isEmpty());
    used.removeIf(name -> !isMissing(pom, name));
    assertEquals(Set.of(), used, "properties that only a profile sets");
  }

  private static boolean isMissing(Document pom, String property) {
    try {
      return XPATH.evaluate("/project/properties/" + property, pom).isEmpty();
    } catch (XPathExpressionException e) {
      throw new IllegalArgumentException(property, e);
    }
  }
}
