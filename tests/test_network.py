"""The description of a network: what it refuses, and that JSON keeps it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veernet.errors import InputError
from veernet.network import ConfidenceTable, NetworkSpec, Output, picture_outputs
from veernet.records import LINES
from veernet.weights import weights_file, weights_stem

OUTPUTS = (
    Output("background"),
    Output("solid", ("solid",)),
    Output("dashed", ("long-dash", "short-dash", "dot", "dash-dot")),
)

DOCUMENT = {
    "name": "small",
    "architecture": {"encoder_name": "resnet18", "decoder_channels": [64, 32]},
    "outputs": [
        {"name": "background"},
        {"name": "solid", "lines": ["solid"]},
    ],
}


def written(folder, **changes):
    path = folder / "small.json"
    path.write_text(json.dumps(DOCUMENT | changes))
    return path


texts = st.text('aZ 0é漢"\\/\n{', max_size=4)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-1, 1) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner),
    max_leaves=3,
)
free = st.dictionaries(texts, values, max_size=2)
probabilities = st.floats(0, 1)
tables = st.lists(st.tuples(probabilities, probabilities), min_size=2, max_size=5)


@st.composite
def specs(draw):
    pairs = sorted(draw(tables.filter(lambda t: len({s for s, _ in t}) == len(t))))
    score, probability = zip(*pairs, strict=True)
    low, high = sorted(draw(st.tuples(*[st.floats(1, 500)] * 2)))
    return NetworkSpec(
        name="n" + draw(texts),
        architecture=draw(free),
        outputs=OUTPUTS[: draw(st.integers(2, 3))],
        input_channels=draw(st.sampled_from([("darkness",), ("darkness", "hue")])),
        centre=draw(st.booleans()),
        multiple=draw(st.integers(1, 64)),
        rows_per_foot=draw(st.sampled_from([None, (low, high)])),
        confidence=draw(st.sampled_from([None, ConfidenceTable(score, probability)])),
        made=draw(free),
        scores=draw(free),
    )


# Each example waits for the disk, as every file that is written does.
@settings(deadline=None, max_examples=40)
@given(spec=specs())
def test_what_is_saved_is_what_loads(spec, tmp_path_factory):
    path = tmp_path_factory.mktemp("network") / "one.json"
    spec.save(path)
    assert NetworkSpec.load(path) == spec


def test_a_tuple_in_the_architecture_survives_as_the_list_that_json_makes_of_it(
    tmp_path,
):
    spec = NetworkSpec("small", {"decoder_channels": (64, 32)}, OUTPUTS)
    spec.save(tmp_path / "small.json")
    assert NetworkSpec.load(tmp_path / "small.json") == spec
    assert spec.architecture == {"decoder_channels": [64, 32]}


def test_only_the_first_three_keys_are_needed(tmp_path):
    spec = NetworkSpec.load(written(tmp_path))
    assert spec.multiple == 32
    assert spec.input_channels == ("darkness",)
    assert spec.rows_per_foot is None
    assert spec.confidence is None


def test_the_lines_are_those_of_all_outputs_but_the_background():
    lines = NetworkSpec("small", {}, OUTPUTS).lines
    assert lines == (("solid",), ("long-dash", "short-dash", "dot", "dash-dot"))


BACKGROUND, SOLID = DOCUMENT["outputs"]
DASHED, ROAD = {"name": "dashed", "lines": ["long-dash"]}, {"name": "road"}


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"epochs": 3}, r"small\.json: epochs: the key is not known here: known are"),
        ({"name": 3}, r"small\.json: name: 3 is not text"),
        ({"name": " "}, r"small\.json: name is blank"),
        ({"multiple": 0}, "multiple 0 must be 1 or more"),
        ({"multiple": 32.5}, r"multiple: 32\.5 is not a whole number"),
        ({"multiple": True}, "multiple: True is not a whole number"),
        ({"architecture": []}, r"architecture: \[\] is not a mapping"),
        ({"architecture": None}, "architecture: None is not a mapping"),
        ({"input_channels": "darkness"}, "input_channels: 'darkness' is not a list"),
        ({"input_channels": []}, "input_channels is empty"),
        ({"rows_per_foot": [10]}, r"rows_per_foot: \[10\] is not a list of the lowest"),
        ({"rows_per_foot": [20, 10]}, "rows_per_foot 20 to 10 must be a range"),
        ({"rows_per_foot": [0, 10]}, "rows_per_foot 0 to 10 must be a range"),
        ({"outputs": [SOLID]}, r"outputs are \['solid'\]: give two or more"),
        ({"outputs": [SOLID, BACKGROUND]}, "'background' first where there is one"),
        ({"outputs": [SOLID, DASHED]}, "the first is 'background' .* not so 'solid'"),
        ({"outputs": [BACKGROUND]}, "give two or more"),
        ({"outputs": []}, "give two or more"),
        ({"outputs": [ROAD, BACKGROUND]}, "'background' first where there is one"),
        ({"outputs": [ROAD, SOLID]}, "the first is 'background' .* not so 'road'"),
        ({"outputs": [ROAD, ROAD]}, "output 'road' is given 2 times"),
        ({"outputs": [BACKGROUND, SOLID, SOLID]}, "output 'solid' is given 2 times"),
        (
            {"outputs": [BACKGROUND, SOLID, SOLID | {"name": "thin"}]},
            "line 'solid' is given 2 times",
        ),
        (
            {"outputs": [BACKGROUND, {"name": "solid", "lines": ["wavy"]}]},
            r"outputs\[1\]\.lines\[0\]: 'wavy' is not one of solid, long-dash",
        ),
        (
            {"outputs": [BACKGROUND, SOLID, ROAD]},
            r"small\.json: outputs are .* stands for lines, not so 'road'",
        ),
        (
            {"outputs": [BACKGROUND | {"lines": ["dot"]}, SOLID]},
            r"outputs\[0\]: output 'background' stands for the lines \['dot'\]",
        ),
        ({"outputs": [{"lines": []}, SOLID]}, r"outputs\[0\]: the key name is missing"),
        (
            {"confidence": {"score": [0, 1], "probability": [0, 1.5]}},
            r"small\.json: confidence: probability 1\.5 must lie between 0 and 1",
        ),
        (
            {"confidence": {"score": [0, 1], "probability": [0, "high"]}},
            r"confidence\.probability\[1\]: 'high' is not a number",
        ),
        (
            {"confidence": {"score": [0, 0.5, 0.5], "probability": [0, 0.5, 1]}},
            r"confidence: score 0\.5 follows 0\.5: scores must increase",
        ),
        (
            {"confidence": {"score": [0, 1, 1], "probability": [0, 1]}},
            "confidence: a confidence table pairs two scores or more .* 3 with 2",
        ),
        ({"confidence": {"score": [0]}}, "confidence: the key probability is missing"),
    ],
)
def test_a_wrong_value_is_refused_with_its_file_and_key(tmp_path, changes, match):
    with pytest.raises(InputError, match=match):
        NetworkSpec.load(written(tmp_path, **changes))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (b"{", "is not JSON: Expecting property name"),
        (b"[]", r"\[\] is not a mapping"),
        (b"{}", "the key name is missing"),
        (b"\xff\x00", "cannot be read .it is not text.: name the JSON of a network"),
        (b'{"name": NaN}', "is not JSON: NaN is not a number"),
        (b'{"name": "a", "name": "b"}', "the key name is given 2 times"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_description_is_refused(tmp_path, text, match):
    path = tmp_path / "small.json"
    path.write_bytes(text)
    with pytest.raises(InputError, match=match):
        NetworkSpec.load(path)


def test_a_missing_description_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"there is no file .*none\.json"):
        NetworkSpec.load(tmp_path / "none.json")


@pytest.mark.parametrize("value", [{"loss": object()}, {"loss": float("nan")}])
def test_what_json_cannot_hold_is_refused_before_training_ends(value):
    with pytest.raises(InputError, match="made cannot be written as JSON"):
        NetworkSpec("small", {}, OUTPUTS, made=value)


def test_probability_is_linear_between_knots_and_level_beyond():
    table = ConfidenceTable((0.2, 0.4, 0.8), (0.1, 0.5, 0.9))
    found = table.probability_of([0.0, 0.2, 0.3, 0.6, 0.8, 1.0])
    np.testing.assert_allclose(found, [0.1, 0.1, 0.3, 0.7, 0.9, 0.9])


def test_every_line_style_may_be_an_output():
    outputs = (Output("background"), *(Output(line, (line,)) for line in LINES))
    assert NetworkSpec("all", {}, outputs).lines == tuple((line,) for line in LINES)


@pytest.mark.parametrize("names", [("background", "ink"), ("road", "land", "water")])
def test_classes_of_pictures_stand_for_no_lines(tmp_path, names):
    spec = NetworkSpec("pictures", {}, picture_outputs(names), ("red", "green", "blue"))
    spec.save(tmp_path / "pictures.json")
    assert NetworkSpec.load(tmp_path / "pictures.json") == spec
    assert not spec.reads_lines
    assert NetworkSpec("lines", {}, OUTPUTS).reads_lines


def test_a_class_that_is_ignored_is_no_output():
    names = ("road", "unlabelled", "water")
    found = [output.name for output in picture_outputs(names, "unlabelled")]
    assert found == ["road", "water"]
    with pytest.raises(InputError, match=r"ignore 'sky' is not among the classes"):
        picture_outputs(names, "sky")


@pytest.mark.parametrize("suffix", ["", ".json", ".onnx", ".safetensors"])
def test_any_of_the_three_files_or_their_stem_names_a_network(tmp_path, suffix):
    (tmp_path / "loss=0.31.onnx").touch()
    stem = weights_stem(tmp_path / f"loss=0.31{suffix}")
    assert stem == tmp_path / "loss=0.31"
    assert weights_file(stem, ".json") == tmp_path / "loss=0.31.json"


def test_weights_that_are_not_there_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"there is no .*none\.onnx: name the"):
        weights_stem(tmp_path / "none.onnx")


def test_a_package_without_release_weights_says_so(monkeypatch):
    monkeypatch.setattr("veernet.weights.RELEASE", "never-released")
    with pytest.raises(InputError, match="no release weights came with this veernet"):
        weights_stem()
