package io.github.parewire.verify;

import ai.onnxruntime.OrtException;
import io.github.parewire.model.ElementType;
import io.github.parewire.model.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.SplittableRandom;

/**
 * Whether two stored tensors hold the same multiset of weights, as ONNX Runtime sees it: by their
 * bit patterns, and by their statistics. Threads may share one.
 */
final class WeightComparison implements AutoCloseable {

  /** What ONNX Runtime saw of a tensor: equal patterns are those of equal multisets. */
  private record Content(Object patterns, WeightStatistics statistics) {}

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

  Result compare(StoredTensor in, StoredTensor out) throws OrtException, IOException {
    Content before = bySort ? sorted(in) : fingerprint(in);
    Content after = bySort ? sorted(out) : fingerprint(out);
    return new Result(
        before.patterns().equals(after.patterns())
            && before.statistics().agreesWith(after.statistics()),
        before.statistics());
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
    Fingerprint.Sum sum = fingerprints.get(tensor.type().bytes()).new Sum();
    Total total = new Total(statistics.get(tensor.type()));
    TensorDecoder.get()
        .decode(
            tensor,
            piece -> {
              sum.add(piece);
              total.add(piece);
            });
    return new Content(sum.words(), total.statistics);
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
