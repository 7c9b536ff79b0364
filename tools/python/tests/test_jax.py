from __future__ import annotations

import math
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import oracle
import pytest

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"
jax = pytest.importorskip("jax")
nn = pytest.importorskip("flax.linen")
nnx = pytest.importorskip("flax.nnx")
eqx = pytest.importorskip("equinox")
hk = pytest.importorskip("haiku")

import jax.numpy as jnp  # noqa: E402
from flax.core import freeze  # noqa: E402
from jax.sharding import NamedSharding, PartitionSpec  # noqa: E402

import parewire  # noqa: E402
from parewire.jax import rewire, rewire_  # noqa: E402
from parewire.report import Report  # noqa: E402

SEED = 7
KEY = jax.random.key(1)
EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "flax_train.py"


class Axes(NamedTuple):
    """Which axes of a parameter are slices, output neurons, and inputs, in their order."""

    outputs: tuple[int, ...]
    inputs: tuple[int, ...]
    slices: tuple[int, ...] = ()


IO = Axes((1,), (0,))
OI = Axes((0,), (1,))
HWIO = Axes((3,), (2, 0, 1))
HWOI = Axes((2,), (3, 0, 1))
OIHW = Axes((0,), (1, 2, 3))
IOO = Axes((1, 2), (0,))
IIO = Axes((2,), (0, 1))
BIO = Axes((2,), (1,), (0,))


def rewired_by_numpy(before: Any, layer: int, axes: Axes) -> Any:
    order = (*axes.slices, *axes.outputs, *axes.inputs)
    turned = before.transpose(order)
    outputs = math.prod(before.shape[each] for each in axes.outputs)
    if axes.slices:
        matrices = [
            oracle.parewire_numpy.rewire(part.reshape(outputs, -1), SEED, (layer, number))
            for number, part in enumerate(turned)
        ]
        after = np.stack(matrices)
    else:
        after = oracle.parewire_numpy.rewire(turned.reshape(outputs, -1), SEED, (layer,))
    return after.reshape(turned.shape).transpose(np.argsort(order))


def arrays(tree: Any) -> dict[str, Any]:
    """The arrays in a tree, by the keys to them."""
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {
        jax.tree_util.keystr(path, simple=True, separator="/").removesuffix("/value"): np.array(
            leaf
        )
        for path, leaf in leaves
        if isinstance(leaf, (jax.Array, np.ndarray)) and leaf.dtype != KEY.dtype
    }


def expected(before: Mapping[str, Any], layers: Mapping[str, Axes]) -> dict[str, Any]:
    """Those arrays, with these of them rewired as layers 0, 1, ..."""
    after = dict(before)
    for number, (name, axes) in enumerate(layers.items()):
        after[name] = rewired_by_numpy(before[name], number, axes)
    return after


def names(report: Report) -> list[str]:
    return [each.name for each in report.rewired]


def left(report: Report) -> dict[str, str]:
    return {each.name: each.reason for each in report.left}


class Linen(nn.Module):
    """Each kind of layer, some with names that say nothing, and more than ten of one kind."""

    @nn.compact
    def __call__(self, image: Any) -> Any:
        x = nn.Conv(6, (3, 3))(image)
        x = nn.Conv(6, (3, 3), feature_group_count=2, use_bias=False, name="grouped")(x)
        x = nn.ConvTranspose(8, (2, 2))(nn.BatchNorm(use_running_average=True)(x))
        x = nn.ConvTranspose(9, (2, 2), transpose_kernel=True, name="up")(x)
        x = x.reshape(2, -1, 9)
        x = nn.LayerNorm()(x + nn.Embed(5, 9)(jnp.zeros((2, 1), int)))
        x = nn.MultiHeadDotProductAttention(2, qkv_features=8, out_features=7)(x)
        x = nn.Conv(6, (3,), use_bias=False)(x)
        x = nn.RNN(nn.LSTMCell(4), name="steps")(x)
        x = nn.DenseGeneral((3, 5))(x)
        x = nn.DenseGeneral(4, axis=(-2, -1), name="heads")(x.reshape(2, -1, 3, 5))
        for _ in range(12):
            x = nn.Dense(6)(x)
        return x


