package io.github.parewire.run;

import io.github.parewire.layers.Layer;
import io.github.parewire.options.Progress;
import io.github.parewire.result.Verification;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a run's results go: to new files that appear verified, or nowhere in a dry run. */
interface RunOutput extends AutoCloseable {

  /** Takes everything, and keeps nothing. */
  RunOutput NOTHING =
      new RunOutput() {
        @Override
        public void write(Layer layer, List<ByteBuffer> elements) {}

        @Override
        public Optional<Verification> verify(Progress progress) {
          return Optional.empty();
        }

        @Override
        public void export() {}

        @Override
        public Map<Path, Path> files() {
          return Map.of();
        }

        @Override
        public void finish() {}

        @Override
        public void publish() {}

        @Override
        public void close() {}
      };

  /**
   * Writes a layer's new elements; from several threads at a time.
   *
   * @param elements as the tensor is stored, in buffers that follow each other
   */
  void write(Layer layer, List<ByteBuffer> elements) throws IOException;

  /**
   * Proves what was written.
   *
   * @return the proofs; empty if nothing was
   * @throws io.github.parewire.result.VerificationException if one fails
   */
  Optional<Verification> verify(Progress progress) throws IOException;

  /** Writes the tensors by themselves, if that is asked for. */
  void export() throws IOException;

  /** The files, by the names that they will have: where each can be read now. */
  Map<Path, Path> files();

  /** Brings the files to the disk, so that what can fail has failed before they are published. */
  void finish() throws IOException;

  /** Gives the files their names. */
  void publish() throws IOException;

  @Override
  void close() throws IOException;
}
