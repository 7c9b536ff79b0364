package io.github.parewire.verify;

import ai.onnxruntime.OrtException;
import io.github.parewire.model.StoredTensor;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Whether two stored tensors hold the same multiset of weights, as ONNX Runtime sees it. Threads
 * may share one.
 */
sealed interface WeightComparison extends AutoCloseable {

  /** Whether the bit patterns of both are the same, each as often. */
  boolean areEqual(StoredTensor in, StoredTensor out) throws OrtException;

  /** How it is told, for people. */
  String method();

  @Override
  void close() throws OrtException;

  /** By sorting: exact. */
  final class BySort implements WeightComparison {
    private final Map<Integer, SortedBits> sorters = new HashMap<>();

    @Override
    public boolean areEqual(StoredTensor in, StoredTensor out) throws OrtException {
      SortedBits sorter = sorter(in.type().bytes());
      return in.elements() == out.elements() && sorter.sort(in).equals(sorter.sort(out));
    }

    private synchronized SortedBits sorter(int bytes) throws OrtException {
      if (!sorters.containsKey(bytes)) {
        sorters.put(bytes, SortedBits.of(bytes));
      }
      return sorters.get(bytes);
    }

    @Override
    public String method() {
      return "sorted bit patterns";
    }

    @Override
    public synchronized void close() throws OrtException {
      for (SortedBits sorter : sorters.values()) {
        sorter.close();
      }
    }
  }

  /** By {@link Fingerprint}. */
  final class ByFingerprint implements WeightComparison {
    private final Map<Integer, Fingerprint> fingerprints = new HashMap<>();
    private final SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());

    @Override
    public boolean areEqual(StoredTensor in, StoredTensor out) throws OrtException {
      Fingerprint fingerprint = fingerprint(in.type().bytes());
      return in.elements() == out.elements() && of(in, fingerprint).equals(of(out, fingerprint));
    }

    private static List<Long> of(StoredTensor tensor, Fingerprint fingerprint) throws OrtException {
      Sum sum = new Sum(fingerprint);
      TensorDecoder.get().decode(tensor, sum::add);
      return sum.words;
    }

    private static final class Sum {
      private final Fingerprint fingerprint;
      private List<Long> words;

      Sum(Fingerprint fingerprint) {
        this.fingerprint = fingerprint;
        this.words = fingerprint.empty();
      }

      void add(ByteBuffer elements) throws OrtException {
        words = fingerprint.add(words, elements);
      }
    }

    private synchronized Fingerprint fingerprint(int bytes) throws OrtException {
      if (!fingerprints.containsKey(bytes)) {
        fingerprints.put(bytes, Fingerprint.of(bytes, random));
      }
      return fingerprints.get(bytes);
    }

    @Override
    public String method() {
      return "fingerprints of 128 bits or more";
    }

    @Override
    public synchronized void close() throws OrtException {
      for (Fingerprint fingerprint : fingerprints.values()) {
        fingerprint.close();
      }
    }
  }
}
