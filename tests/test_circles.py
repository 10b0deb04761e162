"""Imports: no module leads back to itself, within a package or across packages."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import veernet

ROOT = Path(veernet.__file__).parent


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def imported(source: str, known: Iterable[str]) -> Iterator[str]:
    """Yield the modules that a file imports, wherever in it."""
    known = set(known)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                wanted = full if full in known else node.module
                if wanted in known:
                    yield wanted


def check(graph: Mapping[str, set[str]]) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_no_module_and_no_package_imports_itself() -> None:
    paths = modules()
    assert len(paths) > 400
    graph = {
        name: set(imported(path.read_text(encoding="utf-8"), paths)) - {name}
        for name, path in paths.items()
    }
    check(graph)
    packages: dict[str, set[str]] = {}
    for name, others in graph.items():
        own = ".".join(name.split(".")[:2])
        wanted = {".".join(other.split(".")[:2]) for other in others}
        packages.setdefault(own, set()).update(wanted - {own})
    check(packages)


def test_a_circle_is_found() -> None:
    source = "def later():\n    from a import b\n    import c\n"
    assert set(imported(source, ["a.b", "c"])) == {"a.b", "c"}
    with pytest.raises(pytest.fail.Exception, match=r"a\.b"):
        check({"c": {"a.b"}, "a.b": {"c"}})
