package io.github.parewire.layers;

import static java.util.Comparator.comparingLong;

import io.github.parewire.layers.ViewStep.Part;
import io.github.parewire.layers.ViewStep.Permute;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Puts together the parts of a tensor that operators read as weights of their own: one matrix for
 * each part, as if each were a layer's parameter.
 */
final class Parts {

  private final List<WeightUse> uses;

  /** The use of the smallest part, or of the first of these. */
  private final WeightUse model;

  private final Part first;

  private Parts(List<WeightUse> uses) {
    this.uses = uses;
    model = uses.stream().min(comparingLong(use -> part(use).length())).orElseThrow();
    first = part(model);
  }

  /** Whether some of the uses are of parts. */
  static boolean areIn(List<WeightUse> uses) {
    return uses.stream().anyMatch(use -> use.matrices().view().isPart());
  }

  /**
   * One use of the whole tensor in place of those of its parts.
   *
   * @throws UnclearViewException if they are not the parts of one cut, in equal shapes, or do not
   *     make up the tensor
   */
  static WeightUse together(List<WeightUse> uses) {
    if (!uses.stream().allMatch(use -> use.matrices().view().isPart())) {
      throw new UnclearViewException("operators read it as a whole and in parts");
    }
    return new Parts(uses).together();
  }

  private WeightUse together() {
    long length = unit();
    long count = whole().get(first.axis()) / length;
    TreeSet<Long> covered = new TreeSet<>();
    for (WeightUse use : uses) {
      Part part = part(use);
      requireLike(use, part);
      for (long at = part.from(); at < part.from() + part.length(); at += length) {
        covered.add(at);
      }
    }
    if (covered.size() != count) {
      throw new UnclearViewException("only a part of it is a weight");
    }
    TensorView matrices = stacked(model.matrices().view(), length, count);
    List<Long> dims = matrices.dims();
    return new WeightUse(
        model.operator(),
        model.node(),
        MatrixStack.of(matrices, count * dims.get(1), dims.get(2), dims.get(3)),
        model.fans(),
        stacked(model.parameter(), length, count),
        model.quantization(),
        model.doubt());
  }

  /**
   * The length of one part: that of the shortest. A longer one of an attention, such as key and
   * value together, is as many of these, if each is square and what is cut are outputs.
   */
  private long unit() {
    List<Part> parts = uses.stream().map(Parts::part).toList();
    long length = first.length();
    if (parts.stream().allMatch(part -> part.length() == length)) {
      return requireFit(length);
    }
    boolean isSquare =
        whole().size() == 2
            && whole().get(1 - first.axis()) == length
            && uses.stream()
                .map(WeightUse::matrices)
                .allMatch(matrices -> matrices.shape().inputs() == length);
    if (!isSquare || parts.stream().anyMatch(part -> part.length() % length != 0)) {
      throw new UnclearViewException("its parts are not equally large");
    }
    return requireFit(length);
  }

  private long requireFit(long length) {
    boolean fits =
        length > 0
            && whole().get(first.axis()) % length == 0
            && uses.stream().allMatch(use -> part(use).from() % length == 0);
    if (!fits) {
      throw new UnclearViewException("its parts are not equally large");
    }
    return length;
  }

  /** The shape that is cut. */
  private List<Long> whole() {
    TensorView view = model.matrices().view();
    int at = view.steps().indexOf(first);
    return at == 0 ? view.stored() : view.steps().get(at - 1).dims();
  }

  private void requireLike(WeightUse use, Part part) {
    TensorView view = use.matrices().view();
    TensorView like = model.matrices().view();
    boolean isLike =
        part.axis() == first.axis()
            && before(view).equals(before(like))
            && kinds(view).equals(kinds(like))
            && use.quantization().equals(model.quantization());
    if (!isLike) {
      throw new UnclearViewException("its operators see its parts in different ways");
    }
  }

  /** The steps up to the cut. */
  private static List<ViewStep> before(TensorView view) {
    return view.steps().subList(0, view.steps().indexOf(part(view)));
  }

  /** What is done after the cut, but for sizes. */
  private static List<Object> kinds(TensorView view) {
    return view.steps().stream()
        .skip(view.steps().indexOf(part(view)) + 1L)
        .<Object>map(step -> step instanceof Permute permute ? permute.axes() : step.getClass())
        .toList();
  }

  private static Part part(WeightUse use) {
    return part(use.matrices().view());
  }

  private static Part part(TensorView view) {
    List<Part> parts =
        view.steps().stream().filter(Part.class::isInstance).map(Part.class::cast).toList();
    if (parts.size() != 1) {
      throw new UnclearViewException("it is cut more than once");
    }
    return parts.get(0);
  }

  /** A view of one part as one of all parts, [parts, what one shows]. */
  private TensorView stacked(TensorView of, long length, long count) {
    TensorView view = new TensorView(of.stored(), before(of), whole());
    List<Long> cut = new ArrayList<>(view.dims());
    cut.set(first.axis(), length);
    cut.add(first.axis(), count);
    view = view.reshape(cut);
    List<Integer> partsFirst = new ArrayList<>(IntStream.range(0, cut.size()).boxed().toList());
    partsFirst.remove(first.axis());
    partsFirst.add(0, first.axis());
    view = view.permute(partsFirst);
    int skipped = of.steps().indexOf(part(of)) + 1;
    for (ViewStep step : of.steps().subList(skipped, of.steps().size())) {
      view = then(view, step, count);
    }
    return view;
  }

  /** A view after a step, which leaves a leading axis of all parts alone. */
  private static TensorView then(TensorView view, ViewStep step, long parts) {
    if (step instanceof Permute permute) {
      List<Integer> axes = new ArrayList<>(List.of(0));
      permute.axes().forEach(axis -> axes.add(axis + 1));
      return view.permute(axes);
    }
    List<Long> dims = new ArrayList<>(List.of(parts));
    dims.addAll(step.dims());
    return view.reshape(dims);
  }
}
