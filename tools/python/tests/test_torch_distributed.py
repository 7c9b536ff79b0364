from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import distributed_modules as modules
import oracle
import pytest
import shell

torch = pytest.importorskip("torch")

from ranks import Pool  # noqa: E402

Runs = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def two() -> Iterator[Runs]:
    pool = Pool(2)
    yield pool.run
    pool.close()


@pytest.fixture(scope="module")
def four() -> Iterator[Runs]:
    pool = Pool(4)
    yield pool.run
    pool.close()


@pytest.fixture(scope="module")
def expected() -> modules.Result:
    return modules.alone(modules.build)


@pytest.fixture(scope="module")
def expected_even() -> modules.Result:
    return modules.alone(lambda: modules.build(*modules.EVEN))


def assert_same(results: list[modules.Result], expected: modules.Result) -> None:
    """Require that all ranks have the bits and the report of one process."""
    values, report = expected
    for its_values, its_report in results:
        oracle.assert_same_bits(its_values, values)
        assert its_report.rewired == report.rewired
        assert its_report.left == report.left
        assert its_report.next_layer == report.next_layer
        assert its_report.tool.weights == report.tool.weights
    assert all(its_report == results[0][1] for _, its_report in results)


def test_one_process_has_the_bits_of_numpy(expected: modules.Result) -> None:
    """Which is what all ranks are compared to."""
    values, report = expected
    before = modules.values(modules.build())
    assert [each.name for each in report.rewired] == modules.LAYERS
    for number, name in enumerate(modules.LAYERS):
        if "in_proj" not in name:
            its_expected = oracle.rewired(before[name], modules.SEED, number)
            assert oracle.same_bits(values[name], its_expected)


@pytest.mark.parametrize("make", [modules.ddp, modules.fsdp_with_policies])
def test_two_ranks(two: Runs, expected: modules.Result, make: Callable[..., Any]) -> None:
    assert_same(two(make), expected)


def test_dimensions_other_than_the_first(two: Runs, expected_even: modules.Result) -> None:
    assert_same(two(modules.fsdp_on_columns), expected_even)


@pytest.mark.parametrize(
    "make", [modules.tensor_parallel_alone, modules.hybrid, modules.copies_of_tensor_parallel]
)
def test_four_ranks(four: Runs, expected: modules.Result, make: Callable[..., Any]) -> None:
    assert_same(four(make), expected)


def test_four_ranks_with_two_ways_to_shard_one_dimension(
    four: Runs, expected_even: modules.Result
) -> None:
    assert_same(four(modules.fsdp_of_tensor_parallel), expected_even)


def test_four_ranks_with_uneven_and_empty_shards(four: Runs) -> None:
    arguments = {"first_layer": 3, "exclude": ["blocks.0.up.weight", "head.*"]}
    assert_same(four(modules.fsdp, arguments), modules.alone(modules.build, **arguments))


def test_a_pair_of_four_ranks(four: Runs, expected: modules.Result) -> None:
    results = four(modules.a_pair_of_four)
    assert results[0] is None
    assert results[2] is None
    assert_same([results[1], results[3]], expected)


def test_fewer_layers_than_ranks_and_of_bfloat16(four: Runs) -> None:
    assert_same(four(modules.fewer_layers_than_ranks), modules.alone(modules.small))


def test_from_the_meta_device(two: Runs) -> None:
    (before, after), (_, others) = two(modules.from_meta_device)
    whole = modules.build()
    with torch.no_grad():
        for name, parameter in whole.named_parameters():
            parameter.copy_(torch.from_numpy(before[name]))
    expected, _ = modules.alone(lambda: whole)
    oracle.assert_same_bits(after, expected)
    oracle.assert_same_bits(others, expected)


@pytest.mark.parametrize("kind", ["ddp", "fsdp after a forward pass", "fsdp after a step"])
def test_training_goes_on(two: Runs, expected: modules.Result, kind: str) -> None:
    trained = two(modules.trained_from, kind, expected[0])
    rewired = two(modules.trained_after_rewiring, kind)
    for losses, (its_losses, values) in zip(trained, rewired, strict=True):
        oracle.assert_same_bits(values, expected[0])
        assert its_losses == pytest.approx(losses, rel=1e-5)


def test_a_share_of_which_the_tool_leaves_all(two: Runs) -> None:
    one_process = lambda: modules.of_filters(1)  # noqa: E731
    with pytest.warns(match="left 1 of 2 .*'1.weight', fixed filter: weights repeat in it"):
        expected = modules.alone(one_process)
    results = two(modules.fixed_filter_in_a_share)
    assert [each.name for each in expected[1].rewired] == ["0.weight"]
    assert_same(results, expected)


def test_shares_of_which_the_tool_leaves_all(two: Runs) -> None:
    text = "left are '0.weight': fixed filter: weights repeat in it; '1.weight': fixed filter"
    for kind, its_text in two(modules.fixed_filters_alone):
        assert kind == "NoLayerError"
        assert text in its_text.replace("'0.bias': fewer than two dimensions; ", "").replace(
            "'1.bias': fewer than two dimensions; ", ""
        )


