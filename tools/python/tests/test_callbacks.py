"""Callbacks rewire once, before the first step, and never what has been trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
lightning = pytest.importorskip("lightning")
transformers = pytest.importorskip("transformers")

from torch import nn  # noqa: E402

import parewire  # noqa: E402
import parewire.lightning  # noqa: E402
import parewire.transformers  # noqa: E402
from parewire.torch import rewire_  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:.*:UserWarning", "ignore:.*:FutureWarning")


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 2))


def rewired(**arguments: Any) -> list[Any]:
    module = network()
    rewire_(module, **arguments)
    return values(module)


def values(module: nn.Module) -> list[Any]:
    return [parameter.detach().clone() for parameter in module.parameters()]


def same(one: list[Any], other: list[Any]) -> bool:
    return len(one) == len(other) and all(map(torch.equal, one, other))


class Module(lightning.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.network = network()
        self.seen: list[list[Any]] = []

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        self.seen.append(values(self.network))

    def training_step(self, batch: Any, batch_idx: int) -> Any:
        return nn.functional.cross_entropy(self.network(batch[0]), batch[1])

    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.parameters(), lr=0.1)

    def train_dataloader(self) -> Any:
        torch.manual_seed(2)
        data = torch.utils.data.TensorDataset(torch.randn(8, 8), torch.randint(0, 2, (8,)))
        return torch.utils.data.DataLoader(data, batch_size=4)


def fit(folder: Path, module: Module, callback: Any, epochs: int = 1, **arguments: Any) -> Any:
    trainer = lightning.Trainer(
        default_root_dir=folder,
        accelerator="cpu",
        max_epochs=epochs,
        callbacks=[callback],
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(module, **arguments)
    return trainer


def test_lightning(tmp_path: Path) -> None:
    module, callback = Module(), parewire.lightning.RewireCallback(7)
    trainer = fit(tmp_path, module, callback)
    assert same(module.seen[0], rewired(seed=7))
    assert callback.report is not None
    assert callback.report.coverage == "2 of 2 dense and conv weights"

    checkpoint = tmp_path / "last.ckpt"
    trainer.save_checkpoint(checkpoint)
    trained = values(module.network)
    resumed, again = Module(), parewire.lightning.RewireCallback(7)
    fit(tmp_path, resumed, again, epochs=2, ckpt_path=checkpoint)
    assert again.report is None
    assert same(resumed.seen[0], trained)

    fit(tmp_path, module, callback, epochs=1)
    assert same(module.seen[2], trained)


class Classifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.network = network()
        self.seen: list[list[Any]] = []

    def forward(self, x: Any, labels: Any) -> Any:
        self.seen.append(values(self.network))
        logits = self.network(x)
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


def train(folder: Path, model: Classifier, callback: Any, epochs: int, **arguments: Any) -> Any:
    generator = torch.Generator().manual_seed(2)
    data = [
        {"x": torch.randn(8, generator=generator), "labels": torch.tensor(i % 2)} for i in range(8)
    ]
    trainer = transformers.Trainer(
        model,
        transformers.TrainingArguments(
            str(folder),
            use_cpu=True,
            num_train_epochs=epochs,
            per_device_train_batch_size=4,
            save_strategy="epoch",
            report_to=[],
            disable_tqdm=True,
            learning_rate=0.1,
        ),
        train_dataset=data,
        callbacks=[callback],
    )
    trainer.train(**arguments)
    return trainer


def test_transformers(tmp_path: Path) -> None:
    model, callback = Classifier(), parewire.transformers.RewireCallback(7)
    train(tmp_path, model, callback, 1)
    assert same(model.seen[0], rewired(seed=7))
    assert callback.report is not None
    trained = values(model.network)

    resumed, again = Classifier(), parewire.transformers.RewireCallback(7)
    train(tmp_path, resumed, again, 2, resume_from_checkpoint=True)
    assert again.report is None
    assert same(resumed.seen[0], trained)


def test_what_is_left_is_told_at_the_line_that_trains(tmp_path: Path) -> None:
    module, model = Module(), Classifier()
    for each in (module, model):
        with torch.no_grad():  # rows that repeat, which the tool takes for a fixed filter
            each.network[2].weight.copy_(torch.arange(16.0).expand(2, 16))
    with pytest.warns(parewire.RewiringWarning, match="left 1 of 2") as of_lightning:
        fit(tmp_path / "lightning", module, parewire.lightning.RewireCallback(7))
    with pytest.warns(parewire.RewiringWarning, match="left 1 of 2") as of_trainer:
        train(tmp_path / "trainer", model, parewire.transformers.RewireCallback(7), 1)
    for told in (of_lightning, of_trainer):
        own = [each for each in told if each.category is parewire.RewiringWarning]
        assert [each.filename for each in own] == [__file__]


def test_arguments_go_on(tmp_path: Path) -> None:
    module = Module()
    fit(tmp_path, module, parewire.lightning.RewireCallback(exclude=["network.0.*"]))
    assert same(module.seen[0], rewired(exclude=["0.*"]))
    with pytest.raises(parewire.ArgumentError, match="no weight has a name like 'nothing'"):
        fit(tmp_path, Module(), parewire.lightning.RewireCallback(exclude=["nothing"]))
