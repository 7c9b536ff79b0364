"""Trains a small transformer that several processes share, after rewiring it shard by shard.

    torchrun --nproc-per-node 2 fsdp_train.py

No process ever has the whole network: it is made without values, sharded, and initialized, rewired
and trained as shards. The data is made up: of which of three sums a row of numbers is.
"""

import math

import torch
from torch import distributed, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

from parewire.torch import rewire_

STEPS = 40
BATCH = 64


class Classifier(nn.Module):
    """Reads rows of whole numbers from 0 to 9."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10, width)
        self.blocks = nn.ModuleList(
            [
                nn.TransformerEncoderLayer(width, 4, 2 * width, dropout=0.0, batch_first=True)
                for _ in range(2)
            ]
        )
        self.head = nn.Linear(width, 3)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return a score for each of three classes."""
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean(1))


def initialize(module: nn.Module, rank: int) -> None:
    """Draw the initial weights, each process its own shards of them.

    The seeds differ: with one seed all shards would hold the same numbers.
    """
    torch.manual_seed(1 + rank)
    for name, parameter in module.named_parameters():
        shard = parameter.detach().to_local()
        if parameter.dim() > 1:
            nn.init.normal_(shard, std=math.sqrt(2 / sum(parameter.shape)))
        else:
            nn.init.constant_(shard, "norm" in name and name.endswith("weight"))


def batch(generator: torch.Generator, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Make up rows, and say whether their sums are small, middling or large."""
    tokens = torch.randint(10, (BATCH, 8), generator=generator)
    sums = tokens.sum(1)
    return tokens.to(device), ((sums > 30).long() + (sums > 42)).to(device)


def main() -> None:
    """Train, and say how it goes."""
    kind = "cuda" if torch.cuda.is_available() else "cpu"
    distributed.init_process_group("nccl" if kind == "cuda" else "gloo")
    rank, count = distributed.get_rank(), distributed.get_world_size()
    device = torch.device(kind)
    if kind == "cuda":
        torch.cuda.set_device(distributed.get_node_local_rank())

    with torch.device("meta"):
        model = Classifier()
    mesh = init_device_mesh(kind, (count,))
    for block in model.blocks:
        fully_shard(block, mesh=mesh)
    fully_shard(model, mesh=mesh)
    model.to_empty(device=device)
    initialize(model, rank)

    report = rewire_(model, seed=42)  # on all ranks
    if rank == 0:
        print(report)

    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    generator = torch.Generator().manual_seed(rank)
    for step in range(STEPS):
        optimizer.zero_grad()
        tokens, targets = batch(generator, device)
        loss = nn.functional.cross_entropy(model(tokens), targets)
        loss.backward()
        optimizer.step()
        mean = loss.detach().clone()
        distributed.all_reduce(mean)
        if rank == 0 and step % 10 == 9:
            print(f"step {step + 1}: loss {mean.item() / count:.3f}")
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
