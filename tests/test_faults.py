"""A short campaign of faults: whatever is wrong with a file, it is read or refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from fault_campaign.command import defects, table
from fault_campaign.files import mutated
from fault_campaign.kinds import kinds
from fault_campaign.processes import NOBODYS, begun, can_be_another
from fault_campaign.values import FORMED
from veernet import compiled, interrupt
from veernet.cli import _guarded
from veernet.errors import InputError, Refused

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


@pytest.mark.parametrize("name", sorted(FORMED))
def test_what_stays_well_formed_is_often_read_on(name: str, tmp_path: Path) -> None:
    kind = next(kind for kind in kinds(tmp_path) if kind.name == name)
    sound = kind.sources[0].read_bytes()
    wrong = [kind.formed(sound, np.random.default_rng(k)) for k in range(12)]
    assert len(set(wrong)) > 6
    assert sound not in wrong
    assert wrong[3] == kind.formed(sound, np.random.default_rng(3))


def test_what_a_file_says_is_quoted_in_one_line() -> None:
    reported = str(InputError(f"{'a' * 900}\nb: the key 'c\u2028d' is not known"))
    assert len(reported) < 600
    assert reported.isprintable()
    assert reported.endswith(r"a\nb: the key 'c\u2028d' is not known")
    assert str(Refused("no log")) == "no log"


def test_a_folder_of_somebody_elses_is_told_in_one_line(tmp_path: Path) -> None:
    if not can_be_another():
        pytest.skip("needs root, and setpriv, to be somebody else")
    (tmp_path / "theirs").mkdir(mode=0o755)
    run = begun(tmp_path / "theirs", before=NOBODYS)
    _, reported = run.communicate()
    assert run.returncode == 2
    assert reported.strip().endswith("its folder is not yours to write to")
    assert not list((tmp_path / "theirs").iterdir())


def test_the_table_names_what_was_a_defect() -> None:
    found = Counter({"read": 3, "KeyError at las.py:7": 2})
    text = table({"mutations of LAS": found})
    assert text.endswith("| mutations of LAS | 5 | 3 read | 2 KeyError at las.py:7 |")
    assert (
        defects(Counter({"passed over: no root": 1, "all old files": 2})) == Counter()
    )


INTERRUPTED = """
import ctypes, os, signal, sys, threading, time
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
        if moment == "exec":
            exec("press()", {"press": press})
        if moment == "callback":
            # As of the compiler: what is raised in it is dropped by Python.
            ctypes.CFUNCTYPE(None)(press)()
            time.sleep(60)
            return 0
        if moment == "finaliser":
            class Held:
                def __del__(self):
                    press()
            Held()
            time.sleep(60)
            return 0
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


MOMENTS = "imports command numba swallowed exec callback finaliser"


@pytest.mark.parametrize("moment", MOMENTS.split())
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
    with warnings.catch_warnings():
        pass
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


def test_a_note_is_one_line_of_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "_warned", [])

    def noting() -> int:
        compiled._note()
        return 0

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert _guarded(noting) == 0
    assert "veernet: note: no folder for compiled code" in capsys.readouterr().err
