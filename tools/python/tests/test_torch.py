from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import oracle
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")

from torch import nn  # noqa: E402

import parewire  # noqa: E402
from parewire.report import Report  # noqa: E402
from parewire.torch import rewire_  # noqa: E402

SEED = 7


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
        self.head = nn.Linear(12, 10)
        with torch.no_grad():
            self.norm.running_mean.uniform_(-1, 1)
            self.norm.running_var.uniform_(0.5, 2)

    def forward(self, x: Any) -> Any:
        x = self.norm2(self.depthwise(self.grouped(torch.relu(self.norm(self.stem(x))))))
        return self.head(self.up(self.drop(torch.relu(x))).mean((2, 3)))


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


class RawProduct(nn.Module):
    """A parameter that is no module's, [in, out]."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(6, 9))

    def forward(self, x: Any) -> Any:
        return x @ self.weight


def image() -> Any:
    return torch.randn(2, 3, 14, 14)


TOKENS = torch.arange(10).reshape(2, 5)


def build(network: Callable[[], nn.Module]) -> nn.Module:
    torch.manual_seed(1)
    return network()


def arrays(module: nn.Module) -> dict[str, Any]:
    return {name: array(tensor) for name, tensor in module.state_dict().items()}


def array(tensor: Any) -> Any:
    if tensor.dtype == torch.bfloat16:
        return oracle.bfloat16(tensor.cpu().view(torch.int16).numpy().copy())
    return tensor.cpu().numpy().copy()


def rewired_by_numpy(module: nn.Module, layers: dict[str, oracle.Turn]) -> dict[str, Any]:
    """All that the module holds, with these parameters rewired as layers 0, 1, ..."""
    expected = arrays(module)
    for number, (name, turn) in enumerate(layers.items()):
        expected[name] = oracle.rewired(expected[name], SEED, number, turn, turn)
    return expected


def names(report: Report) -> list[str]:
    return [each.name for each in report.rewired]


ENCODER = [
    f"encoder.layers.{i}.{name}.weight"
    for i in range(2)
    for name in ("self_attn.in_proj", "self_attn.out_proj", "linear1", "linear2")
]
ENCODER = [name.replace("in_proj.weight", "in_proj_weight") for name in ENCODER]


@pytest.mark.parametrize(
    ("network", "inputs", "layers"),
    [
        (
            Mlp,
            lambda: torch.randn(2, 12),
            dict.fromkeys(["0.weight", "2.weight", "4.weight"], oracle.same),
        ),
        (
            Cnn,
            image,
            {
                "stem.weight": oracle.same,
                "grouped.weight": oracle.same,
                "depthwise.weight": oracle.same,
                "up.weight": oracle.swapped,
                "head.weight": oracle.same,
            },
        ),
        (
            Residual,
            image,
            dict.fromkeys(
                ["0.weight", *(f"{i}.body.{j}.weight" for i in (1, 2) for j in (0, 3)), "5.weight"],
                oracle.same,
            ),
        ),
        (Transformer, lambda: TOKENS, dict.fromkeys([*ENCODER, "head.weight"], oracle.same)),
        (RawProduct, lambda: torch.randn(2, 6), {"weight": oracle.swapped}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_equals_numpy_on_the_modules_own_parameters(
    network: Callable[[], nn.Module], inputs: Callable[[], Any], layers: dict[str, oracle.Turn]
) -> None:
    module = build(network)
    expected = rewired_by_numpy(module, layers)

    report = rewire_(module, inputs(), seed=SEED)

    assert names(report) == list(layers)
    assert [each.layer.number for each in report.rewired] == list(range(len(layers)))
    oracle.assert_same_bits(arrays(module), expected)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16], ids=str)
def test_every_type_is_rewired_as_it_is(dtype: Any) -> None:
    module = build(Mlp).to(dtype)
    layers = dict.fromkeys(["0.weight", "2.weight", "4.weight"], oracle.same)
    expected = rewired_by_numpy(module, layers)

    rewire_(module, torch.randn(2, 12, dtype=dtype), seed=SEED)

    assert {each.dtype for each in module.parameters()} == {dtype}
    oracle.assert_same_bits(arrays(module), expected)


def test_groups_as_matrices_of_their_own() -> None:
    module = build(lambda: nn.Conv2d(4, 6, 3, groups=2))
    before = arrays(module)["weight"]
    rewire_(module, torch.randn(1, 4, 5, 5), groups="separate")
    for group in (slice(0, 3), slice(3, 6)):
        values = arrays(module)["weight"][group]
        assert np.array_equal(np.sort(values, None), np.sort(before[group], None))
        assert not np.array_equal(values, before[group])


def generators() -> tuple[Any, ...]:
    return (
        torch.get_rng_state().tolist(),
        random.getstate(),
        [np.asarray(each).tolist() for each in np.random.get_state()[1:]],
    )


@pytest.mark.parametrize("training", [False, True])
def test_changes_nothing_but_values_of_weights(training: bool) -> None:
    module = build(Cnn)
    module.norm.eval()
    module.head.weight.requires_grad_(False)
    module.grouped.to(memory_format=torch.channels_last)
    parameters = dict(module.named_parameters())
    modes = [each.training for each in module.modules()]
    strides = {name: each.stride() for name, each in parameters.items()}
    states = generators()

    report = rewire_(module, image_without_drawing(), training=training)

    assert generators() == states
    assert [each.training for each in module.modules()] == modes
    assert {name: each.requires_grad for name, each in parameters.items()} == {
        name: name != "head.weight" for name in parameters
    }
    assert all(each is parameters[name] for name, each in module.named_parameters())
    assert {name: each.stride() for name, each in module.named_parameters()} == strides
    assert all(each.grad is None for each in module.parameters())
    rewired = names(report)
    assert set(rewired) == {f"{each}.weight" for each in ("stem", "grouped", "depthwise", "up")}
    untouched, now = arrays(build(Cnn)), arrays(module)
    oracle.assert_same_bits(
        {name: each for name, each in now.items() if name not in rewired},
        {name: each for name, each in untouched.items() if name not in rewired},
    )


def image_without_drawing() -> Any:
    return torch.linspace(-1, 1, 2 * 3 * 14 * 14).reshape(2, 3, 14, 14)


def test_repeatable_and_by_seed() -> None:
    def weights(seed: int) -> bytes:
        module = build(Mlp)
        rewire_(module, torch.zeros(1, 12), seed)
        return arrays(module)["2.weight"].tobytes()

    assert weights(1) == weights(1)
    assert weights(1) != weights(2)


def test_a_rewired_module_trains() -> None:
    module = build(Mlp)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    rewire_(module, torch.zeros(1, 12))
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
    rewire_(bare, torch.zeros(1, 12))
    report = rewire_(wrap(wrapped), torch.zeros(1, 12))
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
    report = rewire_(module, torch.zeros(1, 8), seed=SEED)
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
    report = rewire_(module, TOKENS)
    assert names(report) == ["dense.weight"]
    reasons = {each.name: each.reason for each in report.left}
    assert reasons["embedding.weight"] == "shared: also read by Gather"
    assert oracle.same_bits(arrays(module)["embedding.weight"], before)


def test_what_is_left_is_named_with_its_reason() -> None:
    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.recurrent = nn.GRU(6, 8, batch_first=True)
            self.normed = nn.utils.parametrizations.weight_norm(nn.Linear(8, 8))
            self.head = nn.Linear(8, 2)
            self.unused = nn.Linear(3, 3)
            self.register_buffer("projection", torch.randn(2, 4))

        def forward(self, x: Any) -> Any:
            return self.head(self.normed(self.recurrent(x)[0])) @ self.projection

    module = build(Network)
    before = arrays(module)
    report = rewire_(module, torch.zeros(1, 5, 6))
    assert names(report) == ["head.weight"]
    reasons = {each.name: each.reason for each in report.left}
    assert "Concat, in parts" in reasons["recurrent.weight_ih_l0"]
    assert "Mul" in reasons["normed.parametrizations.weight.original1"]
    assert reasons["unused.weight"] == "not in the exported graph by its name"
    assert reasons["head.bias"] == "fewer than two dimensions"
    assert reasons["projection"] == "frozen or a buffer: training does not change it"
    changed = [
        name for name, each in arrays(module).items() if not oracle.same_bits(each, before[name])
    ]
    assert changed == ["head.weight"]


def test_excluded_is_left_and_keeps_other_results() -> None:
    whole, part = build(Mlp), build(Mlp)
    rewire_(whole, torch.zeros(1, 12))
    report = rewire_(part, torch.zeros(1, 12), exclude=["2.*"])
    assert names(report) == ["0.weight", "4.weight"]
    assert oracle.same_bits(arrays(part)["2.weight"], arrays(build(Mlp))["2.weight"])
    assert oracle.same_bits(arrays(part)["4.weight"], arrays(whole)["4.weight"])


def test_inputs_by_name() -> None:
    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.dense = nn.Linear(6, 6)

        def forward(self, x: Any, *, scale: Any) -> Any:
            return self.dense(x) * scale

    report = rewire_(build(Network), (torch.zeros(1, 6),), example_kwargs={"scale": torch.ones(1)})
    assert names(report) == ["dense.weight"]


def test_exporters_that_rename_are_found_by_bytes() -> None:
    named, renamed = build(Mlp), build(Mlp)
    rewire_(named, torch.zeros(2, 3, 12))

    def rename(program: Any) -> Any:
        for i, value in enumerate(list(program.model.graph.initializers.values())):
            value.name = f"made_up_{i}"
        return program

    with pytest.MonkeyPatch.context() as patch:
        export = torch.onnx.export
        patch.setattr(torch.onnx, "export", lambda *a, **k: rename(export(*a, **k)))
        report = rewire_(renamed, torch.zeros(2, 3, 12))
        assert names(report) == ["0.weight", "2.weight", "4.weight"]
        assert report.rewired[0].layer.tensor.startswith("made_up_")
        oracle.assert_same_bits(arrays(renamed), arrays(named))

        equal = build(Transformer)
        assert_fails_without_change(
            equal, TOKENS, parewire.MappingError, r"no telling which .* have equal weights"
        )

        constant = build(lambda: nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)))
        for each in constant:
            nn.init.zeros_(each.weight)
        assert len(rewire_(constant, torch.zeros(1, 4)).rewired) == 2


def assert_fails_without_change(
    module: nn.Module, inputs: Any, error: type[Exception], text: str, **arguments: Any
) -> pytest.ExceptionInfo[Any]:
    before, modes, states = arrays(module), [m.training for m in module.modules()], generators()
    with pytest.raises(error, match=text) as raised:
        rewire_(module, inputs, **arguments)
    oracle.assert_same_bits(arrays(module), before)
    assert [each.training for each in module.modules()] == modes
    assert generators() == states
    assert "\n" not in str(raised.value)
    return raised


def test_a_module_that_can_not_be_exported() -> None:
    class Branching(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.dense = nn.Linear(4, 4)

        def forward(self, x: Any) -> Any:
            return self.dense(x) if x.sum() > 0 else x

    raised = assert_fails_without_change(
        build(Branching),
        torch.zeros(1, 4),
        parewire.ExportError,
        "Branching can't be exported to ONNX: GuardOnDataDependentSymNode",
    )
    assert raised.value.__cause__ is not None


def test_a_lazy_or_meta_module() -> None:
    with pytest.raises(parewire.ExportError, match=r"'weight' is lazy .* call the module once"):
        rewire_(nn.LazyLinear(3), torch.zeros(1, 4))
    with pytest.raises(parewire.ExportError, match="'weight' is on the meta device"):
        rewire_(nn.Linear(4, 4, device="meta"), torch.zeros(1, 4))


def test_no_layer() -> None:
    raised = assert_fails_without_change(
        build(lambda: nn.LSTM(3, 4)),
        torch.zeros(2, 1, 3),
        parewire.NoLayerError,
        r"LSTM: no layer to rewire; left are 'weight_ih_l0': read by Concat, in parts",
    )
    assert raised.value.exit_code == 4


def test_a_constant_weight_is_no_parameter() -> None:
    class Fixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.dense = nn.Linear(4, 4)
            self.matrix = torch.randn(4, 4)

        def forward(self, x: Any) -> Any:
            return self.dense(x) @ self.matrix

    module = build(Fixed)
    raised = assert_fails_without_change(
        module, torch.zeros(1, 4), parewire.MappingError, r"no parameter of the network has these"
    )
    name = str(raised.value).split("exclude=['")[1].split("'")[0]
    assert names(rewire_(module, torch.zeros(1, 4), exclude=[name])) == ["dense.weight"]


def test_the_tool_fails_or_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    raised = assert_fails_without_change(
        build(Mlp),
        torch.zeros(1, 12),
        parewire.ToolError,
        "not an int",
        options=["--threads", "none"],
    )
    assert raised.value.exit_code == 2
    monkeypatch.setenv("ONNX_PAREWIRE", "/nowhere/onnx-parewire")
    assert_fails_without_change(
        build(Mlp), torch.zeros(1, 12), parewire.ToolNotFoundError, "which is no file"
    )


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
    assert_fails_without_change(build(Mlp), torch.zeros(1, 12), MemoryError, "full")
    assert len(targets) == 6


def test_overlapping_parameters_are_refused() -> None:
    class Overlapping(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            memory = torch.randn(48)
            self.one = nn.Parameter(memory[:32].view(4, 8))
            self.two = nn.Parameter(memory[16:].view(8, 4))

        def forward(self, x: Any) -> Any:
            return x @ self.one @ self.two

    assert_fails_without_change(
        build(Overlapping), torch.zeros(1, 4), parewire.MappingError, "shares its memory"
    )


def test_weights_that_look_trained_warn() -> None:
    module = build(lambda: nn.Linear(64, 64))
    with torch.no_grad():
        module.weight += 1
    with pytest.warns(parewire.RewiringWarning, match="freshly initialized"):
        report = rewire_(module, torch.zeros(1, 64))
    assert [each.kind for each in report.tool.notices] == ["trained"]


def test_the_report_reads_well() -> None:
    report = rewire_(build(Mlp), torch.zeros(1, 12))
    lines = str(report).splitlines()
    assert lines[0].startswith("0.weight 24x12: input strength variance ")
    assert lines[-1] == "4.bias 5: left, fewer than two dimensions"
    assert report.tool.weights == 12 * 24 + 24 * 24 + 24 * 5
    assert {each.name for each in report.tool.proofs if each.outcome == "holds"} == {
        "nothing else changed",
        "same weights",
        "runs",
    }
