"""ONNX Runtime's training on the device still takes a rewired file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import parewire.onnx

onnx = pytest.importorskip("onnx")
artifacts = pytest.importorskip(
    "onnxruntime.training.artifacts", reason="onnxruntime-training is not installed"
)

ROOT = Path(__file__).resolve().parents[3]


def test_a_rewired_file_makes_training_artifacts_and_trains(tmp_path: Path) -> None:
    from onnxruntime.training import api

    file = tmp_path / "rewired.onnx"
    report = parewire.onnx.rewire(ROOT / "testmodels" / "torchscript_mlp.onnx", file)
    model = onnx.load(file)
    weights = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}

    artifacts.generate_artifacts(
        model,
        requires_grad=list(weights),
        loss=artifacts.LossType.MSELoss,
        optimizer=artifacts.OptimType.AdamW,
        artifact_directory=str(tmp_path),
    )

    state = api.CheckpointState.load_checkpoint(str(tmp_path / "checkpoint"))
    for layer in report.layers:
        assert np.array_equal(state.parameters[layer.tensor].data, weights[layer.tensor])
    module = api.Module(
        str(tmp_path / "training_model.onnx"), state, str(tmp_path / "eval_model.onnx")
    )
    _lower_ir_version(tmp_path / "optimizer_model.onnx", model.ir_version)
    optimizer = api.Optimizer(str(tmp_path / "optimizer_model.onnx"), module)
    inputs = _ones(model.graph.input[0])
    targets = _ones(model.graph.output[0])
    losses = []
    for _ in range(5):
        losses.append(float(module(inputs, targets)))
        optimizer.step()
        module.lazy_reset_grad()
    assert losses[-1] < losses[0]


def _lower_ir_version(file: Path, version: int) -> None:
    """The newest onnx writes a version that the last release of onnxruntime-training can't read."""
    model = onnx.load(file)
    model.ir_version = version
    onnx.save(model, file)


def _ones(value: onnx.ValueInfoProto) -> np.ndarray:
    shape = [each.dim_value or 2 for each in value.type.tensor_type.shape.dim]
    return np.ones(shape, np.float32)
