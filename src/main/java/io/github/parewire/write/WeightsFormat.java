package io.github.parewire.write;

import io.github.parewire.model.ElementType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The formats of files that hold arrays by name. */
public enum WeightsFormat {
  /** Hugging Face's safetensors: a JSON header, then the arrays. */
  SAFETENSORS(".safetensors") {
    @Override
    public boolean holds(ElementType type) {
      return true;
    }

    @Override
    public void write(List<NamedArray> arrays, OutputStream out) throws IOException {
      Safetensors.write(arrays, out);
    }
  },

  /** numpy's npz: a zip file of npy files. */
  NPZ(".npz") {
    @Override
    public boolean holds(ElementType type) {
      return type != ElementType.BFLOAT16;
    }

    @Override
    public void write(List<NamedArray> arrays, OutputStream out) throws IOException {
      Npz.write(arrays, out);
    }
  };

  private final String suffix;

  WeightsFormat(String suffix) {
    this.suffix = suffix;
  }

  /** The format of a file by its name's suffix; empty if it is none of these. */
  public static Optional<WeightsFormat> of(Path file) {
    String name = String.valueOf(file.getFileName());
    return Arrays.stream(values()).filter(format -> name.endsWith(format.suffix)).findFirst();
  }

  /** Whether the format has a name for a type. */
  public abstract boolean holds(ElementType type);

  /**
   * Writes a whole file.
   *
   * @param arrays of types that it {@link #holds}; their names differ
   * @param out stays open
   */
  public abstract void write(List<NamedArray> arrays, OutputStream out) throws IOException;
}
