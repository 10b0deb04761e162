"""Runs that are kept in one file for each sweep, and gone on from."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import keep_runs
from tests.study_folders import write_run, write_study
from veernet.errors import InputError
from veernet.leftovers import PREFIX, temporary_name
from veernet.study import kept as files
from veernet.study import run as module
from veernet.study.kept import add_run, kept_names, read_kept
from veernet.study.parts import CURVES, LANDSCAPE, MASKS, RUN, SCORED
from veernet.study.results import landscape_numbers, read_study
from veernet.study.run import run

DICE = "loss=dice,seed=0"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path / "runs", ["dice", "none"], landscape=True)


@pytest.fixture
def kept(study: Path, tmp_path: Path) -> Path:
    add_run(tmp_path / "kept" / "sweep.parquet", DICE, study / DICE)
    return tmp_path / "kept" / "sweep.parquet"


def test_what_is_kept_says_the_same_to_its_digits(study: Path, tmp_path: Path) -> None:
    assert keep_runs.keep(study, tmp_path / "kept") == 3
    loose, own = read_study(study), read_study(tmp_path / "kept")
    pd.testing.assert_frame_equal(own.runs, loose.runs)
    keys = ["run", "set", "picture", "label"]
    for name, by in (("masks", keys), ("curves", [*keys, "tracer"])):
        ours, theirs = (
            getattr(s, name).set_index(by).sort_index() for s in (own, loose)
        )
        pd.testing.assert_frame_equal(
            ours, theirs, rtol=2**-11, check_dtype=False, check_like=True
        )
        counts = theirs.select_dtypes("integer")
        pd.testing.assert_frame_equal(ours[counts.columns], counts, check_dtype=False)
    log = ["run", "step"]
    np.testing.assert_allclose(
        own.history.set_index(log), loose.history.set_index(log), rtol=1e-3
    )
    pd.testing.assert_frame_equal(
        landscape_numbers(own.landscapes),
        landscape_numbers(loose.landscapes),
        rtol=1e-3,
    )


def test_a_run_that_is_added_again_changes_no_byte(kept: Path, study: Path) -> None:
    before = kept.read_bytes()
    (study / DICE / RUN).touch()
    add_run(kept, DICE, study / DICE)
    assert kept.read_bytes() == before


def test_runs_are_added_one_by_one_as_they_would_be_all_at_once(
    study: Path, tmp_path: Path
) -> None:
    whole, one_by_one = tmp_path / "whole.parquet", tmp_path / "single.parquet"
    runs = {path.name: path for path in study.iterdir()}
    files.add_runs(whole, runs)
    for name in sorted(runs, reverse=True):
        add_run(one_by_one, name, runs[name])
    assert list(kept_names(one_by_one)) == sorted(runs)
    assert one_by_one.read_bytes() == whole.read_bytes()


def test_a_run_that_dies_while_it_is_added_loses_only_itself(
    kept: Path, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept.read_bytes()

    def killed(table: object, path: Path, **_: object) -> None:
        path.write_bytes(before[:100])
        raise KeyboardInterrupt

    monkeypatch.setattr(pq, "write_table", killed)
    with pytest.raises(KeyboardInterrupt):
        add_run(kept, "loss=dice,seed=1", study / "loss=dice,seed=1")
    assert kept.read_bytes() == before
    assert [path.name for path in files.kept_files(kept.parent)] == [kept.name]
    monkeypatch.undo()
    add_run(kept, "loss=dice,seed=1", study / "loss=dice,seed=1")
    assert list(kept_names(kept)) == [DICE, "loss=dice,seed=1"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no signals of POSIX here")
def test_a_process_that_is_killed_leaves_the_file_and_no_lock(
    kept: Path, study: Path
) -> None:
    """Killed while it writes: the next takes the lock, and clears what it left."""
    before = kept.read_bytes()
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from veernet.study import kept\n"
        "def killed(table, path, **_):\n"
        "    path.write_bytes(b'PAR1')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "kept.pq.write_table = killed\n"
        "kept.add_run(Path(sys.argv[1]), 'loss=dice,seed=1', Path(sys.argv[2]))\n"
    )
    run = study / "loss=dice,seed=1"
    ended = subprocess.run([sys.executable, "-c", code, kept, run], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert kept.read_bytes() == before
    assert any(path.name.startswith(PREFIX) for path in kept.parent.iterdir())
    assert list(read_study(kept.parent).runs.index) == [DICE]
    add_run(kept, run.name, run)
    assert list(kept_names(kept)) == [DICE, run.name]
    assert not any(path.name.startswith(PREFIX) for path in kept.parent.iterdir())


def test_a_run_that_is_kept_is_not_made_again(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stage in ("train", "score", "measure"):
        monkeypatch.setattr(module, stage, None)  # would fail if it was called
    nothing: Any = None
    out = kept.parent / DICE
    run(labels={}, spec=nothing, data=nothing, out=out, sweep="another")
    assert not out.exists()
    assert [path.name for path in files.kept_files(kept.parent)] == [kept.name]


@pytest.mark.parametrize("run_of_its_own", [False, True])
def test_what_another_process_writes_is_not_read(
    kept: Path, study: Path, *, run_of_its_own: bool
) -> None:
    """Nor what one that was killed has left: half a file under a hidden name."""
    whole = kept.read_bytes()
    folder = kept.parent / "loss=dice,seed=1" if run_of_its_own else kept.parent
    folder.mkdir(exist_ok=True)
    half = temporary_name(folder / "sweep.parquet")
    half.write_bytes(whole[: len(whole) // 2])
    assert list(read_study(kept.parent).runs.index) == [DICE]
    assert keep_runs.keep(study, kept.parent) == 2
    nothing: Any = None
    out = kept.parent / DICE
    run(labels={}, spec=nothing, data=nothing, out=out, sweep="another")
    assert not out.exists()


def test_processes_that_finish_at_once_lose_no_run(study: Path, tmp_path: Path) -> None:
    """Each holds the lock while it reads what the others have added, and adds its own.

    The result is the same in whichever order they come.
    """
    for seed in range(2, 6):
        write_run(study, "dice", seed)
    kept = tmp_path / "kept" / "sweep.parquet"
    runs = sorted(study.iterdir())
    code = (
        "import sys; from pathlib import Path; from veernet.study.kept import add_run\n"
        "for run in map(Path, sys.argv[2:]): add_run(Path(sys.argv[1]), run.name, run)"
    )
    at_once = [
        subprocess.Popen([sys.executable, "-c", code, kept, *runs[start::2]])
        for start in range(2)
    ]
    assert [process.wait() for process in at_once] == [0, 0]
    assert list(kept_names(kept)) == [path.name for path in runs]


def test_a_finished_run_adds_itself_once(study: Path) -> None:
    nothing: Any = None
    for _ in range(2):
        for seed in range(2):
            out = study / f"loss=dice,seed={seed}"
            run(labels={}, spec=nothing, data=nothing, out=out, sweep="sweep")
    assert kept_names(study / "sweep.parquet") == {
        DICE: True,
        "loss=dice,seed=1": True,
    }


def test_a_landscape_that_came_later_is_kept_too(study: Path) -> None:
    landscape = study / DICE / LANDSCAPE
    whole = landscape.read_text()
    landscape.unlink()
    nothing: Any = None
    for expected in (False, True):
        run(labels={}, spec=nothing, data=nothing, out=study / DICE, sweep="sweep")
        assert kept_names(study / "sweep.parquet") == {DICE: expected}
        landscape.write_text(whole)


def test_a_run_of_two_sweeps_is_kept_once_with_what_the_second_measured(
    study: Path,
) -> None:
    landscape = study / DICE / LANDSCAPE
    whole = landscape.read_text()
    landscape.unlink()
    nothing: Any = None
    for sweep in ("first", "second"):
        run(labels={}, spec=nothing, data=nothing, out=study / DICE, sweep=sweep)
        landscape.write_text(whole)
    (path,) = files.kept_files(study)
    assert path.stem == "first"
    assert kept_names(path) == {DICE: True}
    shutil.rmtree(study / DICE)
    assert DICE in read_study(study).landscapes


def test_a_run_beside_its_kept_self_counts_once_and_is_the_one(study: Path) -> None:
    folder = study / DICE
    add_run(study / "sweep.parquet", DICE, folder)
    table = pd.read_parquet(folder / CURVES)
    table.assign(mae=0.125).to_parquet(folder / CURVES, index=False)
    read = read_study(study)
    assert len(read.runs) == 3
    own = read.curves[read.curves["run"] == DICE]
    assert (own["mae"] == 0.125).all()


def test_runs_are_kept_by_experiment_and_once(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    (write_run(study, "focal", 0, name="half") / SCORED).unlink()
    with zipfile.ZipFile(study / "old,seed=3.zip", "w") as old:
        for name in (RUN, SCORED, MASKS, CURVES):
            old.write(write_run(tmp_path / name, "dice", 3) / name, name)
    for count in ("4", "0"):
        keep_runs.main([str(study), str(kept)])
        assert capsys.readouterr().out.split(": ")[1].split()[0] == count
    names = {path.stem: list(kept_names(path)) for path in files.kept_files(kept)}
    assert names == {
        "background_small": ["loss=none,seed=0"],
        "five_losses_small": [DICE, "loss=dice,seed=1", "old,seed=3"],
    }
    assert len(read_study(kept).runs) == 4


def test_what_is_no_run_is_refused(tmp_path: Path, kept: Path) -> None:
    with pytest.raises(InputError, match="no finished run"):
        add_run(tmp_path / "a.parquet", "a", tmp_path)
    assert not (tmp_path / "a.parquet").exists()
    torn = tmp_path / "torn.parquet"
    torn.write_bytes(kept.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"torn\.parquet cannot be read as runs"):
        read_kept(torn)
    pd.DataFrame({"a": [1]}).to_parquet(torn)
    with pytest.raises(InputError, match="holds no runs"):
        read_study(tmp_path)
    (tmp_path / "torn.zip").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"torn\.zip cannot be unpacked"):
        keep_runs.keep(tmp_path, tmp_path / "kept")


def test_a_byte_that_changed_is_noticed(kept: Path) -> None:
    content = bytearray(kept.read_bytes())
    chunk = pq.read_metadata(kept).row_group(0)
    places = {
        chunk.column(i).path_in_schema: chunk.column(i)
        for i in range(chunk.num_columns)
    }
    found = places["curves.list.element.mae"]
    content[found.data_page_offset + found.total_compressed_size // 2] ^= 0xFF
    kept.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as runs"):
        read_study(kept.parent)


@pytest.mark.parametrize(
    ("name", "content"),
    [(RUN, "{"), (RUN, "{}"), (RUN, "[]"), (SCORED, "[]"), (MASKS, "xx"), (CURVES, "")],
)
def test_a_run_that_is_damaged_is_named(study: Path, name: str, content: str) -> None:
    (study / DICE / name).write_text(content)
    with pytest.raises(InputError, match="the run loss=dice,seed=0 is damaged"):
        read_study(study)


def test_a_run_itself_is_no_folder_of_runs(study: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a run itself"):
        keep_runs.keep(study / DICE, tmp_path)


def test_a_run_whose_network_is_gone_is_left_without_a_landscape(
    study: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (study / DICE / LANDSCAPE).unlink()
    nothing: Any = None
    run(
        labels={},
        spec=nothing,
        data=nothing,
        out=study / DICE,
        landscape=module.Settings(),
    )
    assert "has no network" in caplog.text
    assert not (study / DICE / LANDSCAPE).exists()