def linen() -> Any:
    return Linen().init(KEY, jnp.ones((2, 4, 4, 3)))


LINEN = {
    "params/ConvTranspose_0/kernel": HWIO,
    "params/Conv_0/kernel": HWIO,
    "params/Conv_1/kernel": Axes((2,), (1, 0)),
    "params/DenseGeneral_0/kernel": IOO,
    **{f"params/Dense_{i}/kernel": IO for i in range(12)},
    "params/MultiHeadDotProductAttention_0/key/kernel": IOO,
    "params/MultiHeadDotProductAttention_0/out/kernel": IIO,
    "params/MultiHeadDotProductAttention_0/query/kernel": IOO,
    "params/MultiHeadDotProductAttention_0/value/kernel": IOO,
    "params/grouped/kernel": HWIO,
    "params/heads/kernel": Axes((2,), (0, 1)),
    "params/up/kernel": HWOI,
}


class Nnx(nnx.Module):
    def __init__(self, rngs: Any) -> None:
        self.attention = nnx.MultiHeadAttention(2, 8, decode=False, rngs=rngs)
        self.blocks = nnx.List([nnx.Linear(4, 4, rngs=rngs) for _ in range(11)])
        self.embed = nnx.Embed(5, 6, rngs=rngs)
        self.filter = nnx.Conv(4, 6, (3,), use_bias=False, rngs=rngs)
        self.grouped = nnx.Conv(4, 6, (3, 3), feature_group_count=2, rngs=rngs)
        self.mean = nnx.BatchNorm(6, rngs=rngs)
        self.memory = nnx.RNN(nnx.GRUCell(3, 4, rngs=rngs))
        self.product = nnx.Einsum("abc,dc->abd", (5, 4), rngs=rngs)
        self.scale = nnx.LinearGeneral((3, 4), 5, axis=(-2, -1), rngs=rngs)
        self.up = nnx.ConvTranspose(4, 4, (3, 3), transpose_kernel=True, rngs=rngs)


NNX = {
    **{
        f"attention/{part}/kernel": IIO if part == "out" else IOO
        for part in ("key", "out", "query", "value")
    },
    **{f"blocks/{i}/kernel": IO for i in range(11)},
    "filter/kernel": Axes((2,), (1, 0)),
    "grouped/kernel": HWIO,
    "product/kernel": OI,
    "scale/kernel": IIO,
    "up/kernel": HWOI,
}
# A state does not know its layers, and these may be others by their names and shapes.
NNX_STATE = {
    "filter/kernel": "kio",
    "product/kernel": "oi",
    "scale/kernel": "iio",
    "up/kernel": "kkoi",
}


def equinox() -> Any:
    return {
        "attention": eqx.nn.MultiheadAttention(2, 8, key=KEY),
        "conv": eqx.nn.Conv2d(4, 6, 3, groups=2, key=KEY),
        "embed": eqx.nn.Embedding(5, 6, key=KEY),
        "memory": eqx.nn.LSTMCell(3, 4, key=KEY),
        "mlp": eqx.nn.MLP(3, 4, 5, 2, key=KEY),
        "norm": eqx.nn.LayerNorm((3, 4)),
        "stack": eqx.filter_vmap(lambda key: eqx.nn.Linear(3, 4, key=key))(
            jax.random.split(KEY, 3)
        ),
        "up": eqx.nn.ConvTranspose2d(4, 6, 3, groups=2, key=KEY),
        "wrapped": eqx.nn.WeightNorm(eqx.nn.Linear(3, 4, key=KEY)),
    }


EQUINOX = {
    **{f"attention/{part}_proj/weight": OI for part in ("query", "key", "value", "output")},
    "conv/weight": OIHW,
    **{f"mlp/layers/{i}/weight": OI for i in range(3)},
    "stack/weight": Axes((1,), (2,), (0,)),
    "up/weight": OIHW,
    "wrapped/layer/weight": OI,
}


