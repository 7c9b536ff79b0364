"""Modules for several ranks, and what tests do to them in each rank."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import oracle
import pytest
import torch
from torch import distributed, nn
from torch.distributed.fsdp import CPUOffloadPolicy, MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import (
    DeviceMesh,
    DTensor,
    Partial,
    Shard,
    distribute_tensor,
    init_device_mesh,
)
from torch.distributed.tensor.parallel import (
    ColwiseParallel,
    RowwiseParallel,
    parallelize_module,
)

import parewire
from parewire.report import Report
from parewire.torch import rewire_

SEED = 7
Result = tuple[dict[str, Any], Report]


class Block(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, 2, batch_first=True)
        self.up = nn.Linear(width, hidden)
        self.down = nn.Linear(hidden, width)

    def forward(self, x: Any) -> Any:
        y = self.norm(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.down(torch.relu(self.up(x)))


class Transformer(nn.Module):
    """Of sizes that 2 and 4 ranks can't divide evenly; of the last weight some get nothing."""

    def __init__(self, width: int = 10, hidden: int = 22) -> None:
        super().__init__()
        self.embedding = nn.Embedding(13, width)
        self.blocks = nn.ModuleList([Block(width, hidden) for _ in range(2)])
        self.head = nn.Linear(width, 3)

    def forward(self, tokens: Any) -> Any:
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean(1))


ATTENTION = ("attention.in_proj_weight", "attention.out_proj.weight")
LAYERS = [
    *(
        f"blocks.{block}.{name}"
        for block in range(2)
        for name in (*ATTENTION, "up.weight", "down.weight")
    ),
    "head.weight",
]
EVEN = (8, 16)  # sizes that tensor parallel layers compute with


def build(*sizes: int, seed: int = 1) -> Transformer:
    torch.manual_seed(seed)
    return Transformer(*sizes)


def values(module: nn.Module) -> dict[str, Any]:
    """Return all parameters whole, by the names that they have without a wrapper."""
    return {
        name.removeprefix("module."): array(parameter)
        for name, parameter in module.named_parameters()
    }


def array(parameter: torch.Tensor) -> Any:
    whole = parameter.detach()
    if isinstance(whole, DTensor):
        whole = whole.full_tensor()
    if whole.dtype == torch.bfloat16:
        return oracle.bfloat16(whole.view(torch.int16).numpy().copy())
    return whole.numpy().copy()


def alone(build_it: Callable[[], nn.Module], **arguments: Any) -> Result:
    """Rewire a module as one process does."""
    module = build_it()
    report = rewire_(module, SEED, **arguments)
    return values(module), report


def sharded(module: nn.Module, **arguments: Any) -> nn.Module:
    """Shard it as is usual: each block by itself, and the rest."""
    for block in module.blocks:
        fully_shard(block, **arguments)
    fully_shard(module, **arguments)
    return module


def tensor_parallel(module: nn.Module, mesh: Any) -> nn.Module:
    for block in module.blocks:
        parallelize_module(block, mesh, {"up": ColwiseParallel(), "down": RowwiseParallel()})
    return module


def rewired(module: nn.Module, **arguments: Any) -> Result:
    report = rewire_(module, SEED, **arguments)
    return values(module), report


# What the ranks do


def ddp() -> Result:
    # As is usual, the ranks are not seeded alike; rank 0's values count.
    module = nn.parallel.DistributedDataParallel(build(seed=1 + distributed.get_rank()))
    return rewired(module)


def fsdp(arguments: dict[str, Any]) -> Result:
    return rewired(sharded(build()), **arguments)


def fsdp_with_policies() -> Result:
    policy = MixedPrecisionPolicy(param_dtype=torch.bfloat16)
    module = sharded(build(), mp_policy=policy, offload_policy=CPUOffloadPolicy(pin_memory=False))
    return rewired(module)


def fsdp_on_columns() -> Result:
    module = build(*EVEN)
    place = lambda parameter: Shard(parameter.dim() - 1)  # noqa: E731
    return rewired(sharded(module, shard_placement_fn=place))


def tensor_parallel_alone() -> Result:
    mesh = init_device_mesh("cpu", (distributed.get_world_size(),))
    return rewired(tensor_parallel(build(), mesh))


def fsdp_of_tensor_parallel() -> Result:
    mesh = init_device_mesh("cpu", (2, 2), mesh_dim_names=("data", "tensor"))
    module = tensor_parallel(build(*EVEN), mesh["tensor"])
    return rewired(sharded(module, mesh=mesh["data"]))


