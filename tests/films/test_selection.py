"""Facts about which pictures are kept."""

import csv
from pathlib import Path

import pytest
from made_films import blank, credit_roll

from cartoongan_tf.films.duplicates import Gallery
from cartoongan_tf.films.selection import Selection
from cartoongan_tf.films.sources import Offer
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


def offer(pixels, name, unfit=None):
    return Offer(Path(f"{name}.jpg"), name, lambda: pixels, unfit)


def drawing(seed):
    return samples.draw_cartoon(seed, "paprika", 144, 256)


def unreadable():
    raise ValueError("A photo must be whole. Damaged: x.png")


@pytest.fixture
def selection(tmp_path):
    found = Selection(Gallery(), folder=tmp_path)
    for number in range(4):
        assert found.offer(offer(drawing(number), f"good{number}")) is None
    assert found.offer(offer(drawing(2), "again")) == "duplicate"
    assert found.offer(offer(blank(144, 256), "black")) == "blank"
    assert found.offer(offer(drawing(9), "fade", "faded")) == "faded"
    roll = credit_roll(288, 512, ["Directed by Anna", "Music Kenji Hara"])
    assert found.offer(offer(roll, "names")) == "credits"
    assert found.offer(Offer(Path("x.jpg"), "x", unreadable)) == "damaged"
    return found


def test_what_is_kept_is_written_the_rest_is_counted(selection, tmp_path):
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        f"good{number}.jpg" for number in range(4)
    ]
    summary = selection.summary()
    assert summary["offered"] == 9 and summary["kept"] == 4
    assert summary["left_out"] == {
        "damaged": 1, "blank": 1, "faded": 1, "credits": 1, "duplicate": 1,
    }  # fmt: skip
    assert summary["smallest_side"] == 144 and len(summary["palette"]) == 8


def test_the_list_says_why_each_was_left_out_and_like_which(selection, tmp_path):
    selection.write_sheets(tmp_path / "r", "film")
    with open(tmp_path / "r" / "film-left-out.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["reason"] for row in rows][0] == "duplicate"
    assert rows[0]["detail"].startswith("good2.jpg (")
    for name in ("film.jpg", "film-left-out.jpg"):
        assert images.read(tmp_path / "r" / name).pixels.std() > 10


def test_a_limit_keeps_an_even_part(selection, tmp_path):
    selection.thin_out(2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["good0.jpg", "good2.jpg"]
    assert selection.summary()["left_out"]["limit"] == 2
    selection.thin_out(5)
    assert len(selection.kept) == 2


def test_rules_that_are_left_out_do_not_count_and_nothing_need_be_written():
    lax = Selection(Gallery(), rules=("damaged",))
    for number in range(2):
        assert lax.offer(offer(blank(9, 9), f"{number}", True)) is None
    assert len(lax.kept) == 2
