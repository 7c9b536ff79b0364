from __future__ import annotations

import copy
import random
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import oracle
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn.utils import parametrizations, parametrize  # noqa: E402

import parewire  # noqa: E402
from parewire.report import Report  # noqa: E402
from parewire.torch import rewire_  # noqa: E402

SEED = 7

# Makes of a weight and its number what numpy makes of it.
ByNumpy = Callable[[oracle.Array, int], oracle.Array]


def dense(weight: oracle.Array, layer: int) -> oracle.Array:
    """[out, in, ...], or a conv's [out, in / groups, kernel...]."""
    return oracle.rewired(weight, SEED, layer)


def transposed(weight: oracle.Array, layer: int) -> oracle.Array:
    """[in, out, ...]."""
    return oracle.rewired(weight, SEED, layer, oracle.swapped, oracle.swapped)


def thirds(weight: oracle.Array, layer: int) -> oracle.Array:
    """Three matrices below each other, each with a stream of its own."""
    return oracle.rewired_slices(weight.reshape(3, -1, *weight.shape[1:]), SEED, layer).reshape(
        weight.shape
    )


def transposed_groups(groups: int) -> ByNumpy:
    """[in, out / groups, ...]: the output neurons of a group after those of the one before."""

    def turn(weight: oracle.Array) -> oracle.Array:
        parts = np.split(weight, groups)
        return np.concatenate([oracle.swapped(part) for part in parts])

    def turn_back(matrix: oracle.Array) -> oracle.Array:
        parts = np.split(matrix, groups)
        return np.concatenate([oracle.swapped(part) for part in parts])

    return lambda weight, layer: oracle.rewired(weight, SEED, layer, turn, turn_back)


class Mlp(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(
            nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 24), nn.ReLU(), nn.Linear(24, 5)
        )


class Cnn(nn.Module):
    """Batch norms that a folding exporter merges into the convs before them."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, bias=False)
        self.norm = nn.BatchNorm2d(16)
        self.grouped = nn.Conv2d(16, 32, 3, groups=4)
        self.depthwise = nn.Conv2d(32, 32, 3, groups=32)
        self.norm2 = nn.BatchNorm2d(32)
        self.drop = nn.Dropout(0.5)
        self.up = nn.ConvTranspose2d(32, 12, 3, stride=2)
        self.grouped_up = nn.ConvTranspose2d(12, 12, 3, groups=3)
        self.head = nn.Linear(12, 10)
        with torch.no_grad():
            self.norm.running_mean.uniform_(-1, 1)
            self.norm.running_var.uniform_(0.5, 2)

    def forward(self, x: Any) -> Any:
        x = self.norm2(self.depthwise(self.grouped(torch.relu(self.norm(self.stem(x))))))
        return self.head(self.grouped_up(self.up(self.drop(torch.relu(x)))).mean((2, 3)))


class Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Any) -> Any:
        return torch.relu(x + self.body(x))


class Residual(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(3, 8, 3),
            Block(8),
            Block(8),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(8, 4),
        )


class Transformer(nn.Module):
    """Its layers are copies of one, so that several parameters have equal bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 16)
        layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(16, 3)

    def forward(self, tokens: Any) -> Any:
        return self.head(self.encoder(self.embedding(tokens)).mean(1))


class StandardizedConv(nn.Conv2d):
    """As timm's: a subclass that computes its weight when it is called."""

    def forward(self, x: Any) -> Any:
        weight = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        return nn.functional.conv2d(x, weight, self.bias)


class Others(nn.Module):
    """What an exporter fails at or folds: never run, by the values of its input, and so on."""

    def __init__(self) -> None:
        super().__init__()
        self.auxiliary = nn.Linear(6, 4)
        self.standardized = StandardizedConv(3, 8, 3)
        self.conv1 = nn.Conv1d(4, 6, 5, groups=2)
        self.conv3 = nn.Conv3d(2, 3, (1, 2, 3))
        self.up1 = nn.ConvTranspose1d(4, 6, 3)
        self.up3 = nn.ConvTranspose3d(4, 6, (3, 2, 1), groups=2)
        self.bilinear = nn.Bilinear(5, 6, 4)
        self.cross = nn.MultiheadAttention(8, 2, kdim=5, vdim=6)

    def forward(self, x: Any) -> Any:
        return self.auxiliary(x) if x.sum() > 0 else x