def haiku() -> Any:
    def network(image: Any) -> Any:
        x = hk.Conv2D(6, 3)(image)
        x = hk.Conv2D(6, 3, feature_group_count=2, with_bias=False)(x)
        x = hk.BatchNorm(True, True, 0.9)(hk.DepthwiseConv2D(2, 3)(x), True)
        x = hk.Conv2DTranspose(12, 3)(x)
        x = hk.Conv2D(5, 3, data_format="NCHW", name="first")(jnp.moveaxis(x, -1, 1))
        x = hk.Flatten()(x)
        for _ in range(12):
            x = hk.Linear(6)(x)
        x = hk.nets.MLP([5, 4])(x)[:, None]
        x = hk.MultiHeadAttention(2, 4, w_init_scale=1.0)(x, x, x)
        x, _ = hk.LSTM(4)(x[:, 0], hk.LSTM(4, name="first").initial_state(2))
        return hk.Embed(5, 4)(jnp.zeros(2, int)) + x

    return hk.transform_with_state(network).init(KEY, jnp.ones((2, 4, 4, 3)))[0]


HAIKU = {
    "conv2_d/w": HWIO,
    "conv2_d_1/w": HWIO,
    "conv2_d_transpose/w": HWOI,
    "depthwise_conv2_d/w": HWIO,
    "first/w": HWIO,
    "linear/w": IO,
    **{f"linear_{i}/w": IO for i in range(1, 12)},
    "mlp/~/linear_0/w": IO,
    "mlp/~/linear_1/w": IO,
    **{f"multi_head_attention/{part}/w": IO for part in ("key", "linear", "query", "value")},
}


@pytest.mark.parametrize(
    ("build", "layers"),
    [
        (linen, LINEN),
        (lambda: freeze(linen()), LINEN),
        (lambda: nnx.state(Nnx(nnx.Rngs(0))), None),
        (lambda: Nnx(nnx.Rngs(0)), NNX),
        (equinox, EQUINOX),
        (haiku, HAIKU),
    ],
    ids=["linen", "linen frozen", "nnx state", "nnx", "equinox", "haiku"],
)
def test_equals_numpy_on_the_librarys_own_parameters(
    build: Callable[[], Any], layers: dict[str, Axes] | None
) -> None:
    params = build()
    before = arrays(params)
    extra = {"params/heads/kernel": "iio"} if layers is LINEN else {}
    if layers is None:
        extra, layers = NNX_STATE, NNX

    new, report = rewire(params, SEED, extra=extra, strict=True)

    assert names(report) == list(layers)
    assert [each.layer.number for each in report.rewired] == list(range(len(layers)))
    oracle.assert_same_bits(arrays(new), expected(before, layers))
    oracle.assert_same_bits(arrays(params), before)
    assert jax.tree_util.tree_structure(new) == jax.tree_util.tree_structure(params)


def test_any_pytree_of_named_arrays_is_rewired() -> None:
    random = np.random.default_rng(3)
    params = [
        {"w": random.standard_normal((5, 4)), "b": np.zeros(4)},
        (random.standard_normal((3, 4)), "no array", None, 7),
    ]

    new, report = rewire(params, SEED, extra={"1/0": "oi"})

    assert names(report) == ["0/w", "1/0"]
    oracle.assert_same_bits(arrays(new), expected(arrays(params), {"0/w": IO, "1/0": OI}))
    assert all(isinstance(each, np.ndarray) for each in (new[0]["w"], new[1][0]))
    assert new[0]["b"] is params[0]["b"]
    assert new[1][1:] == params[1][1:]


def test_the_last_of_extra_that_has_as_many_axes_counts() -> None:
    random = np.random.default_rng(3)
    params = {
        "head": {"kernel": random.standard_normal((4, 5))},
        "stack": {"kernel": random.standard_normal((3, 4, 5))},
    }

    new, _ = rewire(params, SEED, extra={"h*": "io", "head*": "oi", "*/kernel": "bio"})

    layers = {"head/kernel": OI, "stack/kernel": BIO}
    oracle.assert_same_bits(arrays(new), expected(arrays(params), layers))


