package io.github.parewire.model;

import io.github.parewire.result.StorageForm;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.nio.file.Path;
import java.util.List;

/** In float_data and double_data: packed, with a tag before each element, or in pieces of both. */
final class FixedWidthDataTest extends TensorDataContract {

  @Override
  List<String> ways() {
    return List.of("PACKED", "UNPACKED", "PIECES");
  }

  @Override
  List<ElementType> types() {
    return List.of(ElementType.FLOAT, ElementType.DOUBLE);
  }

  @Override
  StorageForm form() {
    return StorageForm.TYPED;
  }

  @Override
  Path write(String way, Weights weights) {
    return Models.dense("w", Storage.valueOf(way), weights).write(folder.resolve("model.onnx"));
  }
}