def build(network: Callable[[], nn.Module]) -> nn.Module:
    torch.manual_seed(1)
    return network()


def arrays(module: nn.Module) -> dict[str, Any]:
    return {name: array(tensor) for name, tensor in module.state_dict().items()}


def array(tensor: Any) -> Any:
    if tensor.dtype == torch.bfloat16:
        return oracle.bfloat16(tensor.cpu().view(torch.int16).numpy().copy())
    return tensor.cpu().numpy().copy()


def rewired_by_numpy(module: nn.Module, layers: dict[str, ByNumpy]) -> dict[str, Any]:
    """All that the module holds, with these parameters rewired as layers 0, 1, ..."""
    expected = arrays(module)
    for number, (name, by_numpy) in enumerate(layers.items()):
        expected[name] = by_numpy(expected[name], number)
    return expected


def names(report: Report) -> list[str]:
    return [each.name for each in report.rewired]


ENCODER = {
    f"encoder.layers.{i}.{name}": by_numpy
    for i in range(2)
    for name, by_numpy in {
        "self_attn.in_proj_weight": thirds,
        "self_attn.out_proj.weight": dense,
        "linear1.weight": dense,
        "linear2.weight": dense,
    }.items()
}
MLP = dict.fromkeys(["0.weight", "2.weight", "4.weight"], dense)


@pytest.mark.parametrize(
    ("network", "layers"),
    [
        (Mlp, MLP),
        (
            Cnn,
            {
                "stem.weight": dense,
                "grouped.weight": dense,
                "depthwise.weight": dense,
                "up.weight": transposed,
                "grouped_up.weight": transposed_groups(3),
                "head.weight": dense,
            },
        ),
        (
            Residual,
            dict.fromkeys(
                ["0.weight", *(f"{i}.body.{j}.weight" for i in (1, 2) for j in (0, 3)), "5.weight"],
                dense,
            ),
        ),
        (Transformer, {**ENCODER, "head.weight": dense}),
        (
            Others,
            {
                "auxiliary.weight": dense,
                "standardized.weight": dense,
                "conv1.weight": dense,
                "conv3.weight": dense,
                "up1.weight": transposed,
                "up3.weight": transposed_groups(2),
                "bilinear.weight": dense,
                "cross.q_proj_weight": dense,
                "cross.k_proj_weight": dense,
                "cross.v_proj_weight": dense,
                "cross.out_proj.weight": dense,
            },
        ),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_equals_numpy_on_the_modules_own_parameters(
    network: Callable[[], nn.Module], layers: dict[str, ByNumpy]
) -> None:
    module = build(network)
    expected = rewired_by_numpy(module, layers)

    report = rewire_(module, SEED)

    assert names(report) == list(layers)
    assert [each.layer.number for each in report.rewired] == list(range(len(layers)))
    assert report.coverage == f"{len(layers)} of {len(layers)} dense and conv weights"
    oracle.assert_same_bits(arrays(module), expected)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16], ids=str)
def test_every_type_is_rewired_as_it_is(dtype: Any) -> None:
    module = build(Mlp).to(dtype)
    expected = rewired_by_numpy(module, MLP)

    rewire_(module, SEED)

    assert {each.dtype for each in module.parameters()} == {dtype}
    oracle.assert_same_bits(arrays(module), expected)


def test_groups_as_matrices_of_their_own() -> None:
    module = build(lambda: nn.Conv2d(4, 6, 3, groups=2))
    weight = arrays(module)["weight"]
    rewire_(module, SEED, groups="separate")
    expected = oracle.rewired_slices(weight.reshape(2, 3, 2, 3, 3), SEED, 0)
    assert oracle.same_bits(arrays(module)["weight"], expected.reshape(weight.shape))


def test_packed_projections_as_one_matrix() -> None:
    module = build(lambda: nn.MultiheadAttention(8, 2))
    expected = rewired_by_numpy(module, {"in_proj_weight": dense, "out_proj.weight": dense})
    rewire_(module, SEED, packed="whole")
    oracle.assert_same_bits(arrays(module), expected)


def generators() -> tuple[Any, ...]:
    return (
        torch.get_rng_state().tolist(),
        random.getstate(),
        [np.asarray(each).tolist() for each in np.random.get_state()[1:]],
    )


