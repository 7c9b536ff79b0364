package io.github.parewire.model;

import io.github.parewire.result.StorageForm;
import io.github.parewire.testing.Models;
import io.github.parewire.testing.Storage;
import io.github.parewire.testing.Weights;
import java.nio.file.Path;
import java.util.List;

/** In raw_data, given once or twice. */
final class RawDataTest extends TensorDataContract {

  @Override
  List<String> ways() {
    return List.of("RAW", "RAW_TWICE");
  }

  @Override
  List<ElementType> types() {
    return List.of(ElementType.values());
  }

  @Override
  StorageForm form() {
    return StorageForm.RAW;
  }

  @Override
  Path write(String way, Weights weights) {
    return Models.dense("w", Storage.valueOf(way), weights).write(folder.resolve("model.onnx"));
  }
}
