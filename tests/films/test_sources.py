"""Facts about films and folders as sources of pictures."""

from pathlib import Path

import numpy as np
import pytest
from made_films import Script, blank

from cartoongan_tf.films.frames import Film
from cartoongan_tf.films.sources import FilmSource, PictureSource, sort_inputs
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


def test_inputs_are_sorted_into_films_and_pictures(tmp_path):
    for name in ("disc/a.MKV", "disc/.x/b.mkv", "disc/s/c.jpg", "d.png", "e.odd"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    named = [tmp_path / name for name in ("disc", "d.png", "e.odd", "empty")]
    films, groups, failures = sort_inputs([str(path) for path in named])
    assert films == [tmp_path / "disc" / "a.MKV", tmp_path / "e.odd"]
    (folder, files), (_, loose) = groups
    assert folder == tmp_path / "disc"
    assert [place.as_posix() for _, place in files] == ["s/c.jpg"]
    assert [file for file, _ in loose] == [tmp_path / "d.png"]
    assert len(failures) == 1 and "nor are there films" in failures[0]


def test_a_folder_of_screenshots_loses_its_bars_other_sizes_keep_theirs(tmp_path):
    files = []
    for number in range(14):
        drawing = samples.draw_cartoon(number, "hayao", 80, 160)
        path = tmp_path / f"{number:02d}.png"
        images.write(path, np.pad(drawing, ((20, 20), (0, 0), (0, 0))))
        files.append((path, path.relative_to(tmp_path)))
    images.write(tmp_path / "z.png", np.pad(drawing, ((30, 30), (0, 0), (0, 0))))
    files.append((tmp_path / "z.png", (tmp_path / "z.png").relative_to(tmp_path)))
    source = PictureSource(files, "shots", tmp_path, 0)
    heights = [offer.read().shape[0] for offer in source.offers()]
    assert all(76 <= height <= 80 for height in heights[:-1])
    assert heights[-1] == 140
    assert source.facts()["notes"] == ["Black bars were cut off."]


def test_films_are_found_by_content_where_names_say_nothing(tmp_path):
    for name, head in (
        ("a.asf", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
        ("b.rmvb", b".RMF"),
        ("c.h264", b"\0\0\0\1\x67"),
        ("d", b"\x1aE\xdf\xa3"),
        ("e.ts", b"too short to tell: the name counts"),
        ("notes.txt", b"no film"),
    ):
        (tmp_path / name).write_bytes(head)
    images.write(tmp_path / "f.png", samples.draw_cartoon(1, "hayao", 80, 120))
    (tmp_path / "f.png").rename(tmp_path / "f")
    with pytest.warns(UserWarning) as told:
        films, [(_, files)], failures = sort_inputs([str(tmp_path)])
    assert [film.name for film in films] == ["a.asf", "b.rmvb", "c.h264", "d", "e.ts"]
    assert [file.name for file, _ in files] == ["f"]
    assert [str(w.message) for w in told] == [
        f"Passed over in {tmp_path}: notes.txt (text)"
    ]
    assert failures == []
    films, [(_, files)], _ = sort_inputs([str(tmp_path / "d"), str(tmp_path / "f")])
    assert films == [tmp_path / "d"] and files == [(tmp_path / "f", Path("f"))]


def test_names_that_would_collide_are_told_apart_and_sizes_shrunk(tmp_path):
    for name in ("a.png", "a.webp", "s/a.png"):
        images.write(tmp_path / name, samples.draw_cartoon(1, "hayao", 80, 120))
    _, [(folder, files)], _ = sort_inputs([str(tmp_path)])
    offers = list(PictureSource(files, "x", folder, 64).offers())
    places = sorted(offer.place.as_posix() for offer in offers)
    assert places == ["a_png.jpg", "a_webp.jpg", "s/a.jpg"]
    assert offers[0].read().shape == (64, 96, 3)


def test_a_damaged_picture_is_told_of_when_it_is_read(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    files = [(tmp_path / "a.png", (tmp_path / "a.png").relative_to(tmp_path))]
    (offer,) = PictureSource(files, "x", tmp_path, 64, False).offers()
    with pytest.raises(ValueError, match="a.png"):
        offer.read()


def test_a_film_offers_its_key_frames_without_bars_named_by_time(tmp_path):
    script = Script()
    for number in range(4):
        script.shot(samples.draw_cartoon(number, "paprika", 144, 192), 2)
    path = script.letterbox(18).write(tmp_path / "film.mkv")
    source = FilmSource(Film(path), "film", 96, 1.0, 2.0, 6.0)
    told = []
    offers = list(source.offers(told.append))
    assert source.length == 4 and 0 <= min(told) and max(told) <= 4
    assert offers[0].place.name.startswith("film_00h00m02s")
    height, width = offers[0].read().shape[:2]
    assert height == 96 and width / height == pytest.approx(192 / 144, abs=0.06)
    facts = source.facts()
    assert facts["stored_size"] == "192x180" and facts["shots"] == 2
    assert facts["without_bars"].startswith("192x1")


def test_a_blank_film_offers_what_it_has(tmp_path):
    path = Script().shot(blank(64, 64), 1).write(tmp_path / "b.mkv")
    source = FilmSource(Film(path), "b", 64, 1.0, 0.0, float("inf"))
    assert len(list(source.offers())) in (1, 2)


def test_a_film_whose_parts_differ_loses_each_parts_bars(tmp_path):
    parts = []
    for number, bars in enumerate(((18, 0), (0, 24))):
        script = Script(height=144 - 48 * number)
        for scene in range(4):
            drawing = samples.draw_cartoon(scene, "paprika", script.height, 192)
            script.shot(drawing, 1)
        parts.append(script.letterbox(*bars).write(tmp_path / f"{number}.ts"))
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    source = FilmSource(Film(path), "film", 0, 1.0, 0.0, float("inf"))
    shapes = [offer.read().shape[:2] for offer in source.offers()]
    assert len(shapes) >= 8
    for height, width in shapes[:4]:
        assert width == 192 and 140 <= height <= 144
    for height, width in shapes[-4:]:
        assert height == 96 and 188 <= width <= 192
    facts = source.facts()
    assert facts["stored_size"] == "192x180, 240x96"
    assert facts["seconds"] >= 7.5
    first, second = facts["without_bars"].split(", ")
    assert first.startswith("192x14") and second.endswith("x96")