@pytest.mark.parametrize(
    ("equation", "axes"),
    [("abc,cde->abd", 3), ("...a,...b->...ab", 2), ("ab,ab->ab", 2), ("abc,bc->bac", 2)],
    ids=["one in it alone", "no inputs, and an ellipsis", "nothing is summed", "no outputs"],
)
def test_an_einsum_that_is_no_dense_layers_is_left(equation: str, axes: int) -> None:
    class Network(nnx.Module):
        def __init__(self, rngs: Any) -> None:
            self.dense = nnx.Linear(4, 4, rngs=rngs)
            self.product = nnx.Einsum(equation, (4,) * axes, rngs=rngs)

    report = rewire_(Network(nnx.Rngs(0)), SEED)

    assert [each.name for each in report.rewired] == ["dense/kernel"]


def test_extra_gives_the_groups_that_names_and_shapes_do_not_tell() -> None:
    name = "params/grouped/kernel"
    params = {"params": {"grouped": linen()["params"]["grouped"]}}
    kernel = arrays(params)[name]

    new, _ = rewire(params, SEED, groups="separate", extra={name: ("hwi(go)", {"g": 2})})

    parts = [
        oracle.parewire_numpy.rewire(part.transpose(3, 2, 0, 1), SEED, (0, group))
        for group, part in enumerate(np.split(kernel, 2, axis=3))
    ]
    after = np.concatenate([part.transpose(2, 3, 1, 0) for part in parts], axis=3)
    oracle.assert_same_bits(arrays(new), {name: after})


def test_nnx_and_equinox_modules_know_their_groups() -> None:
    model = eqx.nn.Conv1d(4, 6, 3, groups=2, key=KEY)

    new, _ = rewire(model, SEED, groups="separate")

    parts = [
        oracle.parewire_numpy.rewire(part, SEED, (0, group))
        for group, part in enumerate(np.split(np.array(model.weight), 2))
    ]
    assert oracle.same_bits(np.array(new.weight), np.concatenate(parts))


def test_numbers_do_not_depend_on_jit_or_on_the_order_in_which_a_dict_was_made() -> None:
    params = {"params": dict(reversed(linen()["params"].items()))}
    jitted = jax.jit(lambda tree: tree)(params)
    assert list(jitted["params"]) != list(params["params"])

    new, _ = rewire(params, SEED, extra={"params/heads/kernel": "iio"})
    of_jitted, _ = rewire(jitted, SEED, extra={"params/heads/kernel": "iio"})

    oracle.assert_same_bits(arrays(of_jitted), arrays(new))
    oracle.assert_same_bits(arrays(new), expected(arrays(params), LINEN))


@pytest.mark.parametrize(
    ("params", "axes"),
    [
        ({"c": {"kernel": (3, 4, 5), "bias": (5,)}}, "'kio' or 'iio'"),
        ({"c": {"kernel": (3, 4, 5)}}, "'kio' or 'iio' or 'bio'"),
        ({"c": {"kernel": (4, 4, 5), "bias": (4, 5)}}, "'ioo' or 'bio'"),
        ({"ScanBlock_0": {"Conv_0": {"kernel": (2, 3, 4, 5)}}}, "'kkio' or 'bkio'"),
        ({"c": {"w": (3, 4, 5)}}, "'kio' or 'bio'"),
    ],
    ids=str,
)
def test_axes_that_may_be_others_are_left_with_a_warning(params: Any, axes: str) -> None:
    params = {**filled(params), "known": {"kernel": filled((4, 5))}}
    name = next(name for name, array in arrays(params).items() if array.ndim > 2)

    with pytest.warns(parewire.RewiringWarning, match=f"left 1 of 2 .*'{name}', its axes may be"):
        new, report = rewire(params, SEED)

    reason = f"its axes may be {axes}: say which in extra"
    assert left(report)[name] == reason
    after = rewired_by_numpy(params["known"]["kernel"], 1, IO)
    assert oracle.same_bits(new["known"]["kernel"], after)
    with pytest.raises(parewire.WeightsLeftError, match="say which in extra"):
        rewire(params, SEED, strict=True)


