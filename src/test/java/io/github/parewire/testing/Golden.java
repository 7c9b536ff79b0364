package io.github.parewire.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.parewire.numpy.SeedSequence;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The golden cases, made with numpy and checked equal to the authors' code. */
public final class Golden {

  private static final String FOLDER = "/golden/";

  private Golden() {}

  /** The rewiring cases of cases.json. */
  public static Stream<JsonNode> cases() {
    return stream(json("cases.json").get("cases").iterator());
  }

  /** The rewiring cases of options/cases.json. */
  public static Stream<JsonNode> optionCases() {
    return stream(json("options/cases.json").get("cases").iterator());
  }

  /** The entries of one list of random.json. */
  public static Stream<JsonNode> random(String list) {
    return stream(json("random.json").get(list).iterator());
  }

  /** The random stream of a case. */
  public static SeedSequence stream(JsonNode node) {
    List<Integer> key = new ArrayList<>();
    node.path("spawn_key").forEach(k -> key.add(k.intValue()));
    return new SeedSequence(new BigInteger(node.get("seed").asText()), key);
  }

  /** Hexadecimal floats. */
  public static double[] doubles(JsonNode list) {
    return stream(list.iterator()).mapToDouble(n -> Double.parseDouble(hex(n.asText()))).toArray();
  }

  /** Integers. */
  public static int[] ints(JsonNode list) {
    return stream(list.iterator()).mapToInt(JsonNode::intValue).toArray();
  }

  /** The bytes of a file of the golden folder. */
  public static byte[] bytes(String name) {
    try (InputStream in = Golden.class.getResourceAsStream(FOLDER + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode json(String name) {
    try {
      return new ObjectMapper().readTree(bytes(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Python leaves the exponent out of "0x0.0". */
  private static String hex(String text) {
    return text.contains("p") || !text.contains("x") ? text : text + "p0";
  }

  private static Stream<JsonNode> stream(java.util.Iterator<JsonNode> nodes) {
    Iterable<JsonNode> iterable = () -> nodes;
    return StreamSupport.stream(iterable.spliterator(), false);
  }
}
