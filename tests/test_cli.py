"""The command line: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import lasio
import numpy as np
import pytest

from tests import logs
from veernet import engines
from veernet.cli import DEFECT, DONE, REFUSED, WRONG_INPUT, config_folder, main


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Draw a log, and let darkness stand in for the network."""
    monkeypatch.setattr(
        engines, "load_engine", lambda *_: engines.DarknessEngine(), raising=True
    )
    monkeypatch.chdir(tmp_path)
    return logs.draw(tmp_path)


def _digitise(log, *more):
    scan, registration = log
    options = ["--registration", str(registration), "--out", "well.las", *more]
    return main(["digitise", str(scan), *options])


def test_help_needs_none_of_the_heavy_packages():
    loaded = """
import sys
from veernet.cli import main
try:
    main(["--help"])
except SystemExit:
    print(*sys.modules)
"""
    out = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    assert "digitise" in out.stdout
    modules = set(out.stdout.split())
    assert not modules & {"torch", "numba", "cv2", "openvino", "pandas", "hydra"}


def test_digitise_writes_all_that_is_asked_for(log, capsys):
    files = [
        "--overlay",
        "well.png.png",
        "--trace",
        "well.parquet",
        "--report",
        "r.json",
    ]
    assert _digitise(log, *files) == DONE
    las = lasio.read("well.las")
    assert las.well.WELL.value == "TEST 1"
    error = np.abs(las["GR"] - logs.truth(las.index))
    assert np.nanmedian(error) < 0.2
    assert "Scan: well.png, SHA-256" in las.other
    report = json.loads(Path("r.json").read_text())
    assert report["curves"][0]["read_share"] > 0.98
    assert Path("well.png.png").stat().st_size > 1000
    assert "read: GR" in capsys.readouterr().out


def test_what_cannot_be_written_is_said_before_the_reading(log, monkeypatch):
    def read(*_):
        pytest.fail("the scan was read")

    monkeypatch.setattr(engines, "load_engine", read)
    assert _digitise(log, "--overlay", "no/well.png") == WRONG_INPUT
    text = log[1].read_text("utf-8")
    log[1].write_text(text.replace("step: 0.5", "step: 5000"), "utf-8")
    assert _digitise(log) == WRONG_INPUT


def test_a_part_of_an_overlay_cannot_replace_the_scan(log, capsys):
    scan = log[0].rename(log[0].with_name("tall.1.png"))
    assert _digitise((scan, log[1]), "--overlay", "tall.png") == WRONG_INPUT
    assert "would replace" in capsys.readouterr().err


def test_an_output_cannot_replace_the_network(log, capsys):
    Path("net.json").write_text("{}")
    more = ["--weights", "net.json", "--report", "net.json"]
    assert _digitise(log, *more) == WRONG_INPUT
    assert "net.json cannot be written: it is read" in capsys.readouterr().err


def test_links_in_a_circle_are_no_defect(log, capsys):
    Path("loop").symlink_to("loop")
    assert _digitise(log, "--report", "loop") == WRONG_INPUT
    assert capsys.readouterr().err.count("\n") == 1


def test_a_trace_is_not_exported_as_another_section(log, capsys):
    _digitise(log, "--trace", "well.parquet")
    registration = ["--registration", str(log[1])]
    arguments = ["export", "well.parquet", *registration, "--out", "b.las"]
    assert main([*arguments, "--section", "repeat"]) == WRONG_INPUT
    assert "of section 'main', not of 'repeat'" in capsys.readouterr().err


def test_export_makes_the_same_las_again(log):
    _digitise(log, "--trace", "well.parquet")
    again = ["export", "well.parquet", "--registration", str(log[1]), "--out", "b.las"]
    assert main(again) == DONE
    assert Path("b.las").read_text() == Path("well.las").read_text()


def test_sections_get_files_of_their_own(log):
    _, registration = log
    text = logs.REGISTRATION
    registration.write_text(
        f"{text}---\n{text.replace('section: main', 'section: repeat')}"
    )
    assert _digitise(log) == DONE
    assert {p.name for p in Path().glob("*.las")} == {
        "well.main.las",
        "well.repeat.las",
    }
    assert _digitise(log, "--section", "repeat", "--report", "r.json") == DONE
    assert json.loads(Path("r.json").read_text())["section"] == "repeat"


