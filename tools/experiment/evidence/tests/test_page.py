"""Raw results, and the page that is made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence import page, records
from evidence.strength import Strengths
from evidence.training import Curve, Epoch

SEEDS = range(4)


def epochs() -> list[Epoch]:
    """Runs of two epochs; in the last, rewired is one image of a hundred better, permuted one worse."""
    gains = {"original": 0, "rewired": 1, "permuted": -1}
    return [
        Epoch("MLP", "torch default", seed, arm, epoch, 0.5, 0.25 - gain / 100, 80 + seed + (epoch == 2) * gain, 100)
        for seed in SEEDS
        for arm, gain in gains.items()
        for epoch in (1, 2)
    ]


def curves() -> list[Curve]:
    return [
        Curve("MLP", "torch default", seed, arm, f"{2 - gap} {1 + seed / 10 - gap}")
        for seed in SEEDS
        for arm, gap in {"original": 0, "rewired": 0.5, "permuted": 0}.items()
    ]


def many(count: int) -> list[Epoch]:
    """Runs of a network that other options are tried with, too: one gains at first, one loses in the end."""
    gains = {"original": (0, 0), "rewired": (2, 0), "greedy": (0, -3)}
    return [
        Epoch(
            "ViT",
            "orthogonal",
            seed,
            arm,
            epoch,
            0.5,
            0.5,
            80 + seed % 3 + gains[arm][epoch - 1] + (seed % 5 == 0),
            100,
        )
        for seed in range(count)
        for arm in gains
        for epoch in (1, 2)
    ]


def test_records_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "training.csv"
    written = epochs()
    records.append(path, written[:5])
    records.append(path, written[5:])
    assert records.read(path, Epoch) == written
    assert path.read_text().count("network,initializer") == 1


def test_tables_compare_the_arms_seed_by_seed(tmp_path: Path) -> None:
    tables = page.training(epochs(), curves(), tmp_path)
    first, last = tables["accuracy"].splitlines()[2:]
    assert first.startswith("| MLP | torch default | after one epoch | 81.50 ± 1.29 | 81.50 ± 1.29 | +0.00 [+0.00,")
    assert last.startswith("| MLP | torch default | at the end | 81.50 ± 1.29 | 82.50 ± 1.29 | +1.00 [+1.00, +1.00] |")
    assert "| -1.00 [-1.00, -1.00] | -1.00 |" in tables["control"]
    assert "| +2.00 [+2.00, +2.00] | +1.00 |" in tables["organization"]
    assert "| -0.0100 [-0.0100, -0.0100] | -1.00 |" in tables["loss"]


def test_answer_says_what_is_established_of_each_option(tmp_path: Path) -> None:
    results = page.Results(many(12))
    assert results.answer().splitlines()[2:] == [
        "| ViT | orthogonal | rewired | helps (accuracy +2.00 [+2.00, +2.00]) | nothing established |",
        "| ViT | orthogonal | greedy | nothing established | harms (accuracy -3.00 [-3.00, -3.00]) |",
    ]
    few = page.Results(many(4))
    assert few.answer().count("nothing established") == 4


def test_options_are_compared_with_the_original() -> None:
    rows = page.Results(many(12)).options(page.accuracy, 2).splitlines()[2:]
    assert rows[0].startswith("| ViT | orthogonal | rewired | +2.00 [+2.00, +2.00] | 0.0")
    assert [row.split(" | ")[2] for row in rows] == ["rewired", "greedy"]


def test_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    assert page.training(epochs()[::-1], curves()[::-1], tmp_path) == page.training(epochs(), curves(), tmp_path)


def test_strengths_are_told_in_percent_that_stays(tmp_path: Path) -> None:
    rows = [Strengths("orthogonal", "dense", seed, 2.0, 1.0, 4.0, 0.2 + seed * 0.04) for seed in (0, 1)]
    assert page.strength(rows, tmp_path).splitlines()[2:] == [
        "| orthogonal | output | 5.5 ± 0.7 |",
        "| orthogonal | input | 50.0 ± 0.0 |",
    ]


def test_plots_are_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        page.training(epochs(), curves(), tmp_path / name)
    for plot in ("differences.png", "accuracy.png", "curves.png"):
        assert (tmp_path / "a" / plot).read_bytes() == (tmp_path / "b" / plot).read_bytes()


def test_page_keeps_what_is_written_by_hand(tmp_path: Path) -> None:
    document = tmp_path / "evidence.md"
    document.write_text("before\n<!-- begin loss -->\nold\n<!-- end loss -->\nafter\n")
    page.fill(document, {"loss": r"new \1"})
    assert document.read_text() == "before\n<!-- begin loss -->\n\nnew \\1\n\n<!-- end loss -->\nafter\n"


def test_page_without_a_mark_is_refused(tmp_path: Path) -> None:
    document = tmp_path / "evidence.md"
    document.write_text("no marks\n")
    with pytest.raises(SystemExit, match="'loss' 0 times"):
        page.fill(document, {"loss": "new"})
