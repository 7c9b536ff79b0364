"""Has the tool rewire weights by way of a file: what the adapters of all frameworks stand on."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from operator import index
from pathlib import Path

import numpy as np

from parewire import _container, _notices, onnx
from parewire._bits import ELEMENT_TYPES, Bits
from parewire._container import OWN_NAMES, PLACE_HOLDER, Source, Stored
from parewire._globs import Choice
from parewire._tool import find_tool, run_tool
from parewire.errors import (
    ArgumentError,
    NetworkError,
    NoLayerError,
    ToolError,
    TrainedWeightsError,
    WeightsLeftError,
)
from parewire.report import LeftParameter, Report, RewiredParameter

_NO_LAYER = 4


@dataclass(frozen=True)
class Settings:
    """The arguments that all ways to rewire have.

    Attributes:
        seed: of the random streams; 0 or more.
        first_layer: the number of the first weight, which chooses its random stream.
        groups: grouped convs as one matrix, as the authors have it, or as one a group.
        include: globs of the weights to rewire; all if there are none.
        exclude: globs of the weights to leave.
        allow_trained: whether weights that look trained are rewired.
        strict: whether a trained dense or conv weight that would be left is an error.
        options: more of the tool's options, as on its command line.
    """

    seed: int = 42
    first_layer: int = 0
    groups: onnx.Groups = "joint"
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    allow_trained: bool = False
    strict: bool = False
    options: Sequence[str] = ()

    def __post_init__(self) -> None:
        for name, least in (("seed", 0), ("first_layer", 0)):
            value = getattr(self, name)
            if _whole(value) < least:
                raise ArgumentError(f"{name}: expected a whole number, 0 or more, found {value!r}")
        if self.groups not in ("joint", "separate"):
            raise ArgumentError(f"groups: expected 'joint' or 'separate', found {self.groups!r}")
        if isinstance(self.options, str):
            raise ArgumentError(f"options: expected a list of options, found '{self.options}'")


def _whole(value: object) -> int:
    """Return a whole number, of numpy or a framework, too; -1 for what is none."""
    try:
        return -1 if isinstance(value, bool) else index(value)  # type: ignore[arg-type]
    except TypeError:
        return -1


@dataclass(frozen=True)
class Found:
    """A dense or conv weight of a network, or what else the report is to name.

    Attributes:
        name: in the network.
        shape: in the framework.
        source: how to read it; None if it is no dense or conv weight.
        left: why it is left; None if nothing speaks against it.
        by_name: whether it is taken all the same if ``include`` gives its name whole.
        counts: whether it is one of the dense and conv weights that training changes.
        note: what its reader should know if it is rewired.
    """

    name: str
    shape: tuple[int, ...]
    source: Source | None
    left: str | None = None
    by_name: bool = False
    counts: bool = True
    note: str | None = None


class Files:
    """Weights in files, which :meth:`Plan.files` has written, for the tool to rewire."""

    def __init__(
        self, network: str, folder: Path, separate_groups: bool, seed: int, options: Sequence[str]
    ) -> None:
        self._network = network
        self._given = folder / "model.onnx"
        self._output = folder / "rewired.onnx"
        self._separate_groups = separate_groups
        self._seed = seed
        self._options = options

    def write(self, places: Sequence[Source | None]) -> None:
        """Read the weights and write them."""
        _container.write(places, self._separate_groups, self._given)

    def rewire(self) -> onnx.Report:
        """Have the tool rewire them.

        Raises:
            ToolNotFoundError: if onnx-parewire can't be started.
            NoLayerError: if the tool rewires none of them.
            ToolError: if it fails for another reason.
        """
        try:
            return onnx.run(self._given, self._output, seed=self._seed, options=self._options)
        except ToolError as error:
            # The file is gone when this is read.
            message = error.message.replace(str(self._given), self._network)
            raise type(error)(message, error.exit_code) from None

    def reasons(self) -> dict[str, str]:
        """Return why the tool leaves weights for what they look like, by their names.

        Raises:
            ToolNotFoundError: if onnx-parewire can't be started.
            ToolError: if it fails.
        """
        report = self._given.with_name("inspected.json")
        run_tool(["inspect", f"--json={report}", "--", self._given])
        layers = json.loads(report.read_text("utf-8"))["layers"]
        return {each["tensor"]: each["left"] for each in layers if "left" in each}

    @cached_property
    def before(self) -> Stored:
        """The weights as they were."""
        return Stored(self._given, self._separate_groups)

    @cached_property
    def after(self) -> Stored:
        """The weights, rewired."""
        return Stored(self._output, self._separate_groups)


class Outcome:
    """What the tool made of weights, as long as its files are there.

    Attributes:
        report: what to tell; nothing is written to a network yet.
        sources: the weights that were rewired, in their order.
    """

    def __init__(self, report: Report, sources: Sequence[Source], files: Files) -> None:
        self.report = report
        self.sources = sources
        self._files = files

    def before(self, source: Source) -> Bits:
        """Return a weight's bits as they were."""
        return self._files.before.read(source)

    def after(self, source: Source) -> Bits:
        """Return a weight's bits, rewired."""
        return self._files.after.read(source)

    def write(
        self,
        read: Callable[[Source], Bits],
        write: Callable[[Source, Bits], None],
        difference: Callable[[Source], str],
    ) -> None:
        """Write all weights, or none if one can't be written or reads differently afterwards.

        Args:
            read: returns what the network has.
            write: writes to the network.
            difference: says of a weight that it reads differently.

        Raises:
            NetworkError: if a weight does.
        """
        try:
            for source in self.sources:
                write(source, self.after(source))
            for source in self.sources:
                if not np.array_equal(read(source), self.after(source)):
                    raise NetworkError(
                        f"{difference(source)}; leave it with exclude=['{source.name}']"
                    )
        except BaseException:
            for source in self.sources:
                write(source, self.before(source))
            raise