@pytest.mark.parametrize(
    ("params", "layers"),
    [
        ({"Conv_0": {"kernel": (3, 4, 5)}}, {"Conv_0/kernel": Axes((2,), (1, 0))}),
        ({"DenseGeneral_0": {"kernel": (3, 4, 5)}}, {"DenseGeneral_0/kernel": IIO}),
        ({"c": {"kernel": (2, 3, 4, 5), "bias": (5,)}}, {"c/kernel": HWIO}),
        ({"c": {"kernel": (2, 3, 4, 5)}}, {"c/kernel": HWIO}),
        ({"blocks": {"kernel": (2, 4, 5), "bias": (2, 5)}}, {"blocks/kernel": BIO}),
        ({"DenseGeneral_0": {"kernel": (4, 2, 5), "bias": (2, 5)}}, {"DenseGeneral_0/kernel": IOO}),
        (
            {
                "query": {"kernel": (2, 8, 2, 4), "bias": (2, 2, 4)},
                "key": {"kernel": (2, 8, 2, 4)},
                "value": {"kernel": (2, 8, 2, 4)},
                "out": {"kernel": (2, 2, 4, 8)},
            },
            {
                name: Axes((3,), (1, 2), (0,)) if name[0] == "o" else Axes((2, 3), (1,), (0,))
                for name in ("key/kernel", "out/kernel", "query/kernel", "value/kernel")
            },
        ),
    ],
    ids=str,
)
def test_names_and_shapes_tell_axes(params: Any, layers: dict[str, Axes]) -> None:
    params = filled(params)

    new, _ = rewire(params, SEED, strict=True)

    oracle.assert_same_bits(arrays(new), expected(arrays(params), layers))


def filled(shapes: Any) -> Any:
    """Normal numbers in place of shapes."""
    random = np.random.default_rng(3)
    return jax.tree_util.tree_map(
        random.standard_normal, shapes, is_leaf=lambda each: isinstance(each, tuple)
    )


def test_a_bias_that_fits_no_layer_leaves_its_weight() -> None:
    params = filled({"a": {"kernel": (4, 5), "bias": (3,)}, "b": {"kernel": (4, 5)}})

    with pytest.warns(parewire.RewiringWarning, match=r"bias of shape \(3,\) fits no layer"):
        _, report = rewire(params, SEED)

    assert names(report) == ["b/kernel"]
    assert report.rewired[0].layer.number == 1


def test_other_leaves_are_left_with_a_reason() -> None:
    _, report = rewire(linen(), SEED, extra={"params/heads/kernel": "iio"})

    reasons = left(report)
    assert reasons["params/Embed_0/embedding"] == "an embedding"
    assert reasons["params/DenseGeneral_0/bias"] == "a bias"
    assert reasons["params/LayerNorm_0/scale"] == "fewer than two dimensions"
    cells = {name for name, reason in reasons.items() if reason == "a recurrent layer's weight"}
    assert {name.rpartition("/")[0] for name in cells} == {
        f"params/LSTMCell_0/{part}" for part in ("hf", "hg", "hi", "ho", "if", "ig", "ii", "io")
    }
    assert not any(name.startswith("batch_stats") for name in reasons)


@pytest.mark.parametrize(
    ("build", "name"),
    [
        (lambda: Nnx(nnx.Rngs(0)), "memory/cell/dense_h/kernel"),
        (lambda: nnx.state(Nnx(nnx.Rngs(0))), "memory/cell/dense_h/kernel"),
        (equinox, "memory/weight_hh"),
        (haiku, "lstm/linear/w"),
    ],
    ids=["nnx", "nnx state", "equinox", "haiku"],
)
def test_recurrent_weights_and_embeddings_are_left(build: Callable[[], Any], name: str) -> None:
    params = build()
    extra = NNX_STATE if isinstance(params, nnx.State) else {}

    _, report = rewire(params, SEED, extra=extra)

    reasons = left(report)
    assert reasons[name] == "a recurrent layer's weight"
    assert list(reasons.values()).count("an embedding") == 1


