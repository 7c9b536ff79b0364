"""Initializing, the best of some draws, and rewiring, in one call."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import oracle
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

import parewire  # noqa: E402
from parewire.torch import init_, rewire_  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::parewire.errors.RewiringWarning")


def conv_net() -> Any:
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.Conv2d(8, 12, 3, groups=2), nn.Flatten(), nn.Linear(48, 10)
    )


def kaiming(weight: Any) -> None:
    nn.init.kaiming_normal_(weight, mode="fan_in", nonlinearity="relu")


def least_of(initializer: Callable[[Any], object], weight: Any, count: int) -> Any:
    """Search as the authors describe it: draw, and keep the least mean of the two variances."""
    least = math.inf
    for _ in range(count):
        initializer(weight)
        matrix = weight.detach().reshape(weight.shape[0], -1)
        inputs, outputs = matrix.sum(0), matrix.sum(1)
        mean = torch.mean(torch.hstack((torch.var(inputs), torch.var(outputs))))
        if mean < least:
            least = mean
            kept = weight.detach().clone()
    return kept.numpy()


@pytest.mark.parametrize("initializer", [nn.init.orthogonal_, kaiming, nn.init.normal_])
@pytest.mark.parametrize("count", [1, 7])
def test_the_best_draw_of_each_layer_is_the_authors(
    initializer: Callable[[Any], object], count: int
) -> None:
    expected = []
    other = conv_net()
    torch.manual_seed(5)
    for layer in other:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            expected.append(least_of(initializer, layer.weight, count))

    module = conv_net()
    biases = [layer.bias.detach().clone() for layer in module if hasattr(layer, "bias")]
    torch.manual_seed(5)
    assert init_(module, initializer, best_of=count, rewire=False) is None

    layers = [layer for layer in module if hasattr(layer, "weight")]
    for layer, values, bias in zip(layers, expected, biases, strict=True):
        assert oracle.same_bits(layer.weight.detach().numpy(), values)
        assert torch.equal(layer.bias, bias)


def test_what_was_drawn_is_rewired() -> None:
    one, other = conv_net(), conv_net()
    torch.manual_seed(5)
    report = init_(one, nn.init.orthogonal_, 3, best_of=4)
    torch.manual_seed(5)
    init_(other, nn.init.orthogonal_, best_of=4, rewire=False)
    assert report is not None
    assert report.rewired == rewire_(other, 3).rewired
    for parameter, expected in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(parameter, expected)


def test_one_stream_for_all_layers_is_the_authors_loop() -> None:
    """Which calls ``stabilize_strength`` and ``PA_rewiring_np`` for each layer, with one seed."""
    other, expected = conv_net(), []
    torch.manual_seed(5)
    for layer in other:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            best = least_of(nn.init.orthogonal_, layer.weight, 3)
            expected.append(oracle.parewire_numpy.rewire(best, 9))
    module = conv_net()
    torch.manual_seed(5)
    init_(module, nn.init.orthogonal_, 9, best_of=3, options=["--shared-stream"])
    found = [layer.weight.detach().numpy() for layer in module if hasattr(layer, "weight")]
    for values, after in zip(found, expected, strict=True):
        assert oracle.same_bits(values, after)


def test_more_draws_leave_less_variance() -> None:
    def variance(count: int) -> float:
        module = nn.Sequential(nn.Linear(40, 40))
        torch.manual_seed(3)
        init_(module, nn.init.normal_, best_of=count, rewire=False)
        weight = module[0].weight.detach()
        return float(weight.sum(0).var() + weight.sum(1).var())

    one, ten, hundred = variance(1), variance(10), variance(100)
    assert hundred < ten < one


def test_axes_are_turned_to_what_initializers_take_them_for() -> None:
    class Others(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.up = nn.ConvTranspose2d(6, 10, 3, groups=2)
            self.attention = nn.MultiheadAttention(8, 2)
            self.experts = nn.Parameter(torch.randn(3, 5, 4))

    shapes = []

    def initializer(weight: Any) -> None:
        shapes.append(tuple(weight.shape))
        nn.init.normal_(weight)

    torch.manual_seed(1)
    module = Others()
    torch.manual_seed(5)
    init_(module, initializer, rewire=False, extra={"experts": "bio"})
    assert shapes == [(4, 5)] * 3 + [(10, 3, 9)] + [(8, 8)] * 3 + [(8, 8)]

    torch.manual_seed(5)
    drawn = [torch.randn(shape).numpy() for shape in shapes]
    experts, up, attention = drawn[:3], drawn[3], drawn[4:7]
    found = {name: each.detach().numpy() for name, each in module.named_parameters()}
    assert oracle.same_bits(found["experts"], np.stack([each.T for each in experts]))
    assert oracle.same_bits(found["attention.in_proj_weight"], np.concatenate(attention))
    halves = [half.reshape(5, 3, 3, 3).swapaxes(0, 1) for half in np.split(up, 2)]
    assert oracle.same_bits(found["up.weight"], np.concatenate(halves))


def test_globs_choose() -> None:
    module = conv_net()
    before = [each.detach().clone() for each in module.parameters()]
    init_(module, nn.init.orthogonal_, include=["3.*"])
    changed = [
        name
        for (name, each), old in zip(module.named_parameters(), before, strict=True)
        if not torch.equal(each, old)
    ]
    assert changed == ["3.weight"]


def test_single_neurons_and_half_precision() -> None:
    torch.manual_seed(1)
    module = nn.Sequential(nn.Linear(1, 9), nn.Linear(9, 1), nn.Linear(1, 1)).to(torch.bfloat16)
    init_(module, nn.init.normal_, best_of=3, rewire=False)
    assert all(each.isfinite().all() for each in module.parameters())


@pytest.mark.parametrize("count", [0, -1, 1.5, True, "many"])
def test_a_number_of_draws_that_is_none(count: Any) -> None:
    module = conv_net()
    before = module[0].weight.detach().clone()
    with pytest.raises(parewire.ArgumentError, match="best_of: expected a whole number"):
        init_(module, nn.init.orthogonal_, best_of=count)
    assert torch.equal(module[0].weight, before)


def test_nothing_is_drawn_without_the_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONNX_PAREWIRE", "/nowhere/tool")
    module = conv_net()
    before = module[0].weight.detach().clone()
    with pytest.raises(parewire.ToolNotFoundError):
        init_(module, nn.init.orthogonal_)
    assert torch.equal(module[0].weight, before)
