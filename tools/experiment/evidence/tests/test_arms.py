"""The arms differ in the order of initial weights alone."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from torch import nn

from evidence import networks, training
from evidence.arms import permuted
from evidence.images import CIFAR10, Images

CASES = [(name, initializer) for name, network in networks.NETWORKS.items() for initializer in network.initializers]


def images(count: int) -> Images:
    generator = torch.Generator().manual_seed(1)
    return Images(torch.randn(count, 1, 28, 28, generator=generator), torch.arange(count) % 10)


@pytest.mark.parametrize(("network", "initializer"), CASES)
def test_initial_weights_depend_on_the_seed_alone(network: str, initializer: str) -> None:
    first, again, other = (networks.initialized(network, initializer, seed) for seed in (7, 7, 8))
    weights = [networks.layers(module)[0].weight for module in (first, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize("network", networks.NETWORKS)
def test_permuting_moves_the_weights_of_every_layer_and_nothing_else(network: str) -> None:
    before = networks.initialized(network, "torch default", 7)
    after = copy.deepcopy(before)
    permuted(after, 7)
    training.require_same_weights(before, after)
    for old, new in zip(networks.layers(before), networks.layers(after), strict=True):
        assert not torch.equal(old.weight, new.weight)


def test_wide_networks_train_on_color_images_that_move(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two epochs of a batch, in all arms; the same each time, shifts and all."""
    generator = torch.Generator().manual_seed(2)
    part = Images(torch.randn(6, 3, 32, 32, generator=generator), torch.arange(6))
    recipe = replace(training.RECIPES["ResNet, wide"], epochs=2)
    monkeypatch.setitem(training.RECIPES, "ResNet, wide", recipe)
    runs = [training.run(training.Task("ResNet, wide", "orthogonal", 3), part, part) for _ in range(2)]
    assert runs[0] == runs[1]
    assert len(runs[0][0]) == 2 * len(networks.NETWORKS["ResNet, wide"].arms)


@pytest.mark.parametrize("network", [name for name, network in networks.NETWORKS.items() if network.images == CIFAR10])
def test_wide_networks_tell_ten_classes_of_color_images(network: str) -> None:
    module = networks.initialized(network, "orthogonal", 7)
    assert module(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def test_an_arm_that_changes_values_is_refused() -> None:
    before = networks.initialized("MLP", "torch default", 7)
    after = copy.deepcopy(before)
    nn.init.zeros_(networks.layers(after)[1].bias)
    with pytest.raises(AssertionError, match=r"3\.bias has other values"):
        training.require_same_weights(before, after)


def test_runs_of_one_seed_are_the_same_each_time_and_arms_differ() -> None:
    task = training.Task("ViT", "orthogonal", 3)
    runs = [training.run(task, images(96), images(32)) for _ in range(2)]
    assert runs[0] == runs[1]
    epochs, curves = runs[0]
    arms = list(networks.NETWORKS["ViT"].arms)
    assert list(dict.fromkeys(record.arm for record in epochs)) == arms
    assert len({record.test_loss for record in epochs if record.epoch == 1}) == len(arms)
    assert [curve.arm for curve in curves] == arms
    for curve in curves:
        (loss,) = curve.points  # two steps of an epoch
        assert loss == pytest.approx(next(e.train_loss for e in epochs if e.arm == curve.arm), abs=0.3)
