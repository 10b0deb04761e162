"""Names: the words that the field has another for stand in none of them."""

from __future__ import annotations

from pathlib import Path

from private_terms import TERMS, private_terms, words_of


def test_words_are_those_of_names_and_their_plurals():
    assert set(words_of("SonicTold_lanes2")) == {"sonic", "told", "lanes2"}
    assert set(words_of("_decode_lanes")) == {"", "decode", "lanes", "lane"}
    assert "ladder" in set(words_of("LADDERS"))


def test_a_word_counts_where_it_is_private_and_nowhere_else(tmp_path):
    for part, source in (
        ("veernet/scan/page.py", 'cell_rows = {"told": 1}  # told of lanes\n'),
        ("veernet/export/table.py", "cell_rows = 2\n"),
        ("tests/test_page.py", "def test_what_is_told():\n    lane = lane_width = 1\n"),
    ):
        path = tmp_path / part
        path.parent.mkdir(parents=True)
        path.write_text(source)
    (tmp_path / "scripts").mkdir()
    assert private_terms(tmp_path) == {
        ("cell", "veernet/scan/page.py", "cell_rows"): 1,
        ("lane", "tests/test_page.py", "lane"): 1,
        ("lane", "tests/test_page.py", "lane_width"): 1,
    }


def test_names_of_this_project_have_none():
    assert TERMS
    assert private_terms(Path(__file__).parents[1]) == {}
