"""What a network is: how to build it, what it takes, and what its outputs mean.

The description lies as JSON beside the weights. Nothing about a network is assumed: the
tracer learns here which line styles an output stands for, and needs no torch for it.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.files import check_readable, write_text
from veernet.records import LINES, Line

BACKGROUND = "background"
"""Name of the first output: no curve passes through the pixel."""


@dataclass(frozen=True)
class Output:
    """A class that a network tells apart.

    Parameters
    ----------
    name
        Such as background, solid, dashed; or buildings, road, water.
    lines
        The line styles that it stands for; the background has none, nor has any class
        of a network that reads no lines.
    """

    name: str
    lines: tuple[Line, ...] = ()

    def __post_init__(self) -> None:
        if not self.name.strip():
            msg = "the name of an output is blank: give one"
            raise InputError(msg)
        if self.name == BACKGROUND and self.lines:
            msg = (
                f"output {self.name!r} stands for the lines {list(self.lines)}: the "
                "background stands for none"
            )
            raise InputError(msg)


def picture_outputs(
    names: Sequence[str], ignore: str | None = None
) -> tuple[Output, ...]:
    """Return the outputs of a network of pictures, whose classes are no lines.

    Parameters
    ----------
    names
        Of the classes in the masks, in the order of their indices.
    ignore
        Of them, the one that is not learnt and thus no output.

    Raises
    ------
    InputError
        If the class to ignore is not among the names.
    """
    if ignore is not None and ignore not in names:
        msg = f"ignore {ignore!r} is not among the classes {list(names)}"
        raise InputError(msg)
    return tuple(Output(name) for name in names if name != ignore)


@dataclass(frozen=True)
class ConfidenceTable:
    """What a tracer's raw score is worth, as measured on logs with known truth.

    Parameters
    ----------
    score
        (knots,) raw scores in [0, 1], strictly increasing.
    probability
        (knots,) share of samples with that score that lay within one line width of the
        truth.
    """

    score: tuple[float, ...]
    probability: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.score) != len(self.probability) or len(self.score) < 2:
            msg = (
                f"a confidence table pairs two scores or more with probabilities, not "
                f"{len(self.score)} with {len(self.probability)}"
            )
            raise InputError(msg)
        for name in ("score", "probability"):
            for value in getattr(self, name):
                if not 0 <= value <= 1:
                    msg = f"{name} {value:g} must lie between 0 and 1"
                    raise InputError(msg)
        for low, high in zip(self.score, self.score[1:], strict=False):
            if low >= high:
                msg = f"score {high:g} follows {low:g}: scores must increase"
                raise InputError(msg)

    def probability_of(self, score: ArrayLike) -> Floats:
        """Return the probability of raw scores, linear between knots, level beyond."""
        scores = np.asarray(score, dtype=np.float64)
        return np.asarray(np.interp(scores, self.score, self.probability))


@dataclass(frozen=True)
class NetworkSpec:
    """A network as its JSON describes it.

    Parameters
    ----------
    name
        Of the weights.
    architecture
        Keyword arguments that rebuild the model that the weights fit.
    outputs
        One per channel. Where they stand for lines, the background comes first and
        every other one stands for a line; a network of pictures has two classes or
        more, none of which stands for a line, with or without a background.
    input_channels
        What is fed in, in order; darkness is 1 - grey / 255, so that ink is 1, and
        red, green and blue are value / 255.
    centre
        Whether one more channel follows the outputs: the probability that a curve, of
        whatever style, has its column in the pixel, where it crosses the middle of the
        row. A curve between two pixels divides it, so the centroid is exact.
    multiple
        Heights and widths that the network takes are multiples of it.
    rows_per_foot
        Lowest and highest resolution along depth that it was trained for, None if it
        was not recorded.
    confidence
        Measured for it, None if it was not.
    made, scores
        How it was trained, and how well it does: for people to read.

    Raises
    ------
    InputError
        If outputs are missing or contradict each other, or a value is out of range.
    """

    name: str
    architecture: dict[str, Any]
    outputs: tuple[Output, ...]
    input_channels: tuple[str, ...] = ("darkness",)
    centre: bool = False
    multiple: int = 32
    rows_per_foot: tuple[float, float] | None = None
    confidence: ConfidenceTable | None = None
    made: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name.strip():
            msg = "name is blank: give the network one"
            raise InputError(msg)
        if not self.input_channels:
            msg = "input_channels is empty: name one or more, such as darkness"
            raise InputError(msg)
        if self.multiple < 1:
            msg = f"multiple {self.multiple} must be 1 or more"
            raise InputError(msg)
        _check_outputs(self.outputs)
        _check_range(self.rows_per_foot)
        for key in ("architecture", "made", "scores"):
            object.__setattr__(self, key, _as_json(key, getattr(self, key)))

    @property
    def reads_lines(self) -> bool:
        """Whether the outputs stand for styles of line, as a tracer wants them."""
        return any(output.lines for output in self.outputs)

    @property
    def lines(self) -> tuple[tuple[Line, ...], ...]:
        """Line styles of each output but the background, in order."""
        return tuple(output.lines for output in self.outputs[1:])

    @property
    def channels(self) -> int:
        """Channels that the network gives: the outputs, and a centre after them."""
        return len(self.outputs) + self.centre

    @classmethod
    def load(cls, path: Path) -> NetworkSpec:
        """Read a description.

        Raises
        ------
        InputError
            With the file, the key and the value, if the file cannot be read, is not
            JSON, or does not describe a network.
        """
        whole = _Value(path, "", _read_json(path))
        found = whole.mapping(
            _REQUIRED, [key for key in _READERS if key not in _REQUIRED]
        )
        given = {key: _READERS[key](value) for key, value in found.items()}
        with whole.blamed():
            return cls(**given)

    def save(self, path: Path) -> None:
        """Write the description as JSON, whole or not at all."""
        known = {key: value for key, value in asdict(self).items() if value is not None}
        write_text(path, json.dumps(known, indent=2, ensure_ascii=False) + "\n")


def _check_outputs(outputs: tuple[Output, ...]) -> None:
    names = [output.name for output in outputs]
    if len(names) < 2 or BACKGROUND in names[1:]:
        msg = (
            f"outputs are {names}: give two or more, {BACKGROUND!r} first where there "
            "is one"
        )
        raise InputError(msg)
    lined = [bool(output.lines) for output in outputs]
    if any(lined) and not (names[0] == BACKGROUND and all(lined[1:])):
        wrong = names[0] if names[0] != BACKGROUND else names[lined.index(False, 1)]
        msg = (
            f"outputs are {names}: where lines are read the first is {BACKGROUND!r} "
            f"and each of the others stands for lines, not so {wrong!r}"
        )
        raise InputError(msg)
    drawn = [line for output in outputs for line in output.lines]
    for what, items in (("output", names), ("line", drawn)):
        for item, times in Counter(items).most_common(1):
            if times > 1:
                msg = f"{what} {item!r} is given {times} times in outputs: keep one"
                raise InputError(msg)


def _check_range(rows_per_foot: tuple[float, float] | None) -> None:
    if rows_per_foot is None:
        return
    low, high = rows_per_foot
    if not 0 < low <= high < math.inf:
        msg = f"rows_per_foot {low:g} to {high:g} must be a range above 0"
        raise InputError(msg)


def _as_json(key: str, value: dict[str, Any]) -> dict[str, Any]:
    """Copy a mapping as JSON gives it back, so that what is saved equals what loads."""
    try:
        copy: dict[str, Any] = json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        msg = f"{key} cannot be written as JSON: {error}"
        raise InputError(msg) from error
    return copy


def _read_json(path: Path) -> object:
    """Parse a file, without the numbers and the repeated keys that JSON forbids."""

    def no_number(written: str) -> NoReturn:
        msg = f"{written} is not a number in JSON"
        raise ValueError(msg)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for key, times in Counter(key for key, _ in pairs).items():
            if times > 1:
                msg = f"the key {key} is given {times} times"
                raise ValueError(msg)
        return dict(pairs)

    check_readable(path)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        msg = f"{path} cannot be read ({reason}): name the JSON of a network"
        raise InputError(msg) from error
    try:
        return json.loads(text, parse_constant=no_number, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        msg = f"{path} is not JSON: {error}"
        raise InputError(msg) from error


@dataclass(frozen=True)
class _Value:
    """A value in a JSON file, that knows where it stands."""

    file: Path
    key: str
    value: Any

    def refuse(self, text: str) -> NoReturn:
        where = f"{self.key}: " if self.key else ""
        msg = f"{self.file}: {where}{text}"
        raise InputError(msg)

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Add where this value stands to the input errors of a block."""
        try:
            yield
        except InputError as error:
            self.refuse(str(error))

    def mapping(
        self, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, _Value]:
        """Return the values of a mapping in which only these keys may stand."""
        found: dict[str, _Value] = {
            key: _Value(self.file, f"{self.key}.{key}" if self.key else key, value)
            for key, value in self.free().items()
        }
        known = [*required, *optional]
        for key, value in found.items():
            if key not in known:
                value.refuse(f"the key is not known here: known are {', '.join(known)}")
        for key in required:
            if key not in found:
                self.refuse(f"the key {key} is missing: add it")
        return found

    def free(self) -> dict[str, Any]:
        """Return a mapping with any keys and values."""
        return dict(self._is(dict, "a mapping of keys to values"))

    def items(self) -> list[_Value]:
        """Return the values of a list."""
        values = self._is(list, "a list")
        return [_Value(self.file, f"{self.key}[{i}]", v) for i, v in enumerate(values)]

    def text(self) -> str:
        return str(self._is(str, "text"))

    def number(self) -> float:
        return float(self._is((int, float), "a number"))

    def integer(self) -> int:
        return int(self._is(int, "a whole number"))

    def switch(self) -> bool:
        if not isinstance(self.value, bool):
            self.refuse(f"{self.value!r} is neither true nor false")
        return self.value

    def numbers(self) -> tuple[float, ...]:
        return tuple(item.number() for item in self.items())

    def _is(self, kind: type | tuple[type, ...], name: str) -> Any:  # noqa: ANN401
        # To Python, true is a number; to the author of a JSON file it is not.
        if not isinstance(self.value, kind) or isinstance(self.value, bool):
            self.refuse(f"{self.value!r} is not {name}")
        return self.value


