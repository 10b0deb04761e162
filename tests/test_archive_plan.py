"""Plans: which logs, how each is registered, and shards of even work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.logs import REGISTRATION
from veernet.archive.header import sizes_of
from veernet.archive.plan import Plan
from veernet.archive.planning import Registering, deal, make_plan, write_plan
from veernet.archive.records import ArchiveSettings, Log, memory_for, seconds_for
from veernet.archive.registering import registrations_of
from veernet.archive.sources import find_scans, local_file
from veernet.cli import main
from veernet.errors import InputError


def scan(path: Path, rows: int = 30, columns: int = 20) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (columns, rows), 255).save(path)
    return path


def plan_of(where: Path, *sources: str, **how: object) -> list[Log]:
    path = where / "plan.parquet"
    write_plan(path, make_plan(find_scans(sources), Registering(**how)), 7, {})
    plan = Plan(path)
    assert plan.when == 7
    logs = [log for shard in range(plan.shards) for log in plan.logs_of(shard)]
    assert plan.logs == len(logs) == sum(plan.sizes())
    return logs


def test_a_folder_is_listed_with_sizes_and_registrations(tmp_path: Path) -> None:
    scan(tmp_path / "a/one.tif", 300, 200)
    scan(tmp_path / "a/deep/two.png")
    (tmp_path / "a/._one.tif").write_bytes(b"")
    (tmp_path / "a/notes.txt").write_text("no scan")
    (tmp_path / "a/cut.tif").write_bytes(b"II*\0")
    (tmp_path / "r").mkdir()
    for name in ("one.yaml", "two.5in.yaml", "two.repeat.yaml", "other.yaml"):
        (tmp_path / "r" / name).touch()
    logs = {
        Path(log.address).name: log
        for log in plan_of(tmp_path, str(tmp_path / "a"), folder=tmp_path / "r")
    }
    assert set(logs) == {"one.tif", "two.png", "cut.tif"}
    one, two, cut = logs["one.tif"], logs["two.png"], logs["cut.tif"]
    assert (one.rows, one.columns, one.how) == (300, 200, "own")
    assert one.log.startswith("one-")
    assert one.bytes == (tmp_path / "a/one.tif").stat().st_size
    assert [Path(p).name for p in two.registrations] == [
        "two.5in.yaml",
        "two.repeat.yaml",
    ]
    assert (cut.rows, cut.how, cut.registrations) == (0, "none", ())


def test_scans_of_one_name_have_the_registration_of_their_folder(
    tmp_path: Path,
) -> None:
    for field in ("east", "west"):
        scan(tmp_path / f"s/{field}/log.tif")
    (tmp_path / "r/east").mkdir(parents=True)
    (tmp_path / "r/east/log.yaml").touch()
    logs = plan_of(tmp_path, str(tmp_path / "s"), folder=tmp_path / "r", propose=True)
    how = {Path(log.address).parent.name: log.how for log in logs}
    assert how == {"east": "own", "west": "register"}
    assert len({log.log for log in logs}) == 2


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_manifest_tells_wells_and_sizes(tmp_path: Path, suffix: str) -> None:
    table = pd.DataFrame(
        {
            "path": ["x/a.tif", "s3://bucket/b.tif"],
            "bytes": ["10", ""],
            "registration": ["a.yaml", ""],
            "like": ["", "t.yaml"],
            "year": ["1957", ""],
            "uwi": ["42-1", "42-2"],
            "EDAT": ["", "KB"],
        }
    )
    manifest = tmp_path / f"logs.{suffix}"
    if suffix == "csv":
        table.to_csv(manifest, index=False)
    else:
        table.to_parquet(manifest)
    a, b = sorted(plan_of(tmp_path, str(manifest)), key=lambda log: log.log)
    assert a.address == str(tmp_path / "x/a.tif")
    assert (a.bytes, a.year, a.how, a.well) == (10, 1957, "own", {"UWI": "42-1"})
    assert a.registrations == (str(tmp_path / "a.yaml"),)
    assert (b.address, b.bytes, b.how) == ("s3://bucket/b.tif", 0, "like")
    assert b.well == {"UWI": "42-2", "EDAT": "KB"}


def test_addresses_of_other_places_are_listed_and_fetched(tmp_path: Path) -> None:
    pytest.importorskip("fsspec", reason="fsspec is not installed")
    path = scan(tmp_path / "deep/log.tif")
    (log,) = plan_of(tmp_path, f"file://{tmp_path}/deep")
    assert log.address == f"file://{path}"
    assert log.bytes == path.stat().st_size
    with local_file(log.address) as fetched:
        assert fetched != path
        assert fetched.read_bytes() == path.read_bytes()
    assert not fetched.exists()


def test_shards_are_of_even_work() -> None:
    rng = np.random.default_rng(1)
    work = rng.lognormal(1, 1, 3000)
    ids = pa.array([f"log{i}" for i in range(3000)])
    shard = deal(work, ids)
    sums = np.bincount(shard, weights=work)
    counts = np.bincount(shard)
    assert len(counts) == 66
    assert counts.max() - counts.min() <= 1
    assert sums.max() < 1.5 * np.median(sums)
    # The same whatever the order in which they are listed.
    back = pa.array(ids.to_pylist()[::-1])
    turned = deal(work[::-1], back)[::-1]
    np.testing.assert_array_equal(shard, turned)


def test_sections_in_files_of_their_own_are_named_by_these(tmp_path: Path) -> None:
    for name in ("well.5in", "well.2in"):
        (tmp_path / f"{name}.yaml").write_text(REGISTRATION)
    files = tuple(str(tmp_path / f"well.{name}.yaml") for name in ("2in", "5in"))
    log = Log("well-1", "/s/well.tif", 1, 1, 1, "own", files, {"UWI": "42-1"})
    found = registrations_of(log, tmp_path / "well.tif")
    assert [one.name for one in found] == ["2in", "5in"]
    assert {one.registration.section for one in found} == {"main"}
    assert found[0].registration.well == {"WELL": "TEST 1", "UWI": "42-1"}
    twice = Log("well-1", "/s/well.tif", 1, 1, 1, "own", (files[0], files[0]))
    with pytest.raises(InputError, match="the section '2in' is in"):
        registrations_of(twice, tmp_path / "well.tif")
    none = Log("well-1", "/s/well.tif", 1, 1, 1, "none", ())
    with pytest.raises(InputError, match="has no registration"):
        registrations_of(none, tmp_path / "well.tif")


def test_limits_grow_with_the_page() -> None:
    small, large = (Log("a", "a", 0, rows, 2000, "own", ()) for rows in (1000, 250_000))
    settings = ArchiveSettings(memory=2**40)
    assert seconds_for(small, settings) == 160
    assert seconds_for(large, settings) == 120 + 20 * 500
    assert memory_for(small, settings) < 2 * 2**30 < memory_for(large, settings)
    assert memory_for(large, ArchiveSettings(memory=2**30)) == 2**30


def test_sizes_are_of_headers_alone(tmp_path: Path) -> None:
    paths = [
        scan(tmp_path / f"{i}.{kind}", 40, 30)
        for i, kind in enumerate(["tif", "png", "jpg"])
    ]
    paths += [tmp_path / "gone.tif", tmp_path / "page.pdf"]
    sizes = sizes_of([str(path) for path in paths])
    assert sizes.tolist() == [[40, 30]] * 3 + [[0, 0]] * 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["plan", "nowhere", "--out", "p.parquet"],
            "there is no file or folder nowhere",
        ),
        (["plan", "empty", "--out", "p.parquet"], "holds no TIFF, PNG, JPEG or PDF"),
        (["plan", "bare.csv", "--out", "p.parquet"], "has no column 'address'"),
        (["plan", "hole.csv", "--out", "p.parquet"], "row 2 has no address"),
        (["plan", "twice.csv", "--out", "p.parquet"], "is given twice"),
        (["plan", "scans", "--out", "p.csv"], "does not end in .parquet"),
        (
            ["plan", "scans", "--out", "p.parquet", "--registrations", "x"],
            "no folder x",
        ),
        (
            ["plan", "scans", "--out", "p.parquet", "--registrations", "empty"],
            "no .yaml",
        ),
        (["run", "scans/a.tif", "--out", "r"], "is no plan"),
        (["run", "other.parquet", "--out", "r"], "is no plan of this version"),
        (["status", "empty"], "holds no results of an archive"),
        (["report", "empty", "--out", "r.txt"], "does not end in .html"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    tmp_path: Path,
    words: list[str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    scan(tmp_path / "scans/a.tif")
    (tmp_path / "bare.csv").write_text("well,year\nA,1950\n")
    (tmp_path / "hole.csv").write_text("path,year\na.tif,1950\n,1951\n")
    (tmp_path / "twice.csv").write_text("path\na.tif\na.tif\n")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    assert main(["archive", *words]) == 2
    reported = capsys.readouterr().err.strip()
    assert says in reported
    assert "\n" not in reported


def test_a_plan_says_what_is_planned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan(tmp_path / "a.tif")
    out = tmp_path / "plan.parquet"
    assert main(["archive", "plan", str(tmp_path), "--out", str(out)]) == 0
    reported = capsys.readouterr().out
    assert "1 logs in 1 shards" in reported
    assert "1 without a registration: they will be refused" in reported
    assert main(["archive", "plan", str(tmp_path), "--out", str(out)]) == 2
    assert "is there" in capsys.readouterr().err


def test_an_id_is_of_address_and_size_alone(tmp_path: Path) -> None:
    rows = [{"address": f"/x/a b({i}).tif", "bytes": 5 + i, "rows": 0} for i in (0, 1)]
    logs = make_plan(pd.DataFrame(rows), Registering())["log"].to_pylist()
    again = make_plan(pd.DataFrame(rows[::-1]), Registering())["log"].to_pylist()
    assert sorted(logs) == sorted(again)
    assert all(log.startswith("a_b_") for log in logs)
