"""The benchmark keeps what it has read, and its command runs what it is asked to."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from benchmark import cache, command
from benchmark.definitions import generated_set
from benchmark.generated import run_generated
from benchmark.methods import OURS, PERFECT_NAMES, PERFECT_NETWORK, methods
from benchmark.scoring import CurveScore
from tests import networks
from veernet import checkpoint
from veernet.errors import InputError


class TestCache:
    def test_a_line_that_was_cut_short_is_done_again(self, tmp_path):
        lines = cache.Lines(tmp_path / "x.jsonl")
        lines.append(0, {"a": 1})
        lines.append(1, {"a": 2})
        text = lines.path.read_text()
        lines.path.write_text(text[:-3])
        assert lines.read() == {0: {"a": 1}}
        lines.append(1, {"a": 3})
        assert lines.read() == {0: {"a": 1}, 1: {"a": 3}}

    def test_arrays_come_back_by_name(self, tmp_path):
        arrays = cache.Arrays(tmp_path / "x.npz")
        assert arrays.read() is None
        column = np.array([1.5, np.nan, 3.0])
        arrays.write({"veernet:GR": column})
        np.testing.assert_array_equal(arrays.read()["veernet:GR"], column)

    def test_the_key_is_of_all_that_a_result_depends_on(self, tmp_path):
        kept = cache.Cache(tmp_path, "net", "reading", "drawing", "simple")
        others = [
            replace(kept, network="other").lines("set"),
            replace(kept, reading="other").lines("set"),
            kept.lines("another set"),
        ]
        paths = {each.path for each in [kept.lines("set"), *others]}
        assert len(paths) == 4
        assert kept.lines("set").path in paths

    def test_what_sees_no_network_does_not_depend_on_the_tracer(self, tmp_path):
        kept = cache.Cache(tmp_path, "net", "reading", "drawing", "simple")
        other = replace(kept, reading="other")
        for name in methods():
            same = kept.for_method(name).lines(name) == other.for_method(name).lines(
                name
            )
            assert same == (name in {"ink run", "ink skeleton"})


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    stem = tmp_path_factory.mktemp("net") / "small"
    spec = networks.spec()
    checkpoint.save(stem, checkpoint.build(spec.architecture), spec)
    return stem


SMALL = """
strip: {rows: 96, columns: 96, whole_track: true, tilt: 0.0}
generated:
  - name: two
    about: a small set
    count: 3
    seed: 0
    recipe: {lines: [solid, dot]}
    perfect_network: true
    bars: [{figure: mae_px, at_most: 0.0001}]
plots:
  - {name: plots, about: needs the folder, files: []}
"""


@pytest.mark.slow
class TestCommand:
    def test_it_writes_tables_and_pictures_and_goes_on_where_it_was(
        self, network, tmp_path, monkeypatch, capsys
    ):
        monkeypatch.delenv("VEERNET_REAL", raising=False)
        config = tmp_path / "sets.yaml"
        config.write_text(SMALL)
        out = tmp_path / "out"
        words = ["--out", str(out), "--config", str(config), "--weights", str(network)]
        assert command.main([*words, "--count", "2"]) == 0
        assert "real sets are skipped" in capsys.readouterr().out
        with (out / "curves.csv").open() as stream:
            rows = list(csv.DictReader(stream))
        names = {*methods(), PERFECT_NAMES, PERFECT_NETWORK}
        assert {row["method"] for row in rows} == names
        assert len(rows) == 2 * 2 * len(names)
        assert "**missed**" in (out / "benchmark.md").read_text()
        assert (out / "errors.png").stat().st_size > 1000

        # What was read once is not drawn again, method by method.
        first = {kept: kept.read_bytes() for kept in (out / "cache").iterdir()}
        assert len(first) == len(names)
        assert command.main([*words, "--count", "3"]) == 0
        for kept, content in first.items():
            assert kept.read_bytes().startswith(content)
            assert sorted(cache.Lines(kept).read()) == [0, 1, 2]
        drawn = "benchmark.generated.draw_case"
        monkeypatch.setattr(drawn, lambda *_: pytest.fail("drawn again"))
        assert command.main(words) == 0
        assert command.main([*words, "--methods", "tool"]) == 0
        with (out / "curves.csv").open() as stream:
            kept_names = {row["method"] for row in csv.DictReader(stream)}
        assert kept_names == {OURS, PERFECT_NAMES, PERFECT_NETWORK}

    def test_processes_give_what_one_gives(self, network, tmp_path):
        config = tmp_path / "sets.yaml"
        config.write_text(SMALL)
        given = generated_set("two", config)
        found = [
            run_generated(
                given, cache.open_cache(tmp_path / name, network), network, jobs=jobs
            )
            for name, jobs in (("one", 1), ("two", 2))
        ]
        assert found[0] == found[1]
        assert all(isinstance(each, CurveScore) for each in found[0])

    @pytest.mark.parametrize("word", ["--count", "--jobs", "--runs"])
    @pytest.mark.parametrize("number", ["0", "-1", "two"])
    def test_a_number_that_counts_nothing_is_refused(self, word, number, capsys):
        with pytest.raises(SystemExit, match="2"):
            command.parse(["--out", "o", f"{word}={number}"])
        assert f"{word}: {number!r} is no number from 1 up" in capsys.readouterr().err

    def test_an_unknown_method_is_refused_in_words(self):
        with pytest.raises(InputError, match="guess: no such method: there are colour"):
            command.chosen_names(["ink run", "guess"])
        assert command.chosen_names(["tool"]) == []
        assert command.chosen_names(None) is None

    def test_an_unknown_set_is_refused_in_words(self, tmp_path, capsys):
        words = ["--out", str(tmp_path / "out"), "--sets", "nonsense"]
        assert command.main(words) == 2
        assert "nonsense: no such set: there are" in capsys.readouterr().err
