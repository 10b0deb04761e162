"""The report: what it holds, what it names as missing, and that it fetches nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.figures import curve_figures, mask_figures
from tests.study_folders import write_run, write_study
from veernet.cli import WRONG_INPUT, config_folder, main
from veernet.errors import InputError
from veernet.study.arms import FIVE, Arm, arms_of
from veernet.study.comparison import READINGS as TRACERS
from veernet.study.comparison import StudyComparison
from veernet.study.landscape.record import Landscape
from veernet.study.landscape.slices import Lines, Plane
from veernet.study.measures import OF_CURVES, Measure
from veernet.study.published import IMAGES, PUBLISHED
from veernet.study.report import build as module
from veernet.study.report.build import SCRIPTS, build_report, render
from veernet.study.report.compare import gaps, rank_losses, tuned
from veernet.study.report.document import Sources, make_document, read_costs
from veernet.study.report.experiments import read_experiments
from veernet.study.report.figures import FIGURES, READINGS, plain, plain_estimate
from veernet.study.report.losses import AWARENESS, FAMILIES, TUNING, title
from veernet.study.report.planes import planes_of
from veernet.study.report.regions import SCORES, read_regions
from veernet.study.results import read_study
from veernet.study.statistics import Estimate

SECTIONS = [
    *("findings", "run", "table", "compare", "slices", "gradients", "dial", "arena"),
    *("sizes", "flatness", "six", "families", "claims"),
]
"""In the order of the page."""

PLOTLY = 6_000_000
"""Bytes: plotly.js and what is the page's own."""