@contextmanager
def rewired(network: str, found: Sequence[Found], settings: Settings) -> Iterator[Outcome]:
    """Rewire weights, and give what came of them.

    Args:
        network: what to call the network in an error.
        found: its dense and conv weights, which are numbered in their order whether they are left
            or not, and among them what else the report is to name.
        settings: the arguments.

    Raises:
        ArgumentError: if a glob matches nothing.
        ToolNotFoundError: if onnx-parewire can't be found or started.
        NoLayerError: if there is nothing to rewire.
        TrainedWeightsError: if weights look trained, and that is not allowed.
        WeightsLeftError: if a weight would be left, and that is not allowed.
        ToolError: if the tool fails for another reason.
    """
    plan = Plan(network, found, settings)
    with plan.files(plan.places) as files:
        try:
            report = plan.report(files.rewire())
        except NoLayerError:
            plan.leave(files.reasons())
            raise plan.no_layer() from None
        require_wanted(report, settings)
        yield Outcome(report, plan.taken(report), files)


class Plan:
    """Which weights go to the tool, and why the others do not.

    Attributes:
        places: the weights that go to it, at their numbers; None for those that are left.

    Raises:
        ArgumentError: if a glob matches nothing.
        ToolNotFoundError: if onnx-parewire can't be found.
        NoLayerError: if there is nothing to rewire.
    """

    def __init__(self, network: str, found: Sequence[Found], settings: Settings) -> None:
        find_tool()
        self._network = network
        self._found = found
        self._settings = settings
        choice = Choice(settings.include, settings.exclude)
        weights = [each for each in found if each.source]
        for each in weights:
            if not each.name or each.name.startswith(OWN_NAMES):
                raise ArgumentError(
                    f"weight '{each.name}': expected a name that is not empty and does not begin "
                    f"with '{OWN_NAMES}'"
                )
        choice.require_matches(each.name for each in weights)
        self._left: dict[str, str] = {}
        self._by_request: set[str] = set()
        self._named = [each.name for each in weights if choice.names(each.name)]
        for each in found:
            asked = choice.reason_to_leave(each.name) if each.source else None
            own = None if each.by_name and each.name in self._named else each.left
            unfit = _unfit(each.source) if each.source else None
            reason = own or asked or unfit
            if reason:
                self._left[each.name] = reason
            if asked:
                self._by_request.add(each.name)
        self.places: list[Source | None] = [None] * settings.first_layer
        self.places += [None if each.name in self._left else each.source for each in weights]
        if not any(self.places):
            raise self.no_layer()

    @contextmanager
    def files(self, places: Sequence[Source | None]) -> Iterator[Files]:
        """Write weights to files, which are there as long as this context.

        Args:
            places: ``self.places``, or a start of it in which more are None.
        """
        separate = self._settings.groups == "separate"
        with tempfile.TemporaryDirectory(prefix="parewire-") as folder:
            seed, options = self._settings.seed, self._options(places)
            files = Files(self._network, Path(folder), separate, seed, options)
            files.write(places)
            yield files

    def taken(self, report: Report) -> list[Source]:
        """Return the weights that were rewired, in their order."""
        names = {each.name for each in report.rewired}
        return [each for each in self.places if each and each.name in names]

    def leave(self, reasons: Mapping[str, str]) -> None:
        """Take note of why the tool leaves weights, by their names, if it left all that it had."""
        self._left.update(reasons)

    def no_layer(self) -> NoLayerError:
        """Return what to raise if there is nothing to rewire."""
        reasons = "; ".join(f"'{name}': {reason}" for name, reason in self._left.items())
        return NoLayerError(
            f"onnx-parewire: {self._network}: no layer to rewire; left are "
            f"{reasons or 'no weights at all'}",
            _NO_LAYER,
        )

    def _options(self, places: Sequence[Source | None]) -> list[str]:
        # A name given whole takes a weight that the tool would leave for what its values are.
        there = {each.name for each in places if each}
        named = [f"--include={name}" for name in self._named if name in there]
        holders = [f"--exclude={PLACE_HOLDER}*"] if None in places else []
        return [
            "--no-run",
            *(["--include=*", *named] if named else []),
            *holders,
            *self._settings.options,
        ]

    def report(self, tool: onnx.Report) -> Report:
        """Return what to tell, from the tool's report on all places."""
        layers = {layer.tensor: layer for layer in tool.layers}
        rewired = []
        left = []
        for each in self._found:
            layer = layers.get(each.name)
            reason = self._left.get(each.name) or (layer.left if layer else None)
            if layer and layer.rewired:
                rewired.append(RewiredParameter(each.name, each.shape, layer, each.note))
            else:
                reason = reason or "the tool has not said why"
                counts = each.source is not None and each.counts
                by_request = each.name in self._by_request
                left.append(LeftParameter(each.name, each.shape, reason, counts, by_request))
        return Report(tuple(rewired), tuple(left), len(self.places), tool)


