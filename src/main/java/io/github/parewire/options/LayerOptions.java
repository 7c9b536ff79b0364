package io.github.parewire.options;

import java.util.List;

/**
 * Which layers are rewired, and as which matrices. In a glob, {@code *} stands for any characters,
 * slashes too, and {@code ?} for one. A layer's random stream depends on neither list.
 *
 * @param groups how grouped convolutions become matrices
 * @param include globs of the names of tensors to rewire; none for all. A tensor that is left for a
 *     reason is rewired if its whole name is here
 * @param exclude globs of the names of tensors to leave
 */
public record LayerOptions(GroupMode groups, List<String> include, List<String> exclude) {

  /** All layers, the groups of a convolution joint. */
  public static final LayerOptions ALL = new LayerOptions(GroupMode.JOINT, List.of(), List.of());

  /** Copies its arguments. */
  public LayerOptions {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  /**
   * Some layers only.
   *
   * @param globs globs of the names of tensors to rewire
   * @return options with the groups of a convolution joint
   */
  public static LayerOptions including(String... globs) {
    return new LayerOptions(GroupMode.JOINT, List.of(globs), List.of());
  }

  /**
   * All layers but some.
   *
   * @param globs globs of the names of tensors to leave
   * @return options with the groups of a convolution joint
   */
  public static LayerOptions excluding(String... globs) {
    return new LayerOptions(GroupMode.JOINT, List.of(), List.of(globs));
  }
}