COUNT = 50
"""Draws: enough for an interval to be one."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    write_study(folder, ["dice", "tversky", "cross_entropy"], landscape=True)
    write_study(folder, ["none"])
    write_run(folder, "dice", 0, lr=0.001)
    write_run(folder, "cross_entropy", 0, averaging="swa")
    write_run(folder, "tversky", 0, averaging="swa")
    write_run(folder, "tversky", 0, alpha=0.1, beta=0.1)
    write_run(folder, "dice", 0, profile="full", name="full", epochs=50)
    return folder


@pytest.fixture(scope="module")
def page(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("page") / "report.html"
    runs, written = build_report(folder, out, config_folder(), count=COUNT)
    assert (runs, written) == (12, (out,))
    return out


@pytest.fixture(scope="module")
def document(page: Path) -> dict[str, Any]:
    text = page.read_text("utf-8")
    found = re.search(r'id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found.group(1))


def own_part(page: Path) -> str:
    """Return the page without plotly.js."""
    text = page.read_text("utf-8")
    for part in ("<script>/**\n* plotly.js", "/*! For license"):
        text = text.replace(part, part)
    before, _, rest = text.partition("</script>\n<script>")
    return before + rest.partition("</script>\n<script>")[2]


def test_the_page_is_one_file_of_bounded_size_that_fetches_nothing(page: Path) -> None:
    text = page.read_text("utf-8")
    assert len(text) < PLOTLY
    assert not re.search(
        r"<(script|link|img|iframe)[^>]*(src|href)=.?(https?:)?//", text
    )
    assert "https://" not in own_part(page)
    assert "http://" not in own_part(page)
    assert "default-src 'none'" in text  # and were there an address, it would not load
    assert "<!--" not in own_part(page)


def test_every_section_is_there_in_order(page: Path) -> None:
    found = re.findall(r'^section\("(\w+)"', own_part(page), re.MULTILINE)
    assert found == SECTIONS


def test_profiles_stand_apart_and_the_largest_first(document: dict[str, Any]) -> None:
    assert list(document["profiles"]) == ["full", "small"]
    full, small = document["profiles"].values()
    assert full["about"]["runs"] == 1
    assert small["about"]["runs"] == 11
    assert small["about"]["trained"] == ["abc1234"]
    assert small["about"]["scored"] == ["abc1235"]
    assert [len(arm["seeds"]) for arm in full["arms"]] == [1]


def test_what_is_missing_is_named_with_its_command(document: dict[str, Any]) -> None:
    small = document["profiles"]["small"]
    found = {one["name"]: one for one in small["experiments"]}
    assert found["five_losses_small"]["done"] == 6
    assert found["five_losses_small"]["wanted"] == 15
    assert found["background_small"]["done"] == 1
    assert found["swa_small"]["done"] == 2
    assert found["rates_small"]["done"] == 1
    assert found["sam_small"]["command"] == "veernet train experiment=sam_small"
    # The dial's plain point is the plain arm; one of its other points was run.
    assert found["dial_small"]["done"] == 2 + 1
    assert {one["name"] for one in document["profiles"]["full"]["experiments"]} == {
        "five_losses"
    }


def test_claims_are_thirteen_and_wait_by_name(document: dict[str, Any]) -> None:
    claims = {one["id"]: one for one in document["claims"]}
    assert list(claims) == [f"S{number}" for number in range(1, 14)]
    assert claims["S1"]["verdict"] == "not run"
    assert claims["S1"]["needs"]
    assert claims["S4"]["verdict"] != "not run"


def test_the_same_runs_give_the_same_page(
    folder: Path, page: Path, tmp_path: Path
) -> None:
    build_report(folder, tmp_path / "again.html", config_folder(), count=COUNT)
    dates = re.compile(r'"date":"[^"]*"')
    first, again = (
        dates.sub("", path.read_text("utf-8"))
        for path in (page, tmp_path / "again.html")
    )
    assert first == again


def test_text_of_a_run_cannot_leave_the_data(document: dict[str, Any]) -> None:
    page = render({"name": "</script><b>", "ü": 1})
    assert "</script><b>" not in page
    assert "\\u003c/script>" in page


def test_estimates_are_means_over_the_seeds_of_an_arm(
    folder: Path, document: dict[str, Any]
) -> None:
    figures = curve_figures(read_study(folder).curves)["mae"]
    small = document["profiles"]["small"]
    at = next(
        i
        for i, a in enumerate(small["arms"])
        if a["loss"] == "dice" and not a["changed"]
    )
    runs = small["arms"][at]["runs"]
    assert runs == ["loss=dice,seed=0", "loss=dice,seed=1"]
    mean, low, high, spread, by_seed = small["estimates"]["test/mae/solid/dp"][at]
    values = figures.loc[pd.IndexSlice[runs, "test", "solid", "dp"]]
    assert by_seed == pytest.approx(values.tolist(), rel=1e-4)
    assert mean == pytest.approx(values.mean(), rel=1e-4)
    assert spread == pytest.approx(values.std(), rel=1e-3)
    assert 0 <= low < mean < high


def test_figures_are_means_over_labels_too(
    folder: Path, document: dict[str, Any]
) -> None:
    small = document["profiles"]["small"]
    estimates = small["estimates"]
    assert {name.split("/")[1] for name in estimates} == set(FIGURES)
    study = read_study(folder)
    of_masks, of_curves = mask_figures(study.masks), curve_figures(study.curves)
    run = small["arms"][0]["runs"][0]
    iou = of_masks["iou"].loc[run, "test"]

    def first(column: str) -> float:
        return float(estimates[column][0][4][0])

    lines = iou[["solid", "dashed"]]
    assert first("test/iou/curves") == pytest.approx(lines.mean(), rel=1e-4)
    assert first("test/iou/all") == pytest.approx(iou.mean(), rel=1e-4)
    error = of_curves["mae"].loc[run, "held-out", :, "rows"]
    column = "held-out/mae/curves/rows"
    assert first(column) == pytest.approx(error.mean(), rel=1e-4)
    shares = of_masks.loc[run, "test", "solid"]
    for name in ("called", "expected"):
        ratio = shares[f"{name}_share"] / shares["true_share"]
        assert first(f"test/{name}_ratio/solid") == pytest.approx(ratio, rel=1e-4)
    own = study.curves.query(
        "run == @run and set == 'test' and label == 'solid' and tracer == 'dp'"
    )
    column = "test/mean_r_squared/solid/dp"
    assert first(column) == pytest.approx(own["r_squared"].mean(), rel=1e-4)


def test_figures_lie_in_their_intervals_and_shares_in_theirs(
    document: dict[str, Any],
) -> None:
    for profile in document["profiles"].values():
        for column, rows in profile["estimates"].items():
            figure = FIGURES[column.split("/")[1]]
            for mean, low, high, *_ in rows:
                if low is not None:
                    assert low <= mean <= high, column
                if mean is not None and figure.most is not None:
                    # Probabilities are rounded to bf16.
                    assert mean <= figure.most + 1e-3, column
    shares = ("recall", "precision", "image_iou", "image_f1", "true_share")
    assert {FIGURES[name].most for name in shares} == {1}
    assert FIGURES["nats"].most is None


def test_a_single_seed_has_no_interval(document: dict[str, Any]) -> None:
    (row,) = document["profiles"]["full"]["estimates"]["test/iou/solid"]
    assert row[1:4] == [None, None, None]
    assert row[4] == [row[0]]


@pytest.mark.parametrize(
    ("name", "ends", "shown"),
    [
        ("mae", (-0.2, 0.4), [0, 0.4]),
        ("iou", (0.1, 1.3), [0.1, 1]),
        ("iou", (-0.1, 1.3), [None, None]),
        ("r_squared", (-3.0, 1.3), [-3, 1]),
        (None, (-0.2, 0.4), [-0.2, 0.4]),
    ],
)
def test_intervals_end_where_the_figure_does(
    name: str | None, ends: tuple[float, float], shown: list[float | None]
) -> None:
    figure = FIGURES[name] if name else None
    assert plain_estimate(Estimate(0.3, *ends, *ends, 0.1, 3), figure) == [
        0.3,
        *shown,
        0.1,
    ]


def test_figures_are_those_of_the_study() -> None:
    for name, figure in FIGURES.items():
        measure = Measure(name, tracer="dp" if name in OF_CURVES else None)
        assert figure.of == ("curve" if name in OF_CURVES else "mask")
        assert figure.better in (0, 1 if measure.higher else -1)
    assert set(READINGS) == set(TRACERS)


def test_an_arm_that_was_run_twice_counts_once(tmp_path: Path) -> None:
    write_run(tmp_path, "tversky", 0)
    write_run(tmp_path, "tversky", 0, name="again")
    write_run(tmp_path, "tversky", 0, alpha=0.5, beta=0.5)
    write_run(tmp_path, "none", 0, optimizer=None, averaging=None, lr=None)
    found = arms_of(read_study(tmp_path).runs)
    assert found == {
        Arm("none"): {0: "loss=none,seed=0,averaging=None,lr=None,optimizer=None"},
        Arm("tversky"): {0: "again"},
        Arm("tversky", alpha=0.5, beta=0.5): {
            0: "loss=tversky,seed=0,alpha=0.5,beta=0.5"
        },
    }
    assert list(found)[2].changed == ("alpha", "beta")


def test_comparisons(folder: Path) -> None:
    study = read_study(folder)
    comparison = StudyComparison(study, np.random.default_rng(0), COUNT)
    arms = arms_of(study.runs[study.runs["profile"] == "small"])
    ranked = rank_losses(comparison, "small")
    assert ranked is not None
    assert ranked["losses"] == ["cross_entropy", "dice", "tversky"]
    column = "test/iou/curves"
    assert [rank for rank, *_ in ranked["ranks"][column]] == [3, 2, 1]
    assert all(low <= rank <= high for rank, low, high in ranked["ranks"][column])
    assert ranked["agreement"][0][0] == 1
    found = tuned(comparison, "small", arms)
    assert found["by"] == "held-out/f1/curves"
    (one,) = found["losses"]
    assert (one["loss"], one["rates"]) == ("dice", [0.001, 0.004])
    # The other rate has one seed of two.
    assert list(arms)[one["arm"]] == Arm("dice")
    swa = next(
        row
        for row in gaps(comparison, "small", arms)
        if row["averaging"] == "swa" and row["loss"] == "cross_entropy"
    )
    value = mask_figures(study.masks)["iou"].loc[:, "test", ["solid", "dashed"]]
    value = value.groupby("run").mean()
    gap = value["loss=cross_entropy,seed=0,averaging=swa"]
    gap -= value["loss=tversky,seed=0,averaging=swa"]
    before = value["loss=cross_entropy,seed=0"] - value["loss=tversky,seed=0"]
    assert swa["gap"][column][0] == pytest.approx(gap, rel=1e-4)
    assert swa["moved"][column][0] == pytest.approx(gap - before, rel=1e-3)
    # Of the two seeds without, the one that is there with.
    assert swa["before"][column][0] == pytest.approx(before, rel=1e-3)


def test_landscapes_stand_beside_scores(document: dict[str, Any]) -> None:
    found = document["profiles"]["small"]["landscape"]
    assert found["seeds"] == [2, 2, 2]
    middle = found["deltas"].index(0)
    assert all(s[0][middle] == 0.1 for s in found["slices"]["one_minus_miou"])
    tau = found["correlations"]["basin/one_minus_miou/mean"]["test/iou/curves"]
    assert tau["across"][0] == 1
    assert document["profiles"]["full"]["landscape"] is None


def test_planes_are_rises_over_the_trained_weights(
    folder: Path, document: dict[str, Any]
) -> None:
    small = document["profiles"]["small"]
    found = small["landscape"]["planes"]
    assert found["deltas"] == [-0.8, -0.4, 0, 0.4, 0.8]
    assert [arm["seeds"] for arm in found["arms"]] == [[0, 1]] * 3
    run = small["arms"][small["landscape"]["arms"][0]]["runs"][1]
    measured = read_study(folder).landscapes[run].plane
    assert measured
    for probe, values in measured.values.items():  # noqa: PD011 - no frame
        mean, first, second = found["arms"][0]["planes"][probe]
        assert second["centre"] == pytest.approx(values[2][2], rel=1e-4)
        assert second["rise"][2][2] == 0
        away, centre = values[3][1], values[2][2]
        assert away is not None
        assert centre is not None
        rise = away - centre
        assert second["rise"][3][1] == pytest.approx(rise, rel=5e-3)
        both = first["rise"][3][1] + second["rise"][3][1]
        assert mean["rise"][3][1] == pytest.approx(both / 2, rel=1e-2)
        assert mean["step"] == first["step"] == 0.1
    own = found["arms"][0]["planes"]
    assert own["one_minus_miou"][0]["lowest"] == [2, 2]
    # The reading that lies lower than the trained weights, and the one that is none.
    assert own["curve_mae"][1]["lowest"] == [1, 3]
    assert own["curve_mae"][1]["rise"][1][3] == pytest.approx(-0.05)
    assert all(one["rise"][0][0] is None for one in own["loss/own"])


def plane_of(rise: list[list[float | None]], step: float | None) -> Landscape:
    deltas = tuple(float(i) for i in range(-1, 2))
    lines = Lines(deltas, {"p": [[0.0, 0.0, 0.0]]})
    return Landscape({"basin/p/step": step}, lines, Plane(deltas, {"p": rise}), {})


def test_planes_of_other_steps_or_none_are_left_out() -> None:
    bowl = plane_of([[0.31237, 0.2, 0.3], [0.19, 0.1, 0.2], [0.3, None, 0.05]], 0.095)
    plain_line = Landscape({}, bowl.lines, None, {})
    assert bowl.plane
    wide = Landscape({}, bowl.lines, Plane((-2.0, 0.0, 2.0), bowl.plane.values), {})
    found = planes_of([{4: bowl, 5: plain_line}, {4: plain_line}, {4: wide}])
    assert found
    assert [arm["seeds"] for arm in found["arms"]] == [[4], [], []]
    assert [arm["planes"] for arm in found["arms"][1:]] == [{}, {}]
    mean, only = found["arms"][0]["planes"]["p"]
    assert mean == only
    assert only["rise"] == [[0.212, 0.1, 0.2], [0.09, 0, 0.1], [0.2, None, -0.05]]
    assert (only["centre"], only["lowest"]) == (0.1, [2, 2])
    # The middle, what is beside it at .09, and the lowest: three of nine.
    assert only["within"] == pytest.approx(1 / 3, abs=1e-3)
    unsaid = planes_of([{0: plane_of([[1.0] * 3, [1.0] * 3, [1.0] * 3], None)}])
    assert unsaid
    assert unsaid["arms"][0]["planes"]["p"][0]["step"] is None
    assert planes_of([{0: plain_line}]) is None


def test_arms_say_how_many_gradients_they_had(
    document: dict[str, Any],
) -> None:
    small, full = (document["profiles"][name]["arms"] for name in ("small", "full"))
    assert {arm["gradients"] for arm in small if arm["loss"] != "none"} == {2 * 100}
    assert [arm["gradients"] for arm in small if arm["loss"] == "none"] == [0]
    assert [arm["gradients"] for arm in full] == [50 * 100]


def test_experiments_are_those_of_the_study() -> None:
    found = {one.name: one for one in read_experiments(config_folder())}
    assert "release" not in found
    dial = {arm for arm, _ in found["dial_small"].wanted}
    assert Arm("tversky") in dial  # the plain point is one of them
    assert Arm("tversky", alpha=0.1, beta=0.3) in dial
    assert len(found["dial_small"].wanted) == 3 * len(dial)
    assert found["blank_small"].wanted[0][0].blank == 256
    assert found["rates_small"].wanted[0] == (Arm("cross_entropy", lr=0.001), 0)
    assert found["background_small"].wanted == ((Arm("none"), 0),)
    assert all(re.fullmatch(r"[^.].*[.]", one.says) for one in found.values())
    assert found["entropy_small"].says.endswith("as optimizers_small.")


def test_every_loss_of_the_study_has_a_name_and_a_place() -> None:
    configured = {path.stem for path in config_folder().glob("loss/*.yaml")}
    assert configured <= set(FAMILIES)
    assert set(FIVE) <= configured
    for family in FAMILIES.values():
        assert family.awareness < len(AWARENESS)
        assert family.tuning < len(TUNING)
    assert title("some_other") == "some other"


def test_what_is_published_is_a_figure_of_the_table(document: dict[str, Any]) -> None:
    theirs = document["published"]["figures"]
    assert len(theirs) == len(PUBLISHED)
    assert {one["figure"] for one in theirs} <= set(FIGURES)
    columns = document["profiles"]["small"]["estimates"]
    for one in theirs:
        reading = ["dp"] if FIGURES[one["figure"]].of == "curve" else []
        assert "/".join(["test", one["figure"], one["label"], *reading]) in columns
    assert {(one["loss"], one["value"]) for one in theirs} > {
        ("any", 0.51),
        ("dice", 0.0091),
        ("tversky", 0.9891),
    }
    said = " ".join(document["published"]["remarks"])
    assert all(said.count(part) == 1 for part in (IMAGES, "Their 0.51", "Their 0.9891"))


def test_numbers_are_short_and_known_to_json() -> None:
    found = plain({"a": np.float64(1 / 3), 2: (float("inf"), np.int64(3)), "c": "d"})
    assert found == {"a": 0.33333, "2": [None, 3], "c": "d"}
    assert plain(np.array([[4.0]])) == [[4]]


def test_regions_and_costs_are_shown(folder: Path, tmp_path: Path) -> None:
    names = ("iou", "edge_f1")
    rows = [
        {
            "run": f"loss={loss},seed=0",
            "loss": loss,
            "seed": 0,
            "class": "mean",
            **dict.fromkeys(SCORES, 0.5),
            "steps": 9,
            "device": "a device",
            "commit": "abc",
        }
        for loss in names
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "regions.csv", index=False)
    Image.new("RGB", (3200, 10)).save(tmp_path / "regions.png")
    costs = {"conditions": {"size": [1]}, "losses": {"dice": {"processor_ms": 1.0}}}
    (tmp_path / "costs.json").write_text(json.dumps(costs), "utf-8")
    sources = Sources(
        costs=read_costs(tmp_path / "costs.json"),
        regions=read_regions(tmp_path),
        count=COUNT,
    )
    found = make_document(read_study(folder), sources)
    assert found["costs"] == costs
    assert [row["iou"] for row in found["regions"]["rows"]] == [0.5, 0.5]
    assert found["regions"]["sheet"].startswith("data:image/jpeg;base64,")
    assert found["regions"]["made"] == "9 steps a run; a device; trained by abc"


@pytest.mark.parametrize(
    ("option", "says"), [("costs", "cannot be read as costs"), ("regions", "no table")]
)
def test_files_of_another_kind_are_refused(
    folder: Path, tmp_path: Path, option: str, says: str
) -> None:
    (tmp_path / "costs").write_text("[]", "utf-8")
    given = {option: tmp_path / option}
    with pytest.raises(InputError, match=says):
        build_report(folder, tmp_path / "a.html", config_folder(), count=5, **given)


def test_the_verb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["report", str(tmp_path), "--out", str(tmp_path / "a.txt")]) == WRONG_INPUT
    )
    assert "does not end in .html" in capsys.readouterr().err
    assert (
        main(["report", str(tmp_path), "--out", str(tmp_path / "a.html")])
        == WRONG_INPUT
    )
    assert "holds no finished run" in capsys.readouterr().err


def test_the_figures_of_the_readme(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    build_report(folder, out, config_folder(), figures=tmp_path, count=COUNT)
    with Image.open(tmp_path / "five_losses.png") as picture:
        assert picture.format == "PNG"
        assert picture.width > 900
    lines = (tmp_path / "claims.md").read_text("utf-8").splitlines()
    assert len(lines) == 2 + 13
    assert all(line.count("|") == 5 for line in lines)


def test_scripts_are_all_in_the_page() -> None:
    here = Path(module.__file__).parent / "page"
    assert sorted(path.name for path in here.glob("*.js")) == sorted(SCRIPTS)