def test_what_lies_beside_params_is_no_parameter() -> None:
    params = filled({"Dense_0": {"kernel": (4, 5)}})
    state = {"opt_state": filled({"Dense_0": {"kernel": (4, 5)}}), "params": params, "step": 3}

    new, report = rewire(state, SEED)

    assert names(report) == ["params/Dense_0/kernel"]
    assert new["opt_state"]["Dense_0"]["kernel"] is state["opt_state"]["Dense_0"]["kernel"]
    assert new["step"] == 3


def test_a_box_for_partitioning_stays_around_its_weight() -> None:
    start = nn.with_partitioning(nn.initializers.lecun_normal(), (None, "model"))
    params = nn.Dense(5, kernel_init=start).init(KEY, jnp.ones((2, 4)))

    new, report = rewire(params, SEED)

    assert names(report) == ["params/kernel"]
    assert new["params"]["kernel"].names == (None, "model")
    oracle.assert_same_bits(arrays(new), expected(arrays(params), {"params/kernel": IO}))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
def test_every_type_is_rewired_as_it_is(dtype: str) -> None:
    with jax.enable_x64(True):
        params = {"w": jax.random.normal(KEY, (6, 5), dtype)}

    new, _ = rewire(params, SEED)

    assert new["w"].dtype == dtype
    oracle.assert_same_bits(arrays(new), expected(arrays(params), {"w": IO}))


def test_shardings_devices_and_commitment_stay() -> None:
    mesh = jax.make_mesh((2, 2), ("data", "model"))
    spread = NamedSharding(mesh, PartitionSpec("data", "model"))
    params = {
        "one": {"w": jax.device_put(filled((4, 6)), jax.devices()[2])},
        "spread": {"w": jax.device_put(filled((4, 6)), spread)},
        "free": {"w": jnp.asarray(filled((4, 6)))},
    }

    new, _ = rewire(params, SEED)

    oracle.assert_same_bits(
        arrays(new), expected(arrays(params), dict.fromkeys(["free/w", "one/w", "spread/w"], IO))
    )
    for name, leaf in params.items():
        assert new[name]["w"].sharding == leaf["w"].sharding
        assert new[name]["w"].committed == leaf["w"].committed
    assert len(new["spread"]["w"].addressable_shards) == 4


def test_leaves_without_values_are_errors_of_a_line() -> None:
    params = {"Dense_0": {"kernel": jnp.ones((3, 4))}}
    with pytest.raises(parewire.NetworkError, match=r"'Dense_0/kernel' is traced.*outside of jit"):
        jax.jit(lambda tree: rewire(tree)[0])(params)
    shapes = jax.eval_shape(lambda: params)
    with pytest.raises(parewire.NetworkError, match=r"'Dense_0/kernel' is a ShapeDtypeStruct"):
        rewire(shapes)
    params["Dense_0"]["kernel"].delete()
    with pytest.raises(parewire.NetworkError, match=r"'Dense_0/kernel' is deleted"):
        rewire(params)


_PROCESS = """
import sys
import jax
jax.distributed.initialize(f"localhost:{sys.argv[1]}", 2, int(sys.argv[2]))
import numpy as np
from jax.sharding import NamedSharding, PartitionSpec
from parewire import NetworkError
from parewire.jax import rewire
rows = NamedSharding(jax.make_mesh((2,), ("rows",)), PartitionSpec("rows"))
array = jax.make_array_from_callback((4, 6), rows, lambda index: np.ones((4, 6), "f4")[index])
try:
    rewire({"w": array})
except NetworkError as error:
    print(error)
"""


def test_arrays_of_several_processes_are_an_error() -> None:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = str(free.getsockname()[1])

    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _PROCESS, port, number],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "XLA_FLAGS": ""},
        )
        for number in "01"
    ]

    for process in processes:
        output, _ = process.communicate(timeout=120)
        assert "'w' has parts on devices of other processes" in output


