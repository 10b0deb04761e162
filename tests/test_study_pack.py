"""Runs that are kept in a small file each, and gone on from."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import keep_runs
from tests.study_folders import write_run, write_study
from veernet.errors import InputError
from veernet.study import run as module
from veernet.study.pack import pack, unpack
from veernet.study.results import landscape_numbers, read_study
from veernet.study.run import CURVES, LANDSCAPE, MASKS, RUN, SCORED, run


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path / "runs", ["dice", "none"], landscape=True)


@pytest.fixture
def packed(study: Path, tmp_path: Path) -> Path:
    pack(study / "loss=dice,seed=0", tmp_path / "packed.zip")
    return tmp_path / "packed.zip"


def test_what_is_packed_says_the_same_to_its_digits(
    study: Path, tmp_path: Path
) -> None:
    keep_runs.main([str(study), str(tmp_path / "kept")])
    loose, kept = read_study(study), read_study(tmp_path / "kept")
    pd.testing.assert_frame_equal(kept.runs, loose.runs)
    keys = ["run", "set", "picture", "label"]
    for name, own in (("masks", keys), ("curves", [*keys, "tracer"])):
        ours, theirs = (
            getattr(s, name).set_index(own).sort_index() for s in (kept, loose)
        )
        pd.testing.assert_frame_equal(
            ours, theirs, rtol=2**-11, check_dtype=False, check_like=True
        )
        counts = theirs.select_dtypes("integer")
        pd.testing.assert_frame_equal(ours[counts.columns], counts, check_dtype=False)
    log = ["run", "step"]
    np.testing.assert_allclose(
        kept.history.set_index(log), loose.history.set_index(log), rtol=1e-3
    )
    pd.testing.assert_frame_equal(
        landscape_numbers(kept.landscapes),
        landscape_numbers(loose.landscapes),
        rtol=1e-3,
    )


def test_a_packed_run_is_small_and_always_the_same(packed: Path, study: Path) -> None:
    folder = study / "loss=dice,seed=0"
    before = packed.read_bytes()
    (folder / RUN).touch()
    pack(folder, packed)
    assert packed.read_bytes() == before
    assert set(zipfile.ZipFile(packed).namelist()) >= {RUN, SCORED, LANDSCAPE}


def test_an_unpacked_run_is_neither_trained_nor_scored_again(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "again"
    unpack(packed, out)
    for stage in ("train", "score", "measure"):
        monkeypatch.setattr(module, stage, None)  # would fail if it was called
    nothing: Any = None
    run(labels={}, spec=nothing, data=nothing, out=out, landscape=module.Settings())
    assert json.loads((out / RUN).read_text())["labels"]["loss"] == "dice"
    assert len(pd.read_parquet(out / MASKS)) > 0


def test_a_run_beside_its_packed_self_counts_once_and_is_the_one(study: Path) -> None:
    folder = study / "loss=dice,seed=0"
    pack(folder, study / "loss=dice,seed=0.zip")
    table = pd.read_parquet(folder / CURVES)
    table.assign(mae=0.125).to_parquet(folder / CURVES, index=False)
    read = read_study(study)
    assert len(read.runs) == 3
    own = read.curves[read.curves["run"] == "loss=dice,seed=0"]
    assert (own["mae"] == 0.125).all()


def test_only_what_is_not_there_is_kept_or_restored(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, again = tmp_path / "kept", tmp_path / "again"
    (write_run(study, "focal", 0, name="half") / SCORED).unlink()
    keep_runs.main([str(study), str(kept)])
    keep_runs.main([str(study), str(kept)])
    keep_runs.main(["--restore", str(kept), str(again)])
    keep_runs.main(["--restore", str(kept), str(again)])
    said = capsys.readouterr().out.splitlines()
    assert [line.rpartition(": ")[2].split()[0] for line in said] == ["3", "0"] * 2
    assert sorted(path.name for path in again.iterdir()) == [
        "loss=dice,seed=0",
        "loss=dice,seed=1",
        "loss=none,seed=0",
    ]


def test_what_is_no_run_is_refused(tmp_path: Path, packed: Path) -> None:
    with pytest.raises(InputError, match="no finished run"):
        pack(tmp_path, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()
    (tmp_path / "torn.zip").write_bytes(packed.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"torn\.zip cannot be unpacked"):
        unpack(tmp_path / "torn.zip", tmp_path / "torn")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("a.txt", "a")
    with pytest.raises(InputError, match="holds no run"):
        read_study(tmp_path)
    with pytest.raises(InputError, match="is there already"):
        unpack(packed, tmp_path)


def test_a_run_whose_network_is_gone_is_left_without_a_landscape(
    study: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (study / "loss=dice,seed=0" / LANDSCAPE).unlink()
    pack(study / "loss=dice,seed=0", tmp_path / "packed.zip")
    unpack(tmp_path / "packed.zip", tmp_path / "again")
    nothing: Any = None
    run(
        labels={},
        spec=nothing,
        data=nothing,
        out=tmp_path / "again",
        landscape=module.Settings(),
    )
    assert "has no network" in caplog.text
    assert not (tmp_path / "again" / LANDSCAPE).exists()


def test_a_landscape_that_came_later_is_packed_too(study: Path, tmp_path: Path) -> None:
    landscape = study / "loss=dice,seed=0" / LANDSCAPE
    whole = landscape.read_text()
    landscape.unlink()
    kept = tmp_path / "kept"
    assert keep_runs.keep(study, kept) == 3
    landscape.write_text(whole)
    assert keep_runs.keep(study, kept) == 1
    assert "loss=dice,seed=0" in read_study(kept).landscapes


def test_a_file_that_is_damaged_leaves_no_run(packed: Path, tmp_path: Path) -> None:
    content = bytearray(packed.read_bytes())
    with zipfile.ZipFile(packed) as file:
        at = file.getinfo(CURVES).header_offset + 200
    content[at] ^= 0xFF
    packed.write_bytes(content)
    for _ in range(2):
        with pytest.raises(InputError, match="cannot be unpacked"):
            unpack(packed, tmp_path / "kept" / "run")
        assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [(RUN, "{"), (RUN, "{}"), (RUN, "[]"), (SCORED, "[]"), (MASKS, "xx"), (CURVES, "")],
)
def test_a_run_that_is_damaged_is_named(study: Path, name: str, content: str) -> None:
    (study / "loss=dice,seed=0" / name).write_text(content)
    with pytest.raises(InputError, match="the run loss=dice,seed=0 is damaged"):
        read_study(study)


def test_a_run_itself_is_no_folder_of_runs(study: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a run itself"):
        keep_runs.keep(study / "loss=dice,seed=0", tmp_path)