def test_changes_nothing_but_values_of_weights() -> None:
    module = build(Cnn)
    module.norm.eval()
    module.head.weight.requires_grad_(False)
    module.grouped.to(memory_format=torch.channels_last)
    module.stem.weight.infshape = "as muP marks a weight"
    parameters = dict(module.named_parameters())
    modes = [each.training for each in module.modules()]
    strides = {name: each.stride() for name, each in parameters.items()}
    states = generators()

    report = rewire_(module)

    assert generators() == states
    assert [each.training for each in module.modules()] == modes
    assert {name: each.requires_grad for name, each in parameters.items()} == {
        name: name != "head.weight" for name in parameters
    }
    assert all(each is parameters[name] for name, each in module.named_parameters())
    assert {name: each.stride() for name, each in module.named_parameters()} == strides
    assert all(each.grad is None for each in module.parameters())
    assert module.stem.weight.infshape == "as muP marks a weight"
    rewired = names(report)
    convs = ("stem", "grouped", "depthwise", "up", "grouped_up")
    assert rewired == [f"{each}.weight" for each in convs]
    untouched, now = arrays(build(Cnn)), arrays(module)
    oracle.assert_same_bits(
        {name: each for name, each in now.items() if name not in rewired},
        {name: each for name, each in untouched.items() if name not in rewired},
    )


def test_repeatable_and_by_seed() -> None:
    def weights(seed: int) -> bytes:
        module = build(Mlp)
        rewire_(module, seed)
        return arrays(module)["2.weight"].tobytes()

    assert weights(1) == weights(1)
    assert weights(1) != weights(2)