class Tied(nnx.Module):
    def __init__(self, rngs: Any) -> None:
        self.first = nnx.Linear(4, 4, rngs=rngs)
        self.second = nnx.Linear(4, 4, rngs=rngs)
        self.second.kernel = self.first.kernel


def test_an_nnx_module_is_rewired_in_place() -> None:
    module = Tied(nnx.Rngs(0))
    kernel = module.first.kernel
    before = arrays(nnx.state(module))

    report = rewire_(module, SEED)

    assert names(report) == ["first/kernel"]
    assert module.first.kernel is kernel
    assert module.second.kernel is kernel
    oracle.assert_same_bits(arrays(nnx.state(module)), expected(before, {"first/kernel": IO}))


def test_an_nnx_module_stays_as_it_was_when_writing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    module = Nnx(nnx.Rngs(0))
    before = arrays(nnx.state(module))
    update = nnx.update
    calls = []

    def fail_once(to: Any, state: Any) -> None:
        calls.append(to)
        update(to, state)
        if len(calls) == 1:
            raise MemoryError

    monkeypatch.setattr(nnx, "update", fail_once)
    with pytest.raises(MemoryError):
        rewire_(module, SEED)

    oracle.assert_same_bits(arrays(nnx.state(module)), before)


def test_only_nnx_modules_can_be_rewired_in_place() -> None:
    with pytest.raises(parewire.ArgumentError, match=r"expected an nnx.Module, found dict.*rewire"):
        rewire_({"w": np.ones((2, 2))})


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"x*": "io"}, r"extra: no parameter has a name like 'x\*'"),
        (
            {"a/w": "bio"},
            r"extra: 'a/w': 'a/w': layout 'bio' has 3 axes, the array has 2: \(4, 6\)",
        ),
        ({"a/w": ("i(go)", {"g": 4})}, r"extra: 'a/w': 'a/w': layout.*an axis of 6 is no \(go\)"),
    ],
)
def test_an_extra_that_fits_nothing_is_an_error(extra: Any, message: str) -> None:
    with pytest.raises(parewire.ArgumentError, match=message):
        rewire({"a": {"w": filled((4, 6))}}, extra=extra)


def test_a_name_of_two_leaves_is_an_error() -> None:
    params = {"a/b": {"w": filled((4, 6))}, "a": {"b/w": filled((4, 6))}}
    with pytest.raises(parewire.ArgumentError, match="found 'a/b/w' twice"):
        rewire(params)


def test_include_and_exclude_choose_by_names() -> None:
    params = filled({"a": {"w": (4, 6)}, "b": {"w": (4, 6)}, "c": {"w": (4, 6)}})

    new, report = rewire(params, SEED, include=["a/*", "b/*"], exclude=["a/w"], strict=True)

    assert names(report) == ["b/w"]
    assert new["a"]["w"] is params["a"]["w"]
    assert oracle.same_bits(new["b"]["w"], rewired_by_numpy(params["b"]["w"], 1, IO))


def test_the_next_part_of_a_network_has_streams_of_its_own() -> None:
    params = filled({"a": {"w": (4, 6)}, "b": {"w": (4, 6)}})

    _, report = rewire({"a": params["a"]}, SEED)
    second, _ = rewire({"b": params["b"]}, SEED, first_layer=report.next_layer)

    assert oracle.same_bits(second["b"]["w"], rewired_by_numpy(params["b"]["w"], 1, IO))


def test_trained_weights_are_refused() -> None:
    random = np.random.default_rng(0)
    scales = np.exp(random.standard_normal((64, 1)))
    params = {"w": random.standard_normal((64, 64)) * scales}

    with pytest.raises(parewire.TrainedWeightsError, match="'w'"):
        rewire(params, SEED)
    with pytest.warns(parewire.RewiringWarning, match="freshly initialized"):
        new, _ = rewire(params, SEED, allow_trained=True)
    assert not oracle.same_bits(new["w"], params["w"])


def test_the_example_trains() -> None:
    done = subprocess.run([sys.executable, EXAMPLE], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert "rewired 3 of 3 dense and conv weights" in done.stdout
    assert done.stderr == ""