def _unfit(source: Source) -> str | None:
    if source.type not in ELEMENT_TYPES:
        return f"of type {source.type}; expected one of {', '.join(ELEMENT_TYPES)}"
    return "empty" if 0 in source.shape else None


def require_wanted(
    report: Report, settings: Settings, warn: Callable[[str], None] = _notices.warn
) -> None:
    """Look at what the tool has noticed, before anything is written.

    Raises:
        TrainedWeightsError: if weights look trained, and that is not allowed.
        WeightsLeftError: if a weight would be left, and that is not allowed.
    """
    names = {each.layer.number: each.name for each in report.rewired}
    for notice in report.tool.notices:
        if notice.kind == "trained" and not settings.allow_trained:
            weights = ", ".join(f"'{names[number]}'" for number in notice.layers[:5])
            more = ", ..." if len(notice.layers) > 5 else ""
            raise TrainedWeightsError(
                f"{notice.text}: {weights}{more}; rewiring trained weights undoes training, so "
                "nothing is written; if they are meant: allow_trained=True"
            )
        warn(notice.text)
    left = [each for each in report.left if each.is_weight and not each.by_request]
    if left:
        text = (
            f"left {len(left)} of {report.coverage.partition(' of ')[2]}: "
            + "; ".join(f"'{each.name}', {each.reason}" for each in left[:5])
            + ("; ..." if len(left) > 5 else "")
        )
        if settings.strict:
            raise WeightsLeftError(text)
        warn(text)
