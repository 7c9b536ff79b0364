package io.github.parewire.verify;

import io.github.parewire.model.OnnxFile;
import io.github.parewire.model.TensorData;
import io.github.parewire.model.WireSpan;
import io.github.parewire.onnx.GraphProto;
import io.github.parewire.onnx.ModelProto;
import io.github.parewire.onnx.TensorProto;
import io.github.parewire.result.StorageForm;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model that says of its large initializers that they are external data in its own file, which
 * ONNX Runtime maps. Of the file itself it would hold all, and then a copy of the initializers.
 */
final class LeanModel {

  /** Bytes from which an initializer is large. */
  private static final int LARGE = 1 << 16;

  private LeanModel() {}

  /** The model of a file; a session of it needs the file's folder as that of external data. */
  static ModelProto of(OnnxFile file) {
    ModelProto.Builder model = file.model().toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      // Of the parsed message, which is what the file knows by identity.
      TensorProto tensor = file.model().getGraph().getInitializer(i);
      if (tensor.getRawData().size() >= LARGE) {
        Optional<TensorData> data = file.data(tensor);
        if (data.isPresent() && data.get().form() == StorageForm.RAW) {
          graph.setInitializer(i, external(tensor, file.path(), data.get()));
        }
      }
    }
    return model.build();
  }

  private static TensorProto external(TensorProto tensor, Path file, TensorData data) {
    WireSpan place = data.splices().get(0).old();
    TensorProto.Builder external = tensor.toBuilder().clearRawData().clearExternalData();
    return ProbeModel.external(external, file, place.offset(), place.length()).build();
  }
}
