from __future__ import annotations

import pickle
import sys
from html.parser import HTMLParser

import pytest

from parewire import onnx
from parewire.report import LeftParameter, Report, RewiredParameter


def layer(number: int, inputs: onnx.Variances, outputs: onnx.Variances | None) -> onnx.Layer:
    return onnx.Layer(number, "t", "Gemm", (6, 5), "FLOAT", (1, 6, 5), True, None, inputs, outputs)


def report() -> Report:
    none = onnx.Variances(None, None)
    return Report(
        rewired=(
            RewiredParameter(
                "a<b>.weight", (6, 5), layer(0, onnx.Variances(2.5, 0.25), onnx.Variances(4.0, 1.0))
            ),
            RewiredParameter(
                "head.weight", (1, 5), layer(2, onnx.Variances(3.0, 0.5), none), "weight norm & co"
            ),
        ),
        left=(
            LeftParameter("frozen.weight", (4, 4), "frozen", is_weight=True),
            LeftParameter("a.bias", (6,), "fewer than two dimensions"),
            LeftParameter("temperature", (), "a <scalar>"),
        ),
        next_layer=3,
        tool=onnx.Report(42, (), (), (), (), 35, "1.0", {}),
    )


class Table(HTMLParser):
    """The texts of a table's cells, by rows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows:
            self.rows[-1][-1] += data


def test_text_has_a_line_for_each_parameter_and_one_that_sums_up() -> None:
    assert str(report()).splitlines() == [
        "a<b>.weight 6x5: input strength variance 2.5 -> 0.25, output strength variance 4 -> 1",
        "head.weight 1x5: input strength variance 3 -> 0.5, output strength variance none -> none "
        "(weight norm & co)",
        "frozen.weight 4x4: left, frozen",
        "a.bias 6: left, fewer than two dimensions",
        "temperature scalar: left, a <scalar>",
        "rewired 2 of 3 dense and conv weights",
    ]


def test_notebooks_show_a_table_in_which_names_are_escaped() -> None:
    text = report()._repr_html_()
    table = Table(text)

    assert "<caption>rewired 2 of 3 dense and conv weights</caption>" in text
    assert table.rows == [
        [
            "parameter",
            "shape",
            "input strength variance",
            "output strength variance",
            "left, or note",
        ],
        ["a<b>.weight", "6x5", "2.5 → 0.25", "4 → 1", ""],
        ["head.weight", "1x5", "3 → 0.5", "none → none", "weight norm & co"],
        ["frozen.weight", "4x4", "", "", "frozen"],
        ["a.bias", "6", "", "", "fewer than two dimensions"],
        ["temperature", "scalar", "", "", "a <scalar>"],
    ]
    assert table.tags == {"table", "caption", "thead", "tbody", "tr", "th", "td"}


def test_pandas_gets_a_row_for_each_parameter() -> None:
    pytest.importorskip("pandas")
    table = report().to_pandas()

    assert list(table.index) == [
        "a<b>.weight",
        "head.weight",
        "frozen.weight",
        "a.bias",
        "temperature",
    ]
    assert list(table["shape"]) == [(6, 5), (1, 5), (4, 4), (6,), ()]
    assert list(table["rewired"]) == [True, True, False, False, False]
    assert list(table["layer"].dropna()) == [0, 2]
    first = table.loc["a<b>.weight"]
    variances = first[["input_before", "input_after", "output_before", "output_after"]]
    assert list(variances) == [2.5, 0.25, 4.0, 1.0]
    assert table["output_after"].isna().tolist() == [False, True, True, True, True]
    assert table.loc["frozen.weight", "reason"] == "frozen"
    assert table.loc["head.weight", "note"] == "weight norm & co"
    assert table[table.rewired].input_after.mean() == 0.375


def test_plot_draws_both_variances_of_each_weight() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    ax = report().plot()

    assert [text.get_text() for text in ax.get_yticklabels()] == ["a<b>.weight", "head.weight"]
    drawn = {line.get_label(): list(line.get_xdata()) for line in ax.get_lines()}
    assert drawn == {
        "input strengths, before": [2.5, 3.0],
        "input strengths, after": [0.25, 0.5],
        "output strengths, before": [4.0],
        "output strengths, after": [1.0],
    }
    _, given = pyplot.subplots()
    assert report().plot(given) is given
    ax.figure.canvas.draw()
    pyplot.close("all")


@pytest.mark.parametrize(
    ("module", "method", "message"),
    [
        ("pandas", "to_pandas", "to_pandas needs pandas: pip install pandas"),
        ("matplotlib", "plot", "plot needs matplotlib: pip install"),
    ],
)
def test_a_library_that_is_missing_is_named(
    module: str, method: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=message):
        getattr(report(), method)()


def test_a_report_passes_between_processes() -> None:
    assert pickle.loads(pickle.dumps(report())) == report()
