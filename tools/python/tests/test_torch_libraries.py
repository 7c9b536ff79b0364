"""Layers of libraries on top of PyTorch, bit for bit as numpy rewires their parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import oracle
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
models = pytest.importorskip("torch_geometric.nn.models")
dense = pytest.importorskip("torch_geometric.nn.dense")

from parewire.torch import rewire_  # noqa: E402

# Matrices as small as these are warned of.
pytestmark = pytest.mark.filterwarnings("ignore::parewire.errors.RewiringWarning")

SEED = 7
Expected = dict[str, Callable[[oracle.Array, int], oracle.Array]]


def of_outputs(weight: oracle.Array, layer: int) -> oracle.Array:
    """[output neurons, inputs]."""
    return oracle.rewired(weight, SEED, layer)


def of_inputs(weight: oracle.Array, layer: int) -> oracle.Array:
    """[inputs, output neurons]."""
    return oracle.rewired(weight, SEED, layer, oracle.swapped, oracle.swapped)


def experts(weight: oracle.Array, layer: int) -> oracle.Array:
    """[experts, output neurons, inputs]."""
    return oracle.rewired_slices(weight, SEED, layer)


def experts_of_inputs(weight: oracle.Array, layer: int) -> oracle.Array:
    """[experts, inputs, output neurons]."""
    return experts(weight.swapaxes(1, 2), layer).swapaxes(1, 2)


def packed(count: int, with_whole: Callable[..., oracle.Array]) -> Any:
    """[..., inputs, parts of output neurons], in parts that lie one after the other."""

    def rewired(weight: oracle.Array, layer: int) -> oracle.Array:
        whole = weight if weight.ndim == 3 else weight[np.newaxis]
        parts = [part for each in whole for part in np.split(each, count, -1)]
        new = np.split(with_whole(np.stack(parts), layer), len(parts))
        each = [np.concatenate(new[at : at + count], -1) for at in range(0, len(new), count)]
        return np.concatenate(each).reshape(weight.shape)

    return rewired


def packed_rows(weight: oracle.Array, layer: int) -> oracle.Array:
    """[experts, gate and up one after the other, inputs]."""
    slices = weight.reshape(2 * len(weight), -1, weight.shape[-1])
    return experts(slices, layer).reshape(weight.shape)


def interleaved(weight: oracle.Array, layer: int) -> oracle.Array:
    """[experts, inputs, gate and up by turns]."""
    slices = np.stack([each[:, at::2] for each in weight for at in (0, 1)])
    new = experts_of_inputs(slices, layer)
    result = np.empty_like(weight)
    for at in (0, 1):
        result[:, :, at::2] = new[at::2]
    return result


def assert_rewired(module: Any, expected: Expected, **arguments: Any) -> None:
    before = arrays(module)
    report = rewire_(module, SEED, strict=True, **arguments)
    names = [each.name for each in report.rewired]
    now = arrays(module)
    for name in before:
        end = next((end for end in expected if name.endswith(end)), None)
        number = names.index(name) if name in names else -1
        assert (end is None) == (number < 0), name
        after = expected[end](before[name], number) if end else before[name]
        assert oracle.same_bits(now[name], np.ascontiguousarray(after)), name


def arrays(module: Any) -> dict[str, oracle.Array]:
    return {name: each.detach().numpy().copy() for name, each in module.named_parameters()}


def gpt2() -> Any:
    torch.manual_seed(1)
    return transformers.GPT2Model(
        transformers.GPT2Config(n_embd=16, n_layer=2, n_head=2, vocab_size=20, n_positions=8)
    )


def test_conv1d_has_its_attention_in_parts() -> None:
    thirds = packed(3, experts_of_inputs)
    ends = {"attn.c_attn.weight": thirds, "c_proj.weight": of_inputs, "c_fc.weight": of_inputs}
    assert_rewired(gpt2(), ends)


def test_conv1d_whole() -> None:
    ends = dict.fromkeys(("c_attn.weight", "c_proj.weight", "c_fc.weight"), of_inputs)
    assert_rewired(gpt2(), ends, packed="whole")


def mixtral() -> Any:
    torch.manual_seed(1)
    return transformers.MixtralModel(
        transformers.MixtralConfig(
            hidden_size=16,
            intermediate_size=24,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            num_local_experts=3,
            vocab_size=20,
        )
    )


@pytest.mark.parametrize(("how", "gate"), [("parts", packed_rows), ("whole", experts)])
def test_experts_and_their_router(how: str, gate: Any) -> None:
    ends: Expected = dict.fromkeys(("proj.weight", ".gate.weight"), of_outputs)
    assert_rewired(mixtral(), {**ends, "gate_up_proj": gate, "down_proj": experts}, packed=how)


def test_experts_that_are_transposed_with_gates_by_turns() -> None:
    torch.manual_seed(1)
    module = transformers.GptOssModel(
        transformers.GptOssConfig(
            hidden_size=16,
            intermediate_size=24,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=4,
            num_local_experts=3,
            vocab_size=20,
        )
    )
    ends: Expected = dict.fromkeys(("proj.weight", "router.weight"), of_outputs)
    assert_rewired(module, {**ends, "gate_up_proj": interleaved, "down_proj": experts_of_inputs})


def test_pytorch_geometrics_layers() -> None:
    torch.manual_seed(1)
    assert_rewired(models.GCN(12, 16, 2, 4), {"lin.weight": of_outputs})
    assert_rewired(dense.HeteroLinear(8, 6, num_types=3), {"weight": experts_of_inputs})
