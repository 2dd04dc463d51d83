"""Facts about the command that makes a dataset, where it is given comic pages."""

import numpy as np
import pytest

from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


@pytest.fixture
def pages(tmp_path):
    """Five pages of three panels each, no two alike."""
    panels = [(20, 20, 280, 180), (20, 200, 145, 380), (155, 200, 280, 380)]
    for number in range(5):
        page = np.full((400, 300, 3), 255, np.uint8)
        for index, (left, top, right, bottom) in enumerate(panels):
            seed = 3 * number + index
            drawing = samples.draw_photo(seed, bottom - top, right - left)
            page[top:bottom, left:right] = np.minimum(drawing, 240)
        images.write(tmp_path / "pages" / f"p{number}.png", page)
    return tmp_path / "pages"


def test_comic_pages_are_recognised_and_cut_into_panels(command, pages, tmp_path):
    result = command("prepare", pages, "--style", "mine")
    assert result.returncode == 0, result.stderr
    assert "Comic pages, cut into panels" in result.stdout
    assert "5 comic pages, 15 panels" in result.stdout
    folder = tmp_path / "data" / "mine" / "cartoons" / "pages"
    found = sorted(path.name for path in folder.iterdir())
    assert len(found) >= 12 and found[0] == "p0-1.jpg"
    for path in folder.iterdir():
        pixels = images.read(path).pixels
        assert 115 <= min(pixels.shape[:2]) <= 180
        assert (pixels.min(axis=2) >= 250).mean() < 0.001  # of the page
    report = tmp_path / "data" / "mine" / "prepared"
    assert (report / "cartoons-pages.jpg").exists()
    assert "5 comic pages" in (report / "report.md").read_text()


def test_pages_that_were_prepared_before_are_not_cut_again(command, pages):
    assert command("prepare", pages, "--style", "mine").returncode == 0
    again = command("prepare", pages, "--style", "mine")
    assert again.returncode == 0 and "Prepared before" in again.stdout
    whole = command("prepare", pages, "--style", "mine", "--no-pages")
    assert whole.returncode == 2 and "--overwrite" in whole.stderr


def test_flags_decide_what_is_a_page(command, pages, tmp_path):
    command("prepare", pages, "--style", "whole", "--no-pages")
    folder = tmp_path / "data" / "whole" / "cartoons" / "pages"
    assert images.read(next(folder.iterdir())).pixels.shape == (400, 300, 3)
    one = tmp_path / "one"
    one.mkdir()
    page = images.read(pages / "p0.png").pixels[:190]
    images.write(one / "strip.png", page)  # of one panel: not recognised
    command("prepare", one, "--style", "cut", "--pages")
    folder = tmp_path / "data" / "cut" / "cartoons" / "one"
    (cut,) = folder.iterdir()
    assert 150 <= images.read(cut).pixels.shape[0] <= 160


@pytest.mark.slow
def test_bad_pages_are_told_of_and_the_others_done(command, pages, tmp_path):
    (pages / "bad.jpg").write_bytes(b"no picture")
    images.write(pages / "black.png", np.zeros((400, 300, 3), np.uint8))
    images.write(pages / "bleeds.png", samples.draw_photo(40, 400, 300))
    strip = np.full((20_000, 300, 3), 255, np.uint8)
    for number, top in enumerate(range(50, 19_000, 1000)):
        drawing = samples.draw_photo(50 + number, 400, 260)
        strip[top : top + 400, 20:280] = np.minimum(drawing, 240)
    images.write(pages / "webtoon.png", strip)
    result = command("prepare", pages, "--style", "mine")
    assert result.returncode == 2
    errors = [x for x in result.stderr.splitlines() if x.startswith("error:")]
    assert len(errors) == 1 and "bad.jpg" in errors[0]
    assert "Traceback" not in result.stderr
    assert "1 damaged" in result.stdout and "1 blank" in result.stdout
    assert "Without gutters, taken whole: bleeds.png" in result.stdout
    found = {p.stem for p in (tmp_path / "data/mine/cartoons/pages").iterdir()}
    assert "bleeds-1" in found and "p4-1" in found
    assert sum(name.startswith("webtoon") for name in found) >= 10


@pytest.mark.slow
def test_a_page_cut_short_is_told_of_and_the_others_done(command, pages, tmp_path):
    whole = (pages / "p2.png").read_bytes()
    (pages / "p2.png").write_bytes(whole[: len(whole) // 2])
    result = command("prepare", pages, "--style", "mine")
    assert result.returncode == 2
    errors = [x for x in result.stderr.splitlines() if x.startswith("error:")]
    assert len(errors) == 1 and "p2.png" in errors[0]
    found = {p.stem for p in (tmp_path / "data/mine/cartoons/pages").iterdir()}
    assert "p1-1" in found and "p3-1" in found and "p2-1" not in found


def test_pages_of_which_none_is_a_picture_are_each_named(command, tmp_path):
    (tmp_path / "pages").mkdir()
    for name in ("a.jpg", "b.png"):
        (tmp_path / "pages" / name).write_bytes(b"no picture")
    result = command("prepare", "pages", "--style", "mine", "--pages")
    assert result.returncode == 2 and "Traceback" not in result.stderr
    errors = [x for x in result.stderr.splitlines() if x.startswith("error:")]
    assert "a.jpg" in errors[-2] and "b.png" in errors[-1]
