"""Facts about which inputs are films, and where their cartoons go."""

import math
import os
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples
from cartoongan_tf.video import orders
from tests.made_films import blank, write_film


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "film.mp4", [blank(32, 32, n) for n in range(3)])
    images.write(tmp_path / "photo.png", samples.draw_photo(1, 32, 32))
    stills = [Image.fromarray(np.full((8, 8, 3), 60 * n, np.uint8)) for n in range(3)]
    for name in ("moves.gif", "moves.webp", "moves.apng"):
        stills[0].save(name, save_all=True, append_images=stills[1:], duration=100)
    stills[0].save("still.gif")
    return tmp_path


def asked(*inputs, **more):
    given = {
        "out": None, "start": None, "end": None, "preview": None, "steady": None,
        "codec": None, "strength": 1.0, "max_size": None, "compare": False,
        "overwrite": False,
    }  # fmt: skip
    return orders.take_order(Namespace(input=list(inputs), **{**given, **more}))


def test_a_film_is_told_by_its_content_and_a_broken_one_by_its_name():
    Path("film.mp4").rename("0001")
    Path("cut.mp4").write_bytes(b"")
    Path("photo.png").rename("photo.mp4")
    Path("talk.mp3").write_bytes(b"\xff\xfb\x90\x00" + bytes(300))
    assert orders.is_film("0001") and orders.is_film("cut.mp4")
    assert orders.is_film("absent.mkv")
    assert not orders.is_film("photo.mp4") and not orders.is_film("talk.mp3")


@pytest.mark.parametrize(
    "name, out, is_film",
    [
        ("moves.gif", None, True),
        ("moves.gif", "c.png", False),
        ("moves.gif", "c.jpg", False),
        ("moves.gif", "c.mp4", True),
        ("moves.webp", "c.webp", True),
        ("moves.webp", "folder", False),
        ("still.gif", None, False),
        ("photo.png", "c.webp", False),
        ("photo.png", None, False),
    ],
)
def test_an_animated_picture_is_a_film_where_its_cartoon_is_to_move(name, out, is_film):
    assert bool(orders.find_films([name], out)) == is_film


@pytest.mark.parametrize(
    "source, target",
    [
        ("film.mp4", "film_cartoon.mp4"),
        ("film.avi", "film_cartoon.mkv"),
        ("moves.gif", "moves_cartoon.gif"),
        ("moves.apng", "moves_cartoon.apng"),
    ],
)
def test_without_out_it_lies_beside_the_film(source, target):
    if not Path(source).exists():
        Path("film.mp4").rename(source)
    (found,) = asked(source).targets
    assert found == Path(target)


def test_a_preview_has_a_name_of_its_own():
    order = asked("film.mp4", preview=2.0, start="0:01")
    assert order.targets == [Path("film_preview.mp4")]
    assert (order.settings.start, order.settings.end) == (1, 3)


def test_several_films_go_into_a_folder():
    write_film("second.mkv", [blank(32, 32)])
    order = asked("*.m*", out="drawn")
    assert order.targets == [Path("drawn/film.mp4"), Path("drawn/second.mkv")]


@pytest.mark.parametrize(
    "out, told",
    [
        ("cartoon", "A film's name must end in .mp4, .m4v, .mov, .mkv, .webm, .gif"),
        ("cartoon.avi", "must end in .mp4"),
        ("cartoon.png", "must end in .mp4"),
        ("film.mp4", "must not replace its film"),
        ("./../{here}/film.mp4", "must not replace its film"),
        ("linked.mp4", "must not replace its film"),
        ("there.mp4", "must not exist, unless --overwrite"),
        ("photo.png/x.mp4", "must be writable"),
    ],
)
def test_names_that_will_not_do_are_refused(here, out, told):
    Path("there.mp4").write_text("mine")
    os.link("film.mp4", "linked.mp4")
    out = out.format(here=here.name)
    with pytest.raises(ValueError, match=told) as error:
        asked("film.mp4", out=out)
    assert Path(out).name in str(error.value) or "x.mp4" in out
    assert Path("there.mp4").read_text() == "mine"


@pytest.mark.parametrize(
    "more, told",
    [
        ({"start": "2", "end": "1"}, "`--end` must be later"),
        ({"start": "soon"}, "A time must be seconds, or H:MM:SS. Received: soon"),
        ({"start": "-1"}, "A time must be seconds"),
        ({"preview": 0.0}, "`--preview` must be more than 0"),
        ({"preview": math.nan}, "`--preview` must be more than 0"),
        ({"steady": 1.0}, "`--steady` must be from 0 to below 1"),
        ({"strength": 2.0}, "`--strength` must be in 0..1"),
        ({"max_size": 8}, "`--max-size` must be at least 16"),
        ({"compare": True}, "`--compare` must go with photos"),
        ({"codec": "vp9", "out": "o.mov"}, "must be h264 for a .mov"),
        ({"codec": "h264", "out": "o.webm"}, "must be vp9, av1 for a .webm"),
        ({"codec": "h264", "out": "o.gif"}, "must be absent for .gif"),
    ],
)
def test_flags_that_will_not_do_are_refused(more, told):
    with pytest.raises(ValueError, match=told):
        asked("film.mp4", **more)


def test_films_and_photos_are_not_mixed():
    with pytest.raises(ValueError, match="one after the other.*film.mp4 with photo"):
        asked("photo.png", "film.mp4")


@pytest.mark.parametrize("flag", ["start", "end", "preview", "steady", "codec"])
def test_flags_of_films_are_refused_for_photos(flag):
    with pytest.raises(ValueError, match=f"`--{flag}` must go with a film"):
        asked("photo.png", **{flag: "1"})


@pytest.mark.parametrize(
    "text, seconds", [("90", 90), ("1:30", 90), ("1:01:30.5", 3690.5), ("0", 0)]
)
def test_times_are_seconds_or_hours_minutes_seconds(text, seconds):
    assert orders.parse_time(text) == seconds