def hybrid() -> Result:
    """Copies on pairs of ranks, sharded in each."""
    mesh = init_device_mesh("cpu", (2, 2), mesh_dim_names=("copies", "shards"))
    return rewired(sharded(build(), mesh=mesh))


def copies_of_tensor_parallel() -> Result:
    """Each pair of ranks has DTensors on a mesh of its own."""
    mesh = init_device_mesh("cpu", (2, 2), mesh_dim_names=("copies", "tensor"))
    return rewired(tensor_parallel(build(), mesh["tensor"]))


def from_meta_device() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values before and after."""
    with torch.device("meta"):
        module = Transformer()
    sharded(module)
    module.to_empty(device="cpu")
    torch.manual_seed(3 + distributed.get_rank())
    for parameter in module.parameters():
        nn.init.normal_(parameter.detach().to_local(), std=0.3)
    before = values(module)
    return before, rewired(module)[0]


def losses(module: nn.Module, inputs: Any, targets: Any) -> list[float]:
    """Train three steps, on this rank's part of the examples if there are ranks."""
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    found = []
    for _ in range(3):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(module(inputs), targets)
        loss.backward()
        optimizer.step()
        mean = loss.detach().clone()
        if distributed.is_initialized():
            distributed.all_reduce(mean)
            mean /= distributed.get_world_size()
        found.append(mean.item())
    return found


def examples() -> tuple[Any, Any]:
    generator = torch.Generator().manual_seed(5)
    tokens = torch.randint(13, (8, 6), generator=generator)
    return tokens, torch.randint(3, (8,), generator=generator)


def own_examples() -> tuple[Any, Any]:
    rank, count = distributed.get_rank(), distributed.get_world_size()
    return tuple(each.chunk(count)[rank] for each in examples())  # type: ignore[return-value]


def trained_from(kind: str, initial: dict[str, Any]) -> list[float]:
    """Train a module that has its weights before it is wrapped."""
    module: nn.Module = build()
    module.load_state_dict({name: torch.from_numpy(each) for name, each in initial.items()})
    if kind == "ddp":
        module = nn.parallel.DistributedDataParallel(module)
    else:
        sharded(module)
    return losses(module, *own_examples())


def trained_after_rewiring(kind: str) -> tuple[list[float], dict[str, Any]]:
    module: nn.Module = build()
    if kind == "ddp":
        module = nn.parallel.DistributedDataParallel(module)
    else:
        sharded(module)
    if kind == "fsdp after a forward pass":
        with torch.no_grad():
            module(own_examples()[0])
        assert not isinstance(module.head.weight, DTensor)
    if kind == "fsdp after a step":
        losses(module, *own_examples())
        with torch.no_grad():
            for parameter, initial in zip(module.parameters(), build().parameters(), strict=True):
                mesh, placements = parameter.device_mesh, parameter.placements
                parameter.copy_(distribute_tensor(initial.detach(), mesh, placements))
    rewire_(module, SEED)
    after = values(module)
    return losses(module, *own_examples()), after


# Failures


Failure = tuple[str, str]
NONE: Failure = ("", "")


def failure(action: Callable[[], object]) -> Failure:
    """Return the error's kind and text."""
    try:
        action()
    except Exception as error:
        return type(error).__name__, str(error)
    return NONE


def failed_unchanged(module: nn.Module, **arguments: Any) -> tuple[Failure, list[str], list[float]]:
    """Return how rewiring fails, what it has changed all the same, and how the module trains."""
    before = values(module)
    how = failure(lambda: rewire_(module, **{"seed": SEED, "timeout": 30.0, **arguments}))
    after = values(module)
    changed = [name for name in before if not oracle.same_bits(before[name], after[name])]
    return how, changed, losses(module, *own_examples())


def one_rank_alone(number: int) -> tuple[Failure, Result]:
    module = build()
    how = NONE
    if distributed.get_rank() == number:
        how = failure(lambda: rewire_(module, SEED, timeout=1.0))
    distributed.barrier()
    return how, rewired(module)


def some_ranks_alone(numbers: list[int]) -> Failure:
    module = build()
    how = NONE
    if distributed.get_rank() in numbers:
        how = failure(lambda: rewire_(module, SEED, timeout=1.0))
    distributed.barrier()
    return how


def other_arguments() -> Any:
    return failed_unchanged(sharded(build()), first_layer=distributed.get_rank())


def other_names_in_extra() -> Any:
    extra = {"no such weight": "oi"} if distributed.get_rank() else {}
    return failed_unchanged(sharded(build()), extra=extra)