def test_evaluate_prints_a_table_and_writes_json(log, capsys):
    _digitise(log)
    depth = np.arange(1000, 1060.25, 0.5)
    rows = "".join(f"{d},{v}\n" for d, v in zip(depth, logs.truth(depth), strict=True))
    Path("truth.csv").write_text("DEPT,GR\n" + rows)
    arguments = ["evaluate", "well.las", "truth.csv", "--json", "scores.json"]
    assert main([*arguments, "--registration", str(log[1]), "--points", "300"]) == DONE
    out = capsys.readouterr().out
    assert "GR" in out
    assert out.endswith("\n")
    assert not out.endswith("\n\n")
    assert json.loads(Path("scores.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("scan absent.tif", "absent.tif"),
        ("digitise absent.tif --registration well.yaml --out a.las", "absent.tif"),
        ("digitise well.png --registration absent.yaml --out a.las", "absent.yaml"),
        ("digitise well.png --registration well.yaml --out a.xls", "a.xls"),
        ("digitise well.png --registration well.yaml --out no/a.las", "no/a.las"),
        (
            "digitise well.png --registration well.yaml --out a.las --section x",
            "there is no section 'x'",
        ),
        ("digitise well.yaml --registration well.yaml --out a.las", "well.yaml"),
        (
            "digitise well.png --registration well.yaml --out a.las --overlay a.bmp",
            "a.bmp does not end in .png",
        ),
        (
            "digitise well.png --registration well.yaml --out a.las --trace a.csv",
            "a.csv does not end in .parquet",
        ),
        (
            "digitise well.png --registration well.yaml --out a.las --report a.txt",
            "a.txt does not end in .json",
        ),
        (
            "digitise well.png --registration well.yaml --out a.las --overlay well.png",
            "well.png cannot be written: it is read",
        ),
        (
            "digitise well.png --registration well.yaml --out a.las --report no/r.json",
            "the folder of no/r.json does not exist",
        ),
        (
            "digitise well.png --registration well.yaml --out a.csv --trace a.csv",
            "a.csv cannot be written: another output has that name",
        ),
        ("export well.png --registration well.yaml --out a.las", "well.png"),
        ("evaluate well.png well.yaml", "well.png"),
        ("evaluate a.csv b.csv --map GR", "write DIGITISED=TRUTH"),
        ("evaluate a.csv b.csv --points -5", "--points -5: give 2 or more"),
        ("evaluate a.csv b.csv --section x", "give the --registration"),
        ("evaluate a.csv b.csv --json b.csv", "b.csv cannot be written: it is read"),
        (
            "evaluate a.csv b.csv --registration well.yaml --json well.yaml",
            "well.yaml cannot be written: it is read",
        ),
        (
            "digitise well.png --registration well.yaml --out a.las --weights well.png",
            "well.png is no network",
        ),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(log, capsys, arguments, line):
    assert main(arguments.split()) == WRONG_INPUT
    err = capsys.readouterr().err
    assert err.startswith("veernet: ")
    assert line in err
    assert err.count("\n") == 1


def test_a_blank_scan_is_refused_with_exit_code_3(log, capsys):
    cv2.imwrite(str(log[0]), np.full((logs.ROWS, logs.COLUMNS), 255, np.uint8))
    assert _digitise(log, "--report", "r.json") == REFUSED
    assert "no curve could be followed" in capsys.readouterr().err
    assert not Path("well.las").exists()
    assert json.loads(Path("r.json").read_text())["refused"]


def test_a_defect_is_reported_as_ours(log, capsys, monkeypatch):
    def broken(*_):
        msg = "boom"
        raise RuntimeError(msg)

    monkeypatch.setattr(engines, "load_engine", broken)
    assert _digitise(log) == DEFECT
    assert "defect of veernet" in capsys.readouterr().err


def test_scan_says_what_a_file_is(log, capsys):
    assert main(["scan", str(log[0])]) == DONE
    assert "700 rows x 320 columns" in capsys.readouterr().out


def test_the_configs_are_where_the_command_line_looks():
    assert (config_folder() / "train.yaml").is_file()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["train", "loss=dyce"], "dyce"),
        (["train", "no.such.key=1"], "no"),
        (["synth", "count=2"], "out"),
        (["synth", "out=runs/seed=0"], "out=runs/seed=0 cannot be read"),
    ],
)
def test_a_wrong_override_is_told_in_one_line(
    capsys, monkeypatch, tmp_path, arguments, line
):
    pytest.importorskip("hydra")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["veernet"])
    assert main(arguments) == WRONG_INPUT
    # Hydra says first which overrides it was given.
    last = capsys.readouterr().err.strip().split("\n")[-1]
    assert last.startswith("veernet: ")
    assert line in last


def test_digitize_is_understood(log):
    scan, registration = log
    line = ["digitize", str(scan), "--registration", str(registration)]
    assert main([*line, "--out", "well.las"]) == DONE
    assert Path("well.las").is_file()


def test_digitise_prints_each_file_that_it_wrote(log, capsys):
    names = {"--overlay": "w.png", "--trace": "w.parquet", "--report": "w.json"}
    assert _digitise(log, *(word for pair in names.items() for word in pair)) == DONE
    printed = capsys.readouterr().out
    for name in ("well.las", *names.values()):
        assert f"{name}: " in printed


def test_many_scans_and_folders_are_told_one_after_the_other(log, capsys):
    scan, _ = log
    folder = Path("folder")
    folder.mkdir()
    (folder / "a.PNG").write_bytes(scan.read_bytes())
    (folder / "b.tif").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("not a scan")
    assert main(["scan", str(scan), str(folder)]) == WRONG_INPUT
    printed = capsys.readouterr().out
    assert printed.count("page 0 of 1") == 2
    assert "wrong: folder/b.tif: is no TIFF" in printed
    assert "3 files: 2 can be read, 1 cannot" in printed
    (folder / "b.tif").unlink()
    assert main(["scan", "folder"]) == DONE


def test_a_folder_without_scans_says_so(log, capsys):
    Path("empty").mkdir()
    assert main(["scan", "empty"]) == WRONG_INPUT
    assert "holds no TIFF" in capsys.readouterr().err


@pytest.mark.parametrize("first", ["=HYPERLINK(1)", "+GR", "-GR", "@GR"])
def test_a_name_that_a_spreadsheet_would_evaluate_is_no_column(log, capsys, first):
    text = log[1].read_text("utf-8").replace("mnemonic: GR", f"mnemonic: '{first}'")
    assert first in text
    log[1].write_text(text, "utf-8")
    assert _digitise(log, "--out", "well.csv") == WRONG_INPUT
    assert "for a formula" in capsys.readouterr().err


def test_a_scan_that_is_written_while_it_is_read_is_told(log, capsys, monkeypatch):
    def load(*_):
        log[0].write_bytes(log[0].read_bytes())
        os.utime(log[0], ns=(1, 1))
        return engines.DarknessEngine()

    monkeypatch.setattr(engines, "load_engine", load)
    assert _digitise(log) == WRONG_INPUT
    assert "changed while it was read" in capsys.readouterr().err
    assert not Path("well.las").exists()
