"""Count words in names for which the field has another; CONTRIBUTING has these.

    python scripts/private_terms.py [FOLDER]

A word counts where it is private: *cell* is a segment in a TIFF file and a cell in a
table. Names of tests are sentences, and do not count. Exit code 1 if there is any.
"""

from __future__ import annotations

import io
import keyword
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

EVERYWHERE = ("veernet/*", "scripts/*", "tests/*")
TRACE = ("veernet/trace/*", "tests/test_trace*", "scripts/fit_*")
PAGE = ("veernet/register/geometry/*", "veernet/check/*", "veernet/qc/*")


@dataclass(frozen=True)
class Term:
    """A word that is not used.

    Parameters
    ----------
    use
        What is said in its place.
    where
        Patterns of the files in which it is private; elsewhere it has another meaning.
    allowed
        Names that have it all the same, and why.
    """

    use: str
    where: tuple[str, ...] = EVERYWHERE
    allowed: dict[str, str] = field(default_factory=dict)


TERMS = {
    "lane": Term("corridor"),
    "way": Term("path", (*TRACE, *PAGE), {"way": "a key of stored edits"}),
    "taken": Term("occupied ink", TRACE),
    "lead": Term("margin", TRACE),
    "look": Term("appearance, style", TRACE),
    "rhythm": Term("period, periodicity"),
    "lively": Term("rough"),
    "liveliness": Term("roughness"),
    "advance": Term("forward step"),
    "retreat": Term("backward step"),
    "came": Term("back-pointer", TRACE),
    "misfit": Term("extrapolation residual"),
    "contrast": Term("ratio, difference", TRACE),  # of paper and of arms elsewhere
    "turn": Term("skew", ("veernet/register/geometry/*", "veernet/axes.py")),
    "thread": Term("vertical line", PAGE),  # of a processor elsewhere
    "upright": Term("vertical", PAGE),  # of words and of whole scans elsewhere
    "comb": Term("extent of depth lines"),
    "ladder": Term(
        "interpolation of depths", ("veernet/register/*", "veernet/check/*")
    ),
    "corner": Term("simplify", ("veernet/register/*", "veernet/edits/*")),
    "cell": Term("segment", ("veernet/scan/*", "tests/test_scan*")),
    "heard": Term("message, numeral"),
    "standing": Term("status"),
    "bench": Term("work folder"),
    "told": Term("the thing itself: lines, record, message"),
}


def names_of(source: str) -> Iterator[str]:
    """Yield the names of a Python file as often as they stand in it."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
            yield token.string


def words_of(name: str) -> Iterator[str]:
    """Yield the words of a name in lower case, plurals as singulars as well."""
    for word in re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"):
        yield word
        if word.endswith("s"):
            yield word[:-1]


def private_terms(folder: Path) -> Counter[tuple[str, str, str]]:
    """Count by word, file and name what has a word of ``TERMS``."""
    found: Counter[tuple[str, str, str]] = Counter()
    for part in ("veernet", "scripts", "tests"):
        for path in sorted((folder / part).rglob("*.py")):
            file = path.relative_to(folder).as_posix()
            for name in names_of(path.read_text(encoding="utf-8")):
                if name.startswith("test_"):
                    continue
                for word in words_of(name):
                    term = TERMS.get(word)
                    if term is None or name in term.allowed:
                        continue
                    if any(fnmatch(file, pattern) for pattern in term.where):
                        found[word, file, name] += 1
    return found


def main() -> int:
    """Print what is found, and how often each word stands anywhere."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parents[1]
    found = private_terms(folder)
    for (word, file, name), count in sorted(found.items()):
        print(f"{file}: {name}, {count} times: {TERMS[word].use}")
    print(f"{found.total()} private terms, of {len(TERMS)} words")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
