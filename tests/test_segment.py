"""Tiled inference: what the whole picture would give, from one tile in memory."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass, field, replace
from importlib.resources import files

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from tests.panels import curve, panel
from veernet.engines import DarknessEngine, load_engine
from veernet.errors import InputError
from veernet.network import NetworkSpec, Output, picture_outputs
from veernet.records import LINES
from veernet.segment import segment
from veernet.weights import RELEASE

SPEC = NetworkSpec(
    "test", {}, (Output("background"), Output("solid", ("solid",))), multiple=1
)

WHOLE = 100_000
"""Rows of a tile that holds every panel here at once."""


def outputs(ink):
    return np.stack([1 - ink, ink])[None].astype(np.float32)


@dataclass
class Corners:
    """A network that looks ``reach`` pixels each way, and sees each pixel there.

    The darkest of a pixel and the four corners around it: a value of the picture, so
    that nothing is rounded.
    """

    reach: int
    spec: NetworkSpec = SPEC

    def __call__(self, tiles):
        kernel = np.zeros((2 * self.reach + 1,) * 2, np.uint8)
        kernel[:: self.reach, :: self.reach] = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
        return outputs(cv2.dilate(tiles[0, 0], kernel))


@dataclass
class Blocks:
    """A network with strides: the mean of each block of 32 x 32 pixels."""

    spec: NetworkSpec = field(default_factory=lambda: replace(SPEC, multiple=32))

    def __call__(self, tiles):
        _, _, rows, columns = tiles.shape
        blocks = tiles[0, 0].reshape(rows // 32, 32, columns // 32, 32)
        return outputs(np.kron(blocks.mean(axis=(1, 3)), np.ones((32, 32))))


@dataclass
class Global:
    """A network that sees its whole tile: the mean of it, everywhere."""

    spec: NetworkSpec = SPEC

    def __call__(self, tiles):
        return outputs(np.full_like(tiles[0, 0], tiles.mean()))


@dataclass
class Constant:
    """A network that gives one array, whatever it sees."""

    given: np.ndarray
    spec: NetworkSpec = SPEC

    def __call__(self, tiles):
        return self.given


@dataclass
class Recorder:
    """Keeps what a network was shown."""

    spec: NetworkSpec = field(default_factory=lambda: replace(SPEC, multiple=32))
    tiles: list = field(default_factory=list)

    def __call__(self, tiles):
        self.tiles.append(tiles.copy())
        return outputs(tiles[0, 0])


def noise(rows, width=20, seed=5):
    """Return a panel of speckle, which shows every pixel that is out of place."""
    one = panel([curve()], rows, width)
    image = np.random.default_rng(seed).integers(0, 256, one.image.shape, np.uint8)
    return replace(one, image=image)


@given(
    rows=st.integers(1, 400),
    overlap=st.sampled_from([16, 20, 40]),
    tile_rows=st.integers(80, 150),
)
@settings(deadline=None, max_examples=60)
def test_tiles_give_what_the_whole_gives_if_a_quarter_of_the_overlap_is_in_reach(
    rows, overlap, tile_rows
):
    one, engine = noise(rows), Corners(overlap // 4)
    tiled = segment(one, engine, tile_rows=tile_rows, overlap=overlap)
    whole = segment(one, engine, tile_rows=WHOLE)
    assert_array_equal(tiled.maps, whole.maps)
    assert tiled.lines == (("solid",),)


def test_the_whole_is_what_the_network_says_of_the_picture():
    one = noise(50)
    seen = segment(one, Corners(3)).maps[0, 3:-3, 3:-3]
    grey = one.image
    views = [
        grey[3:-3, 3:-3],
        grey[:-6, :-6],
        grey[:-6, 6:],
        grey[6:, :-6],
        grey[6:, 6:],
    ]
    assert_array_equal(seen, 255 - np.min(views, axis=0))


def test_tiles_of_a_network_that_sees_further_than_the_overlap_do_differ():
    """The test above could fail."""
    one, engine = noise(400), Corners(5)
    tiled = segment(one, engine, tile_rows=80, overlap=16)
    whole = segment(one, engine, tile_rows=WHOLE)
    assert not np.array_equal(tiled.maps, whole.maps)


@pytest.mark.parametrize("rows", [96, 97, 250, 333, 640])
def test_tiles_start_where_the_strides_of_a_network_start(rows):
    one = noise(rows, 70)
    tiled = segment(one, Blocks(), tile_rows=96, overlap=32)
    assert_array_equal(tiled.maps, segment(one, Blocks(), tile_rows=WHOLE).maps)


def test_a_seam_of_a_network_that_sees_the_whole_tile_is_faded():
    """From dark to white in even steps over half of the overlap, and nowhere else."""
    one = panel([curve()], 192, 20)
    one.image[:96] = 0
    found = segment(one, Global(), tile_rows=112, overlap=32).maps[0, :, 0]
    steps = np.diff(found.astype(int))
    upper, lower = round(255 * 96 / 112), round(255 * 16 / 112)
    assert_array_equal(found[[0, -1]], [upper, lower])
    assert np.flatnonzero(steps).tolist() == list(range(87, 104))
    assert steps.min() >= -(upper - lower) / 16 - 1


def test_every_row_is_written_once_the_progress_says_so():
    one, reported = noise(1000), []
    segment(
        one,
        Recorder(),
        tile_rows=128,
        overlap=32,
        progress=lambda *rows: reported.append(rows),
    )
    done = [rows for rows, _ in reported]
    assert done == sorted(set(done))
    assert {total for _, total in reported} == {1000}
    assert done[-1] == 1000
    assert len(reported) == 11


def test_a_network_is_shown_tiles_of_one_size_and_no_rows_in_vain():
    engine = Recorder()
    segment(noise(1000, 20), engine, tile_rows=128, overlap=32)
    assert {tile.shape for tile in engine.tiles} == {(1, 1, 128, 64)}
    # 1024 rows in tiles that each bring 96 new ones.
    assert len(engine.tiles) == 11


def test_sizes_are_rounded_up_to_what_the_network_takes():
    engine = Recorder()
    segment(noise(1000), engine, tile_rows=100, overlap=20)
    assert {tile.shape[2] for tile in engine.tiles} == {128}


def test_below_the_panel_the_network_sees_it_mirrored_and_beside_it_white_paper():
    engine, one = Recorder(), noise(33, 20)
    rows, columns = one.image.shape
    found = segment(one, engine)
    (tile,) = engine.tiles
    darkness = 1 - one.image / 255
    assert tile.dtype == np.float32
    assert tile.shape == (1, 1, 64, 64)
    np.testing.assert_allclose(tile[0, 0, :rows, :columns], darkness, atol=1e-6)
    np.testing.assert_allclose(tile[0, 0, rows:, :columns], darkness[:1:-1], atol=1e-6)
    assert_array_equal(tile[0, 0, :, columns:], 0)
    assert_array_equal(found.maps[0], 255 - one.image)


def test_maps_leave_out_the_background_and_are_rounded():
    spec = replace(SPEC, outputs=(*SPEC.outputs, Output("dot", ("dot",))))
    given_ = np.array([[0.1, 0.5, 0.3], [0.9, 0.3, 0.1], [0.0, 0.2, 0.6]], np.float32)
    curves = [curve("A"), curve("B", "dot")]
    one = replace(panel(curves, 1, 20), image=np.zeros((1, 3), np.uint8))
    found = segment(one, Constant(given_[None, :, None, :], spec))
    # By hand: 0.9 is 229.5, which rounds to the even 230 or, below the half, to 229.
    assert found.maps[:, 0].tolist() in (
        [[230, 76, 26], [0, 51, 153]],
        [[229, 76, 26], [0, 51, 153]],
    )
    assert found.lines == (("solid",), ("dot",))
    assert found.centre is None


STYLES = tuple(Output(line, (line,)) for line in LINES)
SHARES = np.float32([0.2, 0.08, 0.12, 0.16, 0.2, 0.24, 0.7])
"""Of background, the five styles in their order, and the centre."""


@pytest.mark.parametrize(
    ("drawn", "lines", "shares"),
    [
        (["dot"], [{"solid"}, set(LINES) - {"solid"}], [0.08, 0.72]),
        (["solid", "solid"], [{"solid"}, set(LINES) - {"solid"}], [0.08, 0.72]),
        (["solid", "dot"], [{"solid"}, set(LINES) - {"solid"}], [0.08, 0.72]),
        (
            ["long-dash", "dot"],
            [{"solid"}, {"long-dash"}, {"dot"}, {"short-dash", "dash-dot"}],
            [0.08, 0.12, 0.2, 0.4],
        ),
        (
            ["solid", "long-dash", "short-dash", "dash-dot"],
            [{"solid"}, {"long-dash"}, {"short-dash"}, {"dash-dot"}, {"dot"}],
            [0.08, 0.12, 0.16, 0.24, 0.2],
        ),
        (LINES, [{line} for line in LINES], SHARES[1:6]),
    ],
)
def test_styles_that_no_curve_has_are_joined(drawn, lines, shares):
    spec = replace(SPEC, outputs=(SPEC.outputs[0], *STYLES), centre=True)
    curves = [curve(f"C{i}", line) for i, line in enumerate(drawn)]
    one = replace(panel(curves, 1, 20), image=np.zeros((1, 3), np.uint8))
    found = segment(one, Constant(np.tile(SHARES[None, :, None, None], (1, 3)), spec))
    assert [set(known) for known in found.lines] == lines
    np.testing.assert_allclose(found.maps[:, 0, 0], 255 * np.float32(shares), atol=1)
    assert found.centre.tolist() == [[178, 178, 178]]  # 178.5 to the even
    assert found.maps.shape == (len(lines), 1, 3)


def peak_beside_maps(rows, width=100):
    """Most bytes held while segmenting, without the picture and the maps."""
    one = noise(rows, width)
    tracemalloc.start()
    try:
        found = segment(one, DarknessEngine(), tile_rows=256, overlap=64)
        return tracemalloc.get_traced_memory()[1] - found.maps.nbytes
    finally:
        tracemalloc.stop()


def test_what_is_held_beside_the_maps_is_a_few_tiles_whatever_the_height():
    peak_beside_maps(256)  # what the libraries keep from their first call
    tile = 256 * 117 * 4
    low, tall = peak_beside_maps(2_000), peak_beside_maps(20_000)
    assert tall < 12 * tile
    assert tall < low + tile


@pytest.mark.slow
def test_the_tallest_panel_streams_through():
    """152,000 x 1,500 pixels, 0.9 GB as floats."""
    rows, columns = 152_000, 1_500
    speckle = noise(1_000, columns - 17).image
    one = replace(noise(1), image=np.tile(speckle, (152, 1)))
    tracemalloc.start()
    found = segment(one, DarknessEngine())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.maps.shape == (1, rows, columns)
    assert peak - found.maps.nbytes < 12 * 1024 * columns * 4
    assert_array_equal(found.maps[0, -1_000:], 255 - speckle)


@pytest.mark.parametrize(
    ("tiling", "match"),
    [
        ({"tile_rows": 0}, "tiles of 0 rows cannot overlap by 192"),
        ({"overlap": -1}, "cannot overlap by -1: choose from 0 to half"),
        ({"tile_rows": 100, "overlap": 51}, "tiles of 100 rows cannot overlap by 51"),
    ],
)
def test_an_impossible_tiling_is_refused(tiling, match):
    with pytest.raises(InputError, match=match):
        segment(noise(10), Corners(1), **tiling)


def test_an_empty_panel_is_refused():
    one = replace(noise(10), image=np.empty((0, 37), np.uint8))
    with pytest.raises(InputError, match=r"panel of \(0, 37\) pixels is empty"):
        segment(one, Corners(1))


def test_a_network_that_wants_more_than_darkness_is_refused():
    spec = replace(SPEC, input_channels=("darkness", "hue"))
    with pytest.raises(InputError, match=r"takes \('darkness', 'hue'\), not darkness"):
        segment(noise(10), Corners(1, spec))


def test_a_network_of_pictures_says_that_it_reads_no_lines():
    names = ("road", "water")
    spec = replace(SPEC, outputs=picture_outputs(names), input_channels=("red",))
    with pytest.raises(InputError, match="reads no lines, its classes are road, wate"):
        segment(noise(10), Corners(1, spec))


@pytest.mark.parametrize(
    ("given_", "match"),
    [
        (np.full((1, 2, 10, 37), np.nan), "from nan to nan: are its weights whole"),
        (np.full((1, 2, 10, 37), 3.5), r"from 3\.5 to 3\.5"),
        (np.zeros((1, 3, 10, 37)), r"shape \(1, 2, 10, 37\) for rows 0 to 10, but"),
    ],
)
def test_what_is_no_probability_is_refused(given_, match):
    with pytest.raises(InputError, match=match):
        segment(noise(10), Constant(given_.astype(np.float32)))


def strokes(rows, width):
    """Return a panel of four curves on a ruled grid."""
    one = panel([curve()], rows, width)
    one.image[::40], one.image[:, ::40] = 170, 170
    at = np.arange(rows)
    for order in range(4):
        swing = np.sin(at / (17 + 12 * order)) + np.sin(at / (90 + 50 * order))
        column = width / 2 * (1 + swing / 2.2)
        points = np.stack([column, at], axis=1).round().astype(np.int32)
        cv2.polylines(one.image, [points], isClosed=False, color=0, thickness=2)
    return one


@pytest.mark.slow
@pytest.mark.skipif(
    not (files("veernet.weights") / f"{RELEASE}.onnx").is_file(),
    reason="no release weights yet: nothing to measure",
)
def test_the_release_network_sees_in_tiles_what_it_sees_in_the_whole():
    """Its norms and attention see the whole tile, so the difference is bounded only."""
    one, engine = strokes(2_048, 320), load_engine(exact=True)
    whole = segment(one, engine, tile_rows=2_048).maps.astype(int)
    tiled = segment(one, engine).maps.astype(int)
    away = np.abs(tiled - whole) / 255
    ink = whole.max(axis=0) > 127
    print(f"mean {away.mean():.5f}, on ink {away[:, ink].mean():.4f}")
    assert away.mean() < 0.01
    assert away[:, ink].mean() < 0.05