def other_shapes() -> Any:
    return failed_unchanged(build(10, 22 + distributed.get_rank()))


def other_values() -> Any:
    return failed_unchanged(build(seed=1 + distributed.get_rank()))


def look_trained() -> Transformer:
    """Return a module of which one weight looks trained, which is in the last rank's share."""
    module = build(32, 64)
    with torch.no_grad():
        module.blocks[1].up.weight += 1
    return module


def trained() -> Any:
    return failed_unchanged(sharded(look_trained()))


def strict() -> Any:
    module = build()
    nn.utils.parametrizations.orthogonal(module.head)
    return failed_unchanged(module, strict=True)


def no_layer() -> Any:
    return failed_unchanged(sharded(build()), exclude=["*"])


def names_in_options() -> Any:
    return failed_unchanged(sharded(build()), options=["--exclude=head.weight"])


@contextmanager
def environment(name: str, value: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(name, value)
        yield


def tool_missing_on_one_rank() -> Any:
    module = sharded(build())
    if distributed.get_rank() != 1:
        return failed_unchanged(module)
    with environment("ONNX_PAREWIRE", "/nowhere/onnx-parewire"):
        return failed_unchanged(module)


def tool_fails_on_one_rank(tool: str) -> Any:
    module = sharded(build())
    if distributed.get_rank() != 1:
        return failed_unchanged(module)
    with environment("ONNX_PAREWIRE", tool):
        return failed_unchanged(module)


def writing_fails_on_one_rank(number: int) -> Any:
    """The third weight can't be written, the other way round can."""
    module = sharded(build())
    copy = torch.Tensor.copy_
    writes = []

    def failing(target: Any, source: Any, *rest: Any) -> Any:
        if target.untyped_storage().data_ptr() in storages:
            writes.append(target)
            if len(writes) == 3:
                raise MemoryError("full")
        return copy(target, source, *rest)

    storages = {p.detach().to_local().untyped_storage().data_ptr() for p in module.parameters()}
    if distributed.get_rank() == number:
        torch.Tensor.copy_ = failing  # type: ignore[method-assign]
    try:
        how = failed_unchanged(module)
    finally:
        torch.Tensor.copy_ = copy  # type: ignore[method-assign]
    return how


def partial_sums() -> Failure:
    mesh = init_device_mesh("cpu", (distributed.get_world_size(),))
    module = nn.Sequential(nn.Linear(8, 8))
    whole = DTensor.from_local(torch.randn(8, 8), mesh, [Partial()])
    module[0].weight = nn.Parameter(whole)
    return failure(lambda: rewire_(module))


def own_module(rank: int) -> Transformer:
    return build(8 + 2 * rank, 16)


def a_module_of_each_ranks_own() -> Result:
    own, _ = distributed.new_subgroups(1)
    return rewired(own_module(distributed.get_rank()), process_group=own)


def a_pair_of_four() -> Result | None:
    """The others have no part in it."""
    pair = distributed.new_group([1, 3])
    if distributed.get_rank() not in (1, 3):
        return None
    mesh = DeviceMesh.from_group(pair, "cpu")
    return rewired(sharded(build(), mesh=mesh), process_group=pair)


def a_mesh_without_its_group() -> Failure:
    mesh = init_device_mesh("cpu", (2, 2), mesh_dim_names=("stages", "shards"))
    module = sharded(build(), mesh=mesh["shards"])
    own, _ = distributed.new_subgroups(1)
    return failure(lambda: rewire_(module, process_group=own))


def warned() -> list[tuple[str, str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        rewire_(sharded(look_trained()), SEED, allow_trained=True)
    return [
        (Path(each.filename).name, str(each.message))
        for each in caught
        if issubclass(each.category, parewire.RewiringWarning)
    ]


def small() -> nn.Module:
    torch.manual_seed(2)
    return nn.Sequential(nn.Linear(6, 5), nn.Linear(5, 2)).to(torch.bfloat16)


def fewer_layers_than_ranks() -> Result:
    return rewired(fully_shard(small()))


def of_filters(*filters: int) -> nn.Module:
    """Return a module of which the tool takes some weights for fixed filters."""
    torch.manual_seed(2)
    module = nn.Sequential(nn.Linear(32, 32), nn.Linear(32, 32))
    with torch.no_grad():
        for number in filters:
            module[number].weight[16:] = module[number].weight[:16]
    return module


def fixed_filter_in_a_share() -> Result:
    return rewired(fully_shard(of_filters(1)))


def fixed_filters_alone() -> Failure:
    return failure(lambda: rewire_(fully_shard(of_filters(0, 1))))