def test_a_rewired_module_trains() -> None:
    module = build(Mlp)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    rewire_(module)
    inputs, targets = torch.randn(16, 12), torch.randn(16, 5)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(module(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("wrap", [nn.DataParallel, torch.compile], ids=["DataParallel", "compile"])
def test_wrappers_are_seen_through(wrap: Callable[[nn.Module], nn.Module]) -> None:
    bare, wrapped = build(Mlp), build(Mlp)
    rewire_(bare)
    report = rewire_(wrap(wrapped))
    assert names(report) == ["0.weight", "2.weight", "4.weight"]
    oracle.assert_same_bits(arrays(wrapped), arrays(bare))


class Shared(nn.Module):
    """One weight in two dense layers."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(8, 8)
        self.two = nn.Linear(8, 8)
        self.two.weight = self.one.weight

    def forward(self, x: Any) -> Any:
        return self.two(torch.relu(self.one(x)))


def test_a_weight_of_two_layers_is_rewired_once() -> None:
    module = build(Shared)
    expected = oracle.rewired(arrays(module)["one.weight"], SEED, 0)
    report = rewire_(module, SEED)
    assert names(report) == ["one.weight"]
    assert module.one.weight is module.two.weight
    assert oracle.same_bits(arrays(module)["one.weight"], expected)


class TiedEmbedding(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 8)
        self.dense = nn.Linear(8, 8)
        self.head = nn.Linear(8, 20, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, tokens: Any) -> Any:
        return self.head(torch.relu(self.dense(self.embedding(tokens))))


def test_a_tied_embedding_is_left_and_named() -> None:
    module = build(TiedEmbedding)
    before = arrays(module)["embedding.weight"]
    report = rewire_(module)
    assert names(report) == ["dense.weight"]
    reasons = {each.name: each.reason for each in report.left}
    assert reasons["embedding.weight"] == "an embedding's weight, too ('embedding.weight')"
    assert oracle.same_bits(arrays(module)["embedding.weight"], before)


def test_a_tied_embedding_is_taken_by_its_name() -> None:
    module = build(TiedEmbedding)
    expected = oracle.rewired(arrays(module)["embedding.weight"], SEED, 1)
    assert names(rewire_(module, SEED, include=["embedding.weight"])) == ["embedding.weight"]
    assert oracle.same_bits(arrays(module)["embedding.weight"], expected)


def test_what_is_left_is_named_with_its_reason() -> None:
    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(5, 4)
            self.recurrent = nn.GRU(6, 8, batch_first=True)
            self.cell = nn.LSTMCell(3, 4)
            self.orthogonal = parametrizations.orthogonal(nn.Linear(8, 8))
            self.product = nn.Parameter(torch.randn(4, 4))
            self.complex = nn.Linear(8, 8, dtype=torch.complex64)
            self.frozen = nn.Linear(8, 8).requires_grad_(False)
            self.head = nn.Linear(8, 2)

    module = build(Network)
    before = arrays(module)
    with pytest.warns(parewire.RewiringWarning, match=r"left 2 of 3 dense and conv weights: '"):
        report = rewire_(module)
    assert names(report) == ["head.weight"]
    assert report.coverage == "1 of 3 dense and conv weights"
    reasons = {each.name: each.reason for each in report.left}
    assert reasons["embedding.weight"] == "an embedding"
    assert reasons["recurrent.weight_ih_l0"] == "a recurrent layer's weight"
    assert reasons["cell.weight_hh"] == "a recurrent layer's weight"
    assert "orthogonal" in reasons["orthogonal.parametrizations.weight.original"]
    assert "name its axes in extra" in reasons["product"]
    assert reasons["complex.weight"].startswith("of type complex64")
    assert reasons["frozen.weight"] == "frozen: training does not change it"
    assert reasons["head.bias"] == "fewer than two dimensions"
    assert len(report.left) + 1 == len(list(module.parameters()))
    changed = [
        name for name, each in arrays(module).items() if not oracle.same_bits(each, before[name])
    ]
    assert changed == ["head.weight"]

    with pytest.raises(parewire.WeightsLeftError, match=r"'complex.weight', of type complex64"):
        rewire_(build(Network), strict=True)


def test_weights_that_layers_compute_from_others() -> None:
    class Scaled(nn.Module):
        def forward(self, weight: Any) -> Any:
            return weight * 2

    class Network(nn.Sequential):
        def __init__(self) -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)
                super().__init__(
                    parametrizations.weight_norm(nn.Conv1d(4, 6, 3)),
                    parametrizations.spectral_norm(nn.Linear(6, 6)),
                    nn.utils.weight_norm(nn.Linear(6, 6)),
                    nn.utils.spectral_norm(nn.Linear(6, 6)),
                    nn.Linear(6, 6),
                )
            parametrize.register_parametrization(self[4], "weight", Scaled())

    module = build(Network)
    layers = dict.fromkeys(
        [
            "0.parametrizations.weight.original1",
            "1.parametrizations.weight.original",
            "2.weight_v",
            "3.weight_orig",
            "4.parametrizations.weight.original",
        ],
        dense,
    )
    expected = rewired_by_numpy(module, layers)
    report = rewire_(module, SEED)
    assert names(report) == list(layers)
    oracle.assert_same_bits(arrays(module), expected)
    assert all(each.note and each.note in str(each) for each in report.rewired)
    assert "Scaled" in (report.rewired[-1].note or "")
    left = {each.name: each.reason for each in report.left}
    assert "weight norm" in left["0.parametrizations.weight.original0"]


def test_weights_that_functions_use_are_named_in_extra() -> None:
    class Experts(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Linear(5, 5)
            self.gate_up = nn.Parameter(torch.randn(3, 8, 6))
            self.down = nn.Parameter(torch.randn(3, 6, 5))
            self.scale = nn.Parameter(torch.randn(3, 2))

    module = build(Experts)
    before = arrays(module)
    report = rewire_(module, SEED, extra={"gate*": "boi", "down": ("(b)io", {})})
    assert names(report) == ["gate_up", "down", "first.weight"]
    now = arrays(module)
    assert oracle.same_bits(now["gate_up"], oracle.rewired_slices(before["gate_up"], SEED, 0))
    down = oracle.rewired_slices(before["down"].swapaxes(1, 2), SEED, 1).swapaxes(1, 2)
    assert oracle.same_bits(now["down"], down)
    assert oracle.same_bits(now["scale"], before["scale"])
    for extra, text in (
        ({"up": "oi"}, r"extra: no parameter has a name like 'up'"),
        ({"gate_up": "oi"}, r"'gate_up': layout 'oi' has 2 axes, the array has 3: \(3, 8, 6\)"),
        ({"scale": "xx"}, r"layout 'xx': expected output neurons"),
    ):
        assert_fails_without_change(build(Experts), parewire.ArgumentError, text, extra=extra)


def test_a_scripted_module() -> None:
    class Scripted(nn.Sequential):
        def __init__(self) -> None:
            super().__init__(
                nn.Conv2d(4, 8, 3, groups=2), nn.ConvTranspose2d(8, 4, 3, groups=2), nn.Linear(5, 4)
            )

    plain = build(Scripted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scripted = torch.jit.script(build(Scripted))
    assert names(rewire_(scripted)) == names(rewire_(plain))
    oracle.assert_same_bits(arrays(scripted), arrays(plain))


def test_parts_of_a_network_have_streams_of_their_own() -> None:
    whole, parts = build(Mlp), build(Mlp)
    rewire_(whole)
    report = rewire_(parts[0])
    assert report.next_layer == 1
    rewire_(nn.Sequential(*list(parts)[1:]), first_layer=report.next_layer)
    oracle.assert_same_bits(arrays(parts), arrays(whole))


def test_excluded_is_left_and_keeps_other_results() -> None:
    whole, part = build(Mlp), build(Mlp)
    rewire_(whole)
    report = rewire_(part, exclude=["2.*"])
    assert names(report) == ["0.weight", "4.weight"]
    assert oracle.same_bits(arrays(part)["2.weight"], arrays(build(Mlp))["2.weight"])
    assert oracle.same_bits(arrays(part)["4.weight"], arrays(whole)["4.weight"])


def assert_fails_without_change(
    module: nn.Module, error: type[Exception], text: str, **arguments: Any
) -> pytest.ExceptionInfo[Any]:
    before, modes, states = arrays(module), [m.training for m in module.modules()], generators()
    with pytest.raises(error, match=text) as raised:
        rewire_(module, **arguments)
    oracle.assert_same_bits(arrays(module), before)
    assert [each.training for each in module.modules()] == modes
    assert generators() == states
    assert "\n" not in str(raised.value)
    return raised


def test_weights_that_are_not_there_yet() -> None:
    with pytest.raises(parewire.NetworkError, match=r"'weight' is lazy .* call the module once"):
        rewire_(nn.LazyLinear(3))
    with pytest.raises(parewire.NetworkError, match="'weight' is on the meta device"):
        rewire_(nn.Linear(4, 4, device="meta"))


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        (lambda: nn.LSTM(3, 4), r"LSTM: .* left are 'weight_ih_l0': a recurrent layer's weight"),
        (lambda: Mlp().requires_grad_(False), r"Mlp: .* left are '0.weight': frozen"),
        (nn.ReLU, r"ReLU: no layer to rewire; left are no weights at all"),
    ],
    ids=["recurrent", "frozen", "nothing"],
)
def test_no_layer(network: Callable[[], nn.Module], reason: str) -> None:
    raised = assert_fails_without_change(build(network), parewire.NoLayerError, reason)
    assert raised.value.exit_code == 4


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"seed": torch.zeros(1)}, r"seed: expected a whole number, 0 or more, found tensor"),
        ({"seed": -1}, r"seed: expected a whole number"),
        ({"first_layer": -1}, r"first_layer: expected a whole number"),
        ({"groups": "apart"}, r"groups: expected 'joint' or 'separate', found 'apart'"),
        ({"packed": "apart"}, r"packed: expected 'parts' or 'whole', found 'apart'"),
        ({"include": "0.weight"}, r"include: expected a list of globs, found '0.weight'"),
        ({"exclude": ["7.*"]}, r"exclude: no weight has a name like '7.\*'; there are 0.weight, 2"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_arguments_that_can_not_be_meant(arguments: dict[str, Any], text: str) -> None:
    assert_fails_without_change(build(Mlp), parewire.ArgumentError, text, **arguments)


def test_the_tool_fails_or_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    raised = assert_fails_without_change(
        build(Mlp),
        parewire.ToolError,
        "not an int",
        options=["--threads", "none"],
    )
    assert raised.value.exit_code == 2
    monkeypatch.setenv("ONNX_PAREWIRE", "/nowhere/onnx-parewire")
    assert_fails_without_change(build(Mlp), parewire.ToolNotFoundError, "which is no file")


def test_a_failure_while_writing_undoes_what_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    copy = torch.Tensor.copy_
    targets: list[Any] = []

    def failing(target: Any, source: Any, *rest: Any) -> Any:
        if isinstance(target, nn.Parameter):
            targets.append(target)
            if len(targets) == 3:
                raise MemoryError("full")
        return copy(target, source, *rest)

    monkeypatch.setattr(torch.Tensor, "copy_", failing)
    assert_fails_without_change(build(Mlp), MemoryError, "full")
    assert len(targets) == 6


def test_overlapping_parameters_are_refused() -> None:
    class Overlapping(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            memory = torch.randn(48)
            self.one = nn.Parameter(memory[:32].view(4, 8))
            self.two = nn.Parameter(memory[16:].view(8, 4))

    assert_fails_without_change(
        build(Overlapping),
        parewire.NetworkError,
        "'one' shares its memory with another one of other shape",
        extra={"*": "oi"},
    )


def test_trained_weights_are_refused_but_by_request() -> None:
    def trained() -> nn.Module:
        module = nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 64))
        with torch.no_grad():
            module[1].weight += 1
        return module

    assert_fails_without_change(
        build(trained), parewire.TrainedWeightsError, r"'1.weight'.*allow_trained=True"
    )
    with pytest.warns(parewire.RewiringWarning, match="freshly initialized") as caught:
        report = rewire_(build(trained), allow_trained=True)
    assert Path(caught[0].filename) == Path(__file__)
    assert names(report) == ["0.weight", "1.weight"]
    assert names(rewire_(build(trained), include=["0.*"])) == ["0.weight"]


def test_the_report_reads_well() -> None:
    report = rewire_(build(Mlp))
    lines = str(report).splitlines()
    assert lines[0].startswith("0.weight 24x12: input strength variance ")
    assert lines[-2] == "4.bias 5: left, fewer than two dimensions"
    assert lines[-1] == "rewired 3 of 3 dense and conv weights"
    assert report.tool.weights == 12 * 24 + 24 * 24 + 24 * 5
    assert {each.name: each.outcome for each in report.tool.proofs} == {
        "nothing else changed": "holds",
        "same weights": "holds",
        "runs": "skipped",
    }


def test_an_optimizer_that_was_made_before_trains_what_was_rewired() -> None:
    def step(module: nn.Module, optimizer: Any) -> None:
        optimizer.zero_grad()
        module(torch.linspace(-1, 1, 24).reshape(2, 12)).square().sum().backward()
        optimizer.step()

    one, other = build(Mlp), build(Mlp)
    before = torch.optim.AdamW(one.parameters(), lr=0.1)
    step(one, before)
    step(other, torch.optim.AdamW(other.parameters(), lr=0.1))
    state = copy.deepcopy(before.state_dict())
    rewire_(one, SEED, allow_trained=True)
    rewire_(other, SEED, allow_trained=True)
    after = torch.optim.AdamW(other.parameters(), lr=0.1)
    after.load_state_dict(state)
    step(one, before)
    step(other, after)
    assert not oracle.same_bits(arrays(one)["0.weight"], arrays(build(Mlp))["0.weight"])
    oracle.assert_same_bits(arrays(one), arrays(other))


_GROWTH = """
import torch
from torch import nn
from parewire.torch import rewire_

def peak():
    (line,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024

rewire_(nn.Linear(8, 8))
module = nn.Sequential(*[nn.Linear(1448, 1448, bias=False) for _ in range(12)])
open("/proc/self/clear_refs", "w").write("5")
before = peak()
rewire_(module)
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, which tells a peak of memory")
def test_memory_grows_by_a_layer_and_not_by_the_network() -> None:
    """Of 8 MiB, of which there are 12."""
    run = subprocess.run([sys.executable, "-c", _GROWTH], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) < 32


EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "torch_train.py"


def test_the_example_trains_and_goes_on_without_rewiring_again(tmp_path: Path) -> None:
    command = [sys.executable, EXAMPLE, "--checkpoint", tmp_path / "state.pt", "--epochs"]
    first, second = (
        subprocess.run([*command, epochs], capture_output=True, text=True) for epochs in "24"
    )
    assert first.returncode == 0, first.stderr
    assert second.returncode == 0, second.stderr
    assert "rewired 3 of 3 dense and conv weights" in first.stdout
    assert second.stdout.startswith("goes on after 2 epochs, so nothing is rewired\nepoch 3")
    assert first.stderr == second.stderr == ""
