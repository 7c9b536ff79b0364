package io.github.parewire;

import io.github.parewire.model.ElementType;
import io.github.parewire.testing.IndexTensor;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** An operator behind a layout in an element type. */
record LayerCase(OperatorCase operator, LayoutCase layout, ElementType type) {

  /** Checks one case. */
  interface Check {
    void run(LayerCase layer) throws Exception;
  }

  /** A test of every case. */
  static Stream<DynamicTest> tests(Check check) {
    List<DynamicTest> tests = new ArrayList<>();
    for (OperatorCase operator : OperatorCase.values()) {
      for (LayoutCase layout : LayoutCase.values()) {
        for (ElementType type : Weights.TYPES) {
          if (layout.suits(operator)) {
            LayerCase layer = new LayerCase(operator, layout, type);
            tests.add(DynamicTest.dynamicTest(layer.toString(), () -> check.run(layer)));
          }
        }
      }
    }
    return tests.stream();
  }

  /**
   * Writes a model of a layer for each storage form; returns the weights by the layers' numbers.
   */
  List<Weights> write(Path file, Random random) {
    Models models = Models.model();
    List<Weights> weights = new ArrayList<>();
    for (Storage storage : Storage.values()) {
      LayoutCase.Layer layer = new LayoutCase.Layer(weights.size(), operator);
      weights.add(Weights.random(type, random, layout.stored(operator.dims())));
      models.graph().input(layer.x(), layout.computed(type.dataType()));
      layout.add(models, layer, storage, weights.get(layer.number()));
      models.graph().output(layer.y(), layout.computed(type.dataType()));
    }
    models.write(file);
    return weights;
  }

  /** The matrices of a layer: for each slice, output neuron and input the place in the tensor. */
  int[][][] matrices(Weights stored) {
    return operator.matrices(layout.seen(IndexTensor.stored(stored.dims()), operator.dims()));
  }

  @Override
  public String toString() {
    return operator + ", " + layout + ", " + type;
  }
}
