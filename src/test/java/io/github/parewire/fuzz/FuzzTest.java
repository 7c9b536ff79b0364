package io.github.parewire.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.parewire.Rewirer;
import io.github.parewire.layers.LayerFinder;
import io.github.parewire.message.ModelException;
import io.github.parewire.message.NoLayerException;
import io.github.parewire.model.OnnxFile;
import io.github.parewire.options.GroupMode;
import io.github.parewire.options.RewireOptions;
import io.github.parewire.result.Report;
import io.github.parewire.result.VerificationException;
import io.github.parewire.testing.Seeds;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that were tampered with: read or refused, soon, and never anything else.
 *
 * <p>{@code -Dfuzz.count=N} tries N files, {@code -Dtest.seed=N} others, {@code -Dfuzz.first=I
 * -Dfuzz.count=1} one again. What fails is left in {@code target/fuzz}.
 */
final class FuzzTest {

  private static final int FIRST = Integer.getInteger("fuzz.first", 0);
  private static final int COUNT = Integer.getInteger("fuzz.count", 20_000);

  /** Of the files that have layers, one of so many is rewired too. */
  private static final int REWIRED = Integer.getInteger("fuzz.rewired", 20);

  /** One of so many has its data file tampered with, too. */
  private static final int DATA = 10;

  private static final int PATIENCE_SECONDS = 20;
  private static final int FAILURES_SHOWN = 10;

  @TempDir private Path folder;

  private final List<String> failures = new ArrayList<>();
  private final Map<String, Integer> outcomes = new TreeMap<>();

  @Test
  void tamperedFiles() throws Exception {
    Corpus corpus = Corpus.load();
    writeDataFiles(corpus);
    List<String> before = names();
    ExecutorService worker = Executors.newSingleThreadExecutor();
    try {
      for (int i = FIRST; i < FIRST + COUNT && failures.size() < FAILURES_SHOWN; i++) {
        int number = i;
        boolean tampered = i % DATA == 0;
        byte[] file = tampered ? withTamperedData(corpus, i) : mutant(corpus, i);
        Future<String> outcome = worker.submit(() -> outcome(file, number));
        try {
          outcomes.merge(outcome.get(PATIENCE_SECONDS, TimeUnit.SECONDS), 1, Integer::sum);
        } catch (ExecutionException e) {
          fail(i, file, trace(e.getCause()));
        } catch (TimeoutException e) {
          fail(i, file, "still at work after " + PATIENCE_SECONDS + " seconds");
          break;
        }
        if (failures.isEmpty()) {
          assertEquals(before, names(), "left by file " + i);
        }
        if (tampered) {
          writeDataFiles(corpus);
        }
      }
    } finally {
      worker.shutdownNow();
    }
    System.out.println("fuzz: " + outcomes);
    assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
  }

  private void writeDataFiles(Corpus corpus) throws IOException {
    for (Map.Entry<String, byte[]> data : corpus.dataFiles().entrySet()) {
      Files.write(folder.resolve(data.getKey()), data.getValue());
    }
  }

  /** A model, sound or not, after all data files were tampered with. */
  private byte[] withTamperedData(Corpus corpus, int number) throws IOException {
    Random random = Seeds.random("fuzz data " + number);
    for (Map.Entry<String, byte[]> data : corpus.dataFiles().entrySet()) {
      byte[] bytes = new ByteMutator(corpus, random).mutate(data.getValue());
      Files.write(folder.resolve(data.getKey()), bytes);
    }
    int[] external = corpus.external();
    int start = external[random.nextInt(external.length)];
    return random.nextBoolean()
        ? corpus.file(start)
        : new MessageMutator(corpus, random).mutate(corpus.model(start)).toByteArray();
  }

  private static byte[] mutant(Corpus corpus, int number) {
    Random random = Seeds.random("fuzz " + number);
    int start = random.nextInt(corpus.size());
    if (random.nextInt(5) < 2) {
      return new ByteMutator(corpus, random).mutate(corpus.file(start));
    }
    byte[] file = new MessageMutator(corpus, random).mutate(corpus.model(start)).toByteArray();
    return random.nextInt(8) == 0 ? new ByteMutator(corpus, random).mutate(file) : file;
  }

  private String outcome(byte[] bytes, int number) throws IOException {
    Path in = Files.write(folder.resolve("in.onnx"), bytes);
    try {
      int layers;
      try (OnnxFile file = OnnxFile.open(in)) {
        layers = LayerFinder.find(file, GroupMode.JOINT).layers().size();
      }
      if (layers == 0) {
        return "no layer";
      }
      return number % REWIRED == 0 ? rewire(in) : "read";
    } catch (ModelException e) {
      assertTrue(e.getMessage().startsWith(in.toString()), e.getMessage());
      return "refused";
    } finally {
      Files.delete(in);
    }
  }

  private String rewire(Path in) throws IOException {
    Path out = folder.resolve("out.onnx");
    try {
      Report report = new Rewirer(RewireOptions.defaults()).rewire(in, out);
      assertTrue(report.verification().orElseThrow().passed());
      assertTrue(Files.exists(out));
      Files.delete(out);
      Files.deleteIfExists(folder.resolve("out.onnx.data"));
      return "rewired";
    } catch (NoLayerException e) {
      return "all layers left";
    } catch (ModelException e) {
      return "refused when rewired";
    } catch (VerificationException e) {
      // Enormous weights in another order may overflow where they did not before.
      assertTrue(
          e.getMessage().matches(".*: runs: failed [^;]* with NaN or infinity\\)"), e::toString);
      return "not finite when rewired";
    }
  }

  private void fail(int number, byte[] file, String why) throws IOException {
    Path kept = Path.of("target", "fuzz", number + ".onnx");
    Files.createDirectories(kept.getParent());
    Files.write(kept, file);
    failures.add("file " + number + ", kept as " + kept + ": " + why);
  }

  private static String trace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString().lines().limit(14).reduce("", (a, b) -> a + "\n" + b);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
