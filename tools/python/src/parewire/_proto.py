"""Takes models from memory to files and back, without a change to the one in memory."""

from __future__ import annotations

import os
from pathlib import Path

import onnx
from google.protobuf.message import EncodeError
from onnx import external_data_helper

# Bytes from which a tensor goes to the data file of a model that is too large for one file.
_THRESHOLD = 1024


def save(model: onnx.ModelProto, file: Path, base_dir: str | os.PathLike[str] | None) -> None:
    """Write a model to a file, and to a data file if it is too large for one.

    Args:
        model: the model, which stays as it is.
        file: where to write it, in a folder that has no other file.
        base_dir: the folder of external data that is not loaded.

    Raises:
        ValueError: if there is such data, and no ``base_dir``.
    """
    whole = model
    if any(map(external_data_helper.uses_external_data, _tensors(model))):
        if base_dir is None:
            raise ValueError(
                "the model has external data that is not loaded: expected base_dir, the folder "
                "that it is in, found None"
            )
        whole = _copy(model)
        external_data_helper.load_external_data_for_model(whole, os.fspath(base_dir))
    content = _serialized(whole)
    if content is not None:
        file.write_bytes(content)
        return
    onnx.save_model(
        _copy(model) if whole is model else whole,
        file,
        save_as_external_data=True,
        location=f"{file.name}.data",
        size_threshold=_THRESHOLD,
        convert_attribute=True,
    )


def load(file: Path, original: onnx.ModelProto) -> onnx.ModelProto:
    """Read the new model, with the bytes of its data file in their tensors.

    Args:
        file: the new model.
        original: the model that it was made of. Whether its tensors say that their bytes are where
            they are by default, which means nothing, is as it was there.
    """
    model = onnx.load_model(file)
    for tensor, before in zip(_tensors(model), _tensors(original), strict=True):
        if not before.HasField("data_location"):
            tensor.ClearField("data_location")
    return model


def _copy(model: onnx.ModelProto) -> onnx.ModelProto:
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    return copy


def _tensors(model: onnx.ModelProto) -> list[onnx.TensorProto]:
    return list(external_data_helper._get_all_tensors(model))


def _serialized(model: onnx.ModelProto) -> bytes | None:
    """Return a model's bytes; None from 2 GiB on, of which protocol buffers can't be."""
    try:
        content: bytes = model.SerializeToString()
    except (EncodeError, ValueError):
        return None
    return content
