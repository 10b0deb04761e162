"""A short campaign of faults: whatever is wrong with a file, it is read or refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from collections import Counter
from pathlib import Path

import pytest

from fault_campaign.command import defects, table
from fault_campaign.files import mutated
from fault_campaign.kinds import kinds
from veernet import compiled, interrupt
from veernet.cli import _guarded
from veernet.errors import InputError

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "which", range(5), ids=["yaml", "xml", "las", "parquet", "image"]
)
def test_files_that_are_wrong_are_read_or_refused(which: int, tmp_path: Path) -> None:
    kind = kinds(tmp_path)[which]
    found = mutated(kind, 60, 20261130, tmp_path)
    assert found.total() == 60
    assert not defects(found), found
    assert found["refused"] > 5


def test_the_table_names_what_was_a_defect() -> None:
    found = Counter({"read": 3, "KeyError at las.py:7": 2})
    text = table({"mutations of LAS": found})
    assert text.endswith("| mutations of LAS | 5 | 3 read | 2 KeyError at las.py:7 |")
    assert (
        defects(Counter({"passed over: no root": 1, "all old files": 2})) == Counter()
    )


INTERRUPTED = """
import os, signal, sys, threading, time
from veernet import __main__
moment = sys.argv[1]
me = os.getpid()
def press():
    os.kill(me, signal.SIGINT)
    time.sleep(0.05)
if moment == "imports":
    class Pressing:
        def find_spec(self, name, *_):
            if name == "veernet.cli":
                press()
    sys.meta_path.insert(0, Pressing())
else:
    from veernet import cli
    def command(*_):
        if moment == "swallowed":
            try:
                press()
            except BaseException:
                raise ImportError("no module")
        if moment == "numba":
            try:
                press()
            except KeyboardInterrupt as error:
                raise SystemError("returned a result with an exception set") from error
        press()
sys.argv = ["veernet", "scan", "a.tif"]
if moment != "imports":
    parser = cli._parser
    def patched():
        made = parser()
        parse = made.parse_args
        def parsed(arguments):
            options = parse(arguments)
            options.run = command
            return options
        made.parse_args = parsed
        return made
    cli._parser = patched
code = __main__.run()
sys.exit(code)
"""


@pytest.mark.parametrize("moment", ["imports", "command", "numba", "swallowed"])
def test_ctrl_c_ends_with_130_and_one_line(moment: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, moment],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 130
    assert done.stderr == "veernet: interrupted: nothing was half written\n"


def test_what_comes_of_an_interrupt_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    def stage() -> int:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            message = "returned a result with an exception set"
            raise SystemError(message) from error

    assert _guarded(stage) == interrupt.INTERRUPTED == 128 + signal.SIGINT
    assert capsys.readouterr().err.count("\n") == 1
    assert not interrupt.interrupted(InputError("something else"))


UNKEPT = """
import warnings
import numba
from numba.core import caching
for name in dir(caching):
    if hasattr(getattr(caching, name), "_locator_classes"):
        getattr(caching, name)._locator_classes = []
from veernet.compiled import compiled
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("default")
    @compiled()
    def one(a):
        return a + 1
    @compiled(fastmath={"nnan"})
    def two(a):
        return a + 2
assert one(1) + two(1) == 5
print(len(told), told[0].category.__name__)
"""


def test_without_a_place_for_compiled_code_it_is_said_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNKEPT],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )
    assert done.stdout == "1 Note\n", done.stderr


def test_a_note_is_one_line_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    def noting() -> int:
        compiled._note()
        return 0

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert _guarded(noting) == 0
    assert "veernet: note: no folder for compiled code" in capsys.readouterr().err
