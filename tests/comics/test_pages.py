"""Facts about comic pages as a source of pictures."""

import numpy as np
import pytest
from test_panels import GRID, HEIGHT, WIDTH, draw_page, flower, texture

from cartoongan_tf.comics.pages import PageSource, are_pages
from cartoongan_tf.films.duplicates import Gallery
from cartoongan_tf.films.selection import Selection
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


def write(folder, **pictures):
    """Writes pictures and gives them as a source has them."""
    for name, pixels in pictures.items():
        images.write(folder / f"{name}.png", pixels)
    return list_files(folder)


def list_files(folder):
    return [(file, file.relative_to(folder)) for file in sorted(folder.iterdir())]


def test_every_panel_of_every_page_is_an_offer(tmp_path):
    files = write(tmp_path, a=draw_page(*GRID), b=draw_page(GRID[0]))
    source = PageSource(files, "x", tmp_path, 0)
    told = []
    offers = [(offer, offer.read()) for offer in source.offers(told.append)]
    assert [offer.place.name for offer, _ in offers] == [
        "a-1.jpg", "a-2.jpg", "a-3.jpg", "b-1.jpg",
    ]  # fmt: skip
    assert [offer.caption for offer, _ in offers] == ["a-1", "a-2", "a-3", "b-1"]
    for (left, top, right, bottom), (_, pixels) in zip(GRID, offers, strict=False):
        assert bottom - top - 6 <= pixels.shape[0] <= bottom - top
        assert right - left - 6 <= pixels.shape[1] <= right - left
    assert told == [0, 1] and source.length == 2
    assert source.facts() == {"kind": "pages", "files": 2, "panels": 4, "notes": []}


def test_panels_are_shrunk_to_the_size_that_is_asked_for(tmp_path):
    files = write(tmp_path, a=draw_page(*GRID))
    shapes = [o.read().shape for o in PageSource(files, "x", tmp_path, 128).offers()]
    assert [min(shape[:2]) for shape in shapes] == [128] * 3


def test_what_gives_no_panel_is_left_out_for_a_reason(tmp_path):
    files = write(
        tmp_path,
        a=draw_page(GRID[0], flower()),
        black=np.zeros((HEIGHT, WIDTH, 3), np.uint8),
        bleeds=samples.draw_cartoon(3, "hayao", HEIGHT, WIDTH),
    )
    (tmp_path / "c.jpg").write_bytes(b"no picture")
    source = PageSource(list_files(tmp_path), "x", tmp_path, 0)
    selection = Selection(Gallery())
    reasons = {o.place.stem: selection.offer(o) for o in source.offers()}
    assert len(files) == 3
    assert reasons == {
        "a-1": None, "a-2": "gutter", "black-1": "blank", "bleeds-1": None,
        "c": "damaged",
    }  # fmt: skip
    assert len(source.damaged) == 1 and "c.jpg" in source.damaged[0]
    assert source.facts()["notes"] == ["Without gutters, taken whole: bleeds.png"]


def test_folders_of_pages_are_recognised(tmp_path):
    pages = {f"p{n}": draw_page(*GRID[n % 2 :]) for n in range(5)}
    pages["title"] = texture(300, 500)
    files = [file for file, _ in write(tmp_path, **pages)]
    assert are_pages(files)
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    assert are_pages([tmp_path / "bad.jpg", *files])
    assert not are_pages([tmp_path / "bad.jpg"])


@pytest.mark.parametrize("kind", ["drawn", "barred", "framed", "photos"])
def test_other_pictures_are_not_taken_for_pages(kind, tmp_path):
    draw = samples.draw_photo if kind == "photos" else samples.draw_cartoon
    style = () if kind == "photos" else ("hayao",)
    for number in range(12):
        pixels = draw(number, *style, 240, 320)
        if kind == "barred":  # a film's frame in a screenshot
            pixels = np.pad(pixels, ((30, 30), (0, 0), (0, 0)))
        if kind == "framed":
            pixels = np.pad(pixels, ((20,), (20,), (0,)), constant_values=255)
        images.write(tmp_path / f"{number}.png", pixels)
    assert not are_pages(sorted(tmp_path.iterdir()))


def test_photos_are_not_taken_for_pages(shared):
    for folder in ("photos", "photos-city"):
        assert not are_pages(sorted((shared / folder).glob("*.jpg")))
