"""Facts about the count of darkened photos and skies."""

import sys
from pathlib import Path

import numpy as np
import pytest

from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import darkness  # noqa: E402


@pytest.fixture
def view():
    """Blue above, a textured ground below."""
    leaves = np.random.default_rng(0).integers(0, 256, (12, 40, 1), np.uint8)
    ground = leaves.repeat(5, 0).repeat(5, 1) // np.uint8([1, 1, 3])  # yellow to black
    sky = np.full((60, 200, 3), (90, 140, 220), np.uint8)
    return np.vstack([sky, ground])


def test_the_sky_is_what_is_cool_and_calm_at_the_top(view):
    sky = darkness.find_sky(view)
    assert sky[:44].all() and not sky[70:].any()


@pytest.mark.parametrize(
    "change",
    [
        lambda view: view[::-1],  # at the bottom it is water
        lambda view: view[..., ::-1],  # a warm wall
        lambda view: view // 3,  # night
        lambda view: np.vstack([view[:5], view[60:]]),  # a strip
        lambda view: np.where(np.arange(200)[:, None] < 120, view[-1:], view),  # a gap
    ],
)
def test_what_is_no_sky_is_not_taken_for_one(view, change):
    assert darkness.find_sky(np.ascontiguousarray(change(view))) is None


def test_a_row_counts_what_is_a_quarter_darker_and_what_is_black(view):
    row = darkness.describe(
        "any",
        "auto",
        [view] * 3,
        [view, view // 4 * 3 + 3, view // 2],
        [view] * 3,
        [view, view // 2, view // 4],
    )
    assert row.startswith("| any | `auto` | 1 | 2 | 1 |")


def test_the_tint_is_of_colour_and_not_of_light(view):
    pale = view // 2 + 60
    assert darkness.tint_of(pale + 30, pale) < 1e-3
    redder = pale + np.uint8([30, 0, 0])
    expected = np.linalg.norm([30 - 0.299 * 30, -0.299 * 30, -0.299 * 30])
    assert darkness.tint_of(redder, pale) == pytest.approx(expected, abs=0.01)


def test_it_takes_photos_evenly_spread_or_all():
    assert darkness.spread(range(100), 4) == [0, 25, 50, 75]
    assert darkness.spread([1, 2], 4) == [1, 2]


def test_the_script_prints_a_row_for_each_choice_and_leaves_a_sheet(
    tmp_path, view, capsys
):
    images.write(tmp_path / "photos" / "view.png", view)
    images.write(tmp_path / "photos" / "scene.png", samples.draw_photo(3, 96, 128))
    sheet = tmp_path / "sheet.png"
    photos = str(tmp_path / "photos")
    darkness.main([photos, "--style", "hosoda", "--sheet", str(sheet)])
    lines = capsys.readouterr().out.splitlines()
    assert "2 photos, 2 taken; a sky in " in lines[0]
    assert [line.split("`")[1] for line in lines[3:]] == ["style", "auto", "photo"]
    assert images.read(sheet).pixels.shape[1] == 4 * 144