def test_a_module_of_each_ranks_own(two: Runs) -> None:
    results = two(modules.a_module_of_each_ranks_own)
    for rank, result in enumerate(results):
        assert_same([result], modules.alone(lambda rank=rank: modules.own_module(rank)))


def assert_fails_unchanged(results: list[Any], kind: str, text: str) -> None:
    """Require that all ranks fail alike, nothing has changed, and the module still trains."""
    for how, changed, losses in results:
        assert how[0] == kind
        assert text in how[1]
        assert "\n" not in how[1]
        assert changed == []
        assert math.isfinite(losses[-1])
        assert losses[-1] != losses[0]


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (
            modules.other_arguments,
            "ArgumentError",
            "rank 1 calls rewire_ with first_layer=1, rank 0 with first_layer=0",
        ),
        (
            modules.other_names_in_extra,
            "ArgumentError",
            "rank 1 calls rewire_ with extra={'no such weight': 'oi'}, rank 0 with extra={}",
        ),
        (
            modules.other_shapes,
            "NetworkError",
            "rank 1 has 'blocks.0.up.weight' 23x10, torch.float32, cpu, "
            "rank 0 has 'blocks.0.up.weight' 22x10, torch.float32, cpu",
        ),
        (
            modules.other_values,
            "NetworkError",
            "weight 'blocks.0.attention.in_proj_weight' has other values on rank 1 than on rank 0",
        ),
        (modules.trained, "TrainedWeightsError", "'blocks.1.up.weight'"),
        (modules.strict, "WeightsLeftError", "'head.parametrizations.weight.original'"),
        (modules.no_layer, "NoLayerError", "no layer to rewire; left are"),
        (modules.names_in_options, "ArgumentError", "found --exclude=head.weight"),
        (
            modules.tool_missing_on_one_rank,
            "ToolNotFoundError",
            "rank 1: ONNX_PAREWIRE names /nowhere/onnx-parewire, which is no file",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_one_rank_raises_all_raise(
    two: Runs, make: Callable[..., Any], kind: str, text: str
) -> None:
    assert_fails_unchanged(two(make), kind, text)


def test_the_tool_fails_on_one_rank(two: Runs, tmp_path: Path) -> None:
    tool = shell.executable(tmp_path / "tool", "#!/bin/sh\necho broken >&2; exit 5\n")
    results = two(modules.tool_fails_on_one_rank, str(tool))
    assert_fails_unchanged(results, "ToolError", "rank 1: broken")


def test_a_failure_while_writing_undoes_what_all_have_written(two: Runs) -> None:
    rank = 1
    results = two(modules.writing_fails_on_one_rank, rank)
    kinds = [how[0] for how, _, _ in results]
    assert kinds == ["MemoryError" if each == rank else "NetworkError" for each in range(2)]
    assert f"rank {rank}: MemoryError: full" in results[1 - rank][0][1]
    assert [changed for _, changed, _ in results] == [[], []]


def test_one_rank_alone_is_noticed_and_all_may_call_later(
    two: Runs, expected: modules.Result
) -> None:
    results = two(modules.one_rank_alone, 0)
    kind, text = results[0][0]
    assert kind == "NetworkError"
    assert text.startswith("rank 1 of 2 did not call rewire_ within 1 seconds, and nothing is")
    assert_same([result for _, result in results], expected)


def test_two_of_four_ranks_alone(four: Runs) -> None:
    for rank, (kind, text) in enumerate(four(modules.some_ranks_alone, [0, 2])):
        assert kind == ("" if rank % 2 else "NetworkError")
        assert rank % 2 or text.startswith("ranks 1, 3 of 4 did not call rewire_")


def test_weights_that_can_not_be_read(two: Runs, four: Runs) -> None:
    for kind, text in two(modules.partial_sums):
        assert kind == "NetworkError"
        assert text.startswith("weight '0.weight' is a sum of what the ranks have")
    for rank, (kind, text) in enumerate(four(modules.a_mesh_without_its_group)):
        assert kind == "NetworkError"
        assert f"but the ranks [{rank}] call rewire_" in text


def test_one_rank_warns(two: Runs) -> None:
    (warning,), others = two(modules.warned)
    assert warning[0] == "distributed_modules.py"
    assert warning[1].startswith("the weights of 1 of 5 layers ('blocks.1.up.weight') do not look")
    assert others == []


def test_the_example_runs_with_torchrun() -> None:
    example = Path(__file__).parents[1] / "examples" / "fsdp_train.py"
    run = shell.shell(
        f"{sys.executable} -m torch.distributed.run --standalone --nproc-per-node 2 {example}",
        example.parent,
        PYTHONPATH=os.pathsep.join(sys.path),
        OMP_NUM_THREADS="1",
    )
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert "rewired 9 of 9 dense and conv weights" in lines
    losses = [float(line.split()[-1]) for line in lines if line.startswith("step")]
    assert losses[-1] < losses[0]