def _read_outputs(value: _Value) -> tuple[Output, ...]:
    return tuple(_read_output(item) for item in value.items())


def _read_output(value: _Value) -> Output:
    found = value.mapping(("name",), ("lines",))
    lines = found["lines"].items() if "lines" in found else []
    with value.blamed():
        return Output(found["name"].text(), tuple(_read_line(line) for line in lines))


def _read_line(value: _Value) -> Line:
    known = next((line for line in LINES if line == value.value), None)
    if known is None:
        value.refuse(f"{value.value!r} is not one of {', '.join(LINES)}")
    return known


def _read_range(value: _Value) -> tuple[float, float]:
    numbers = value.numbers()
    if len(numbers) != 2:
        value.refuse(f"{value.value!r} is not a list of the lowest and the highest")
    return numbers[0], numbers[1]


def _read_table(value: _Value) -> ConfidenceTable:
    found = value.mapping(("score", "probability"))
    score, probability = found["score"].numbers(), found["probability"].numbers()
    with value.blamed():
        return ConfidenceTable(score, probability)


_REQUIRED = ("name", "architecture", "outputs")

_READERS: dict[str, Callable[[_Value], Any]] = {
    "name": _Value.text,
    "architecture": _Value.free,
    "outputs": _read_outputs,
    "input_channels": lambda value: tuple(item.text() for item in value.items()),
    "centre": _Value.switch,
    "multiple": _Value.integer,
    "rows_per_foot": _read_range,
    "confidence": _read_table,
    "made": _Value.free,
    "scores": _Value.free,
}
