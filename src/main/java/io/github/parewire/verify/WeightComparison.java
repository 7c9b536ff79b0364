package io.github.parewire.verify;

import ai.onnxruntime.OrtException;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.StoredTensor;
import io.github.parewire.parallel.ParallelTasks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Whether two stored tensors hold the same multiset of weights, as ONNX Runtime sees it: by their
 * bit patterns, and by their statistics. Threads may share one.
 */
final class WeightComparison implements AutoCloseable {

  /** Weights worth a task of their own. */
  private static final long PART = 1L << 22;

  /**
   * What ONNX Runtime saw of a tensor.
   *
   * @param patterns equal for equal multisets of bit patterns: all of them sorted, or a fingerprint
   * @param statistics of the weights
   */
  private record Content(Object patterns, WeightStatistics statistics) {}

  /** The same of a part of a tensor. */
  private record Part(Fingerprint.Sum sum, WeightStatistics statistics) {}

  /**
   * What a comparison found.
   *
   * @param isEqual whether both hold the same weights, each as often
   * @param statistics of the first tensor
   */
  record Result(boolean isEqual, WeightStatistics statistics) {}

  private final boolean bySort;
  private final SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());
  private final SessionCache<Integer, SortedBits> sorters = new SessionCache<>(SortedBits::of);
  private final SessionCache<Integer, Fingerprint> fingerprints =
      new SessionCache<>(bytes -> Fingerprint.of(bytes, random));
  private final SessionCache<ElementType, StatisticsSession> statistics =
      new SessionCache<>(StatisticsSession::of);

  /**
   * Makes a comparison.
   *
   * @param bySort whether to sort, which is exact, rather than to take fingerprints
   */
  WeightComparison(boolean bySort) {
    this.bySort = bySort;
  }

  /**
   * Compares two tensors. Called in a pool, it lets idle threads take parts.
   *
   * @throws OrtException if ONNX Runtime fails
   * @throws IOException if a file can't be read
   */
  Result compare(StoredTensor in, StoredTensor out) throws OrtException, IOException {
    // What is sorted is all in memory: one after the other.
    List<Content> contents =
        bySort
            ? List.of(sorted(in), sorted(out))
            : ParallelTasks.runParts(List.of(() -> fingerprint(in), () -> fingerprint(out)));
    return result(contents.get(0), contents.get(1));
  }

  private static Result result(Content before, Content after) {
    return new Result(
        before.patterns().equals(after.patterns())
            && before.statistics().agreesWith(after.statistics()),
        before.statistics());
  }

  /** Two tensors to compare. */
  record Pair(StoredTensor in, StoredTensor out) {

    /** How much of the room for {@link WeightComparison#compareTogether} it takes, 1 being all. */
    double share() {
      return TensorDecoder.shareTogether(in) + TensorDecoder.shareTogether(out);
    }
  }

  /**
   * Compares small tensors, as {@link #compare} does each pair.
   *
   * @param pairs whose shares add up to 1 at most
   * @return what it found of each
   * @throws OrtException if ONNX Runtime fails
   * @throws IOException if a file can't be read
   */
  List<Result> compareTogether(List<Pair> pairs) throws OrtException, IOException {
    List<StoredTensor> tensors =
        pairs.stream().flatMap(pair -> Stream.of(pair.in(), pair.out())).toList();
    List<Content> contents = new ArrayList<>();
    TensorDecoder.get()
        .decodeTogether(
            tensors, (number, elements) -> contents.add(content(tensors.get(number), elements)));
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < contents.size(); i += 2) {
      results.add(result(contents.get(i), contents.get(i + 1)));
    }
    return results;
  }

  /** The content of a tensor that is one piece. */
  private Content content(StoredTensor tensor, ByteBuffer elements) throws OrtException {
    int width = tensor.type().bytes();
    WeightStatistics figures = statistics.get(tensor.type()).of(elements);
    if (bySort) {
      return new Content(sorters.get(width).sort(elements), figures);
    }
    Fingerprint.Sum sum = fingerprints.get(width).new Sum();
    sum.add(elements);
    return new Content(sum.words(), figures);
  }

  private Content sorted(StoredTensor tensor) throws OrtException, IOException {
    SortedBits sorter = sorters.get(tensor.type().bytes());
    ByteBuffer elements = sorter.allocate(tensor.elements());
    Total total = new Total(statistics.get(tensor.type()));
    TensorDecoder.get()
        .decode(
            tensor,
            piece -> {
              elements.put(piece.duplicate());
              total.add(piece);
            });
    return new Content(sorter.sort(elements.flip()), total.statistics);
  }

  private Content fingerprint(StoredTensor tensor) throws OrtException, IOException {
    Fingerprint fingerprint = fingerprints.get(tensor.type().bytes());
    List<Callable<Part>> parts = new ArrayList<>();
    for (long at = 0; at < tensor.elements(); at += PART) {
      long first = at;
      long count = Math.min(PART, tensor.elements() - first);
      parts.add(() -> part(tensor, first, count, fingerprint.new Sum()));
    }
    Fingerprint.Sum sum = fingerprint.new Sum();
    WeightStatistics all = WeightStatistics.NONE;
    for (Part part : ParallelTasks.runParts(parts)) {
      sum.add(part.sum());
      all = all.plus(part.statistics());
    }
    return new Content(sum.words(), all);
  }

  private Part part(StoredTensor tensor, long first, long count, Fingerprint.Sum sum)
      throws OrtException, IOException {
    Total total = new Total(statistics.get(tensor.type()));
    TensorDecoder.get()
        .decode(
            tensor,
            first,
            count,
            piece -> {
              sum.add(piece);
              total.add(piece);
            });
    return new Part(sum, total.statistics);
  }

  /** Adds up the statistics of pieces. */
  private static final class Total {
    private final StatisticsSession session;
    private WeightStatistics statistics = WeightStatistics.NONE;

    Total(StatisticsSession session) {
      this.session = session;
    }

    void add(ByteBuffer piece) throws OrtException {
      statistics = statistics.plus(session.of(piece));
    }
  }

  /** How patterns are compared, for people. */
  String method() {
    return bySort ? "sorted bit patterns" : "fingerprints of 128 bits or more";
  }

  @Override
  public void close() throws OrtException {
    try (sorters;
        fingerprints) {
      statistics.close();
    }
  }
}
