"""Outputs: never over what is there unasked, as a set or not at all, nothing left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from veernet import leftovers
from veernet.cli import WRONG_INPUT, main
from veernet.errors import InputError
from veernet.files import (
    check_new,
    check_places,
    check_readable,
    new_folder,
    replacing,
    together,
    write_text,
)

SAMPLE = Path(__file__).parents[1] / "data/sample.yaml"


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _two_then_fail(folder: Path) -> None:
    with together():
        write_text(folder / "a", "new")
        write_text(folder / "b", "new")
        assert (folder / "a").read_text() == "old"
        msg = "midway"
        raise RuntimeError(msg)


def test_files_written_together_take_their_names_together(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(RuntimeError, match="midway"):
        _two_then_fail(tmp_path)
    assert _names(tmp_path) == ["a"]
    with together():
        write_text(tmp_path / "a", "new")
        write_text(tmp_path / "b", "new")
        assert not (tmp_path / "b").exists()
    assert _names(tmp_path) == ["a", "b"]
    assert (tmp_path / "a").read_text() == "new"


def test_one_that_failed_does_not_keep_the_others_back(tmp_path: Path) -> None:
    with together():
        write_text(tmp_path / "a", "new")
        with pytest.raises(RuntimeError), replacing(tmp_path / "b"):
            raise RuntimeError
    assert _names(tmp_path) == ["a"]


KILLED = """
import os, sys
from pathlib import Path
from veernet import files
if sys.argv[1] == "rename":
    real, count = Path.replace, []
    def dies(self, target):
        count.append(real(self, target))
        if len(count) == 2:
            os.kill(os.getpid(), 9)
    Path.replace = dies
with files.together():
    for name in "abc":
        files.write_text(Path(name), "new")
    if sys.argv[1] == "write":
        os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize(("at", "says"), [("write", "old"), ("rename", "new")])
def test_what_a_killed_run_left_is_seen_to_by_the_next(
    tmp_path: Path, at: str, says: str
) -> None:
    for name in "abc":
        (tmp_path / name).write_text("old")
    root = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    run = [sys.executable, "-c", KILLED, at]
    code = subprocess.run(run, cwd=tmp_path, env=environment, check=False).returncode
    assert code == -signal.SIGKILL
    assert len(_names(tmp_path)) > 3
    check_places([tmp_path / "d"])
    assert _names(tmp_path) == ["a", "b", "c"]
    assert {(tmp_path / name).read_text() for name in "abc"} == {says}


def test_what_another_run_is_writing_stays(tmp_path: Path) -> None:
    with replacing(tmp_path / "a") as temporary:
        leftovers.clear(tmp_path)
        assert temporary.exists()
    assert _names(tmp_path) == ["a"]


def test_a_list_of_renamings_reaches_no_other_folder(tmp_path: Path) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.mkdir()
    (other / "file").write_text("theirs")
    temporary = own / f".veernet-{'0' * 16}.txt"
    temporary.write_text("planted")
    names = [[temporary.name, "../other/file"], ["../other/file", "taken"]]
    (own / f".veernet-{'1' * 16}.moves").write_text(json.dumps(names))
    leftovers.clear(own)
    assert _names(own) == []
    assert (other / "file").read_text() == "theirs"


def test_a_file_of_the_users_is_no_leftover(tmp_path: Path) -> None:
    for name in (".veernet-notes", "a.veernet-0000000000000000"):
        (tmp_path / name).touch()
    leftovers.clear(tmp_path)
    assert len(_names(tmp_path)) == 2


def test_devices_and_pipes_are_neither_written_nor_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path(os.devnull)):
        with pytest.raises(InputError, match="is a device or a pipe"):
            check_places([path])
        with pytest.raises(InputError, match="is a device or a pipe"):
            check_readable(path)


def test_a_folder_that_holds_files_is_not_written_into(tmp_path: Path) -> None:
    new_folder(tmp_path / "new", overwrite=False)
    (tmp_path / "new/file").touch()
    with pytest.raises(InputError, match="holds files"):
        new_folder(tmp_path / "new", overwrite=False)
    new_folder(tmp_path / "new")
    with pytest.raises(InputError, match="is there: give another name"):
        check_new(tmp_path / "new/file")


@pytest.mark.parametrize(
    "line",
    [
        "digitise scan.png --registration reg.yaml --out there.las",
        "digitise scan.png --registration reg.yaml --out a.las --trace there.parquet",
        "digitise scan.png --registration reg.yaml --out a.las --overlay there.png",
        "digitise scan.png --registration reg.yaml --out a.las --report there.json",
        "export t.parquet --registration reg.yaml --out there.las",
        "register scan.png --out there.yaml",
        "register scan.png --out a.yaml --overlay there.png",
        "convert reg.yaml there.xml",
        "evaluate a.las b.las --json there.json",
        "report runs --out there.html",
        "report runs --out a.html --figures there",
    ],
)
def test_no_verb_writes_over_a_file_unasked(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("reg.yaml").write_bytes(SAMPLE.read_bytes())
    Path("scan.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    Path("there").mkdir()
    there = [
        Path(f"there.{s}") for s in ["las", "parquet", "json", "yaml", "xml", "html"]
    ]
    # A part of an overlay is one of its files.
    for path in (*there, Path("there.2.png"), Path("there/claims.md")):
        path.write_text("theirs")
    assert main(line.split()) == WRONG_INPUT
    reported = capsys.readouterr().err
    assert "--overwrite" in reported
    assert reported.count("\n") == 1
    assert all(path.read_text() == "theirs" for path in there)
