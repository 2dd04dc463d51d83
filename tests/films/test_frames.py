"""Facts about reading films."""

import os
from pathlib import Path

import av
import numpy as np
import pytest
from made_films import Script, blank, pan, write_film

from cartoongan_tf.films import frames
from cartoongan_tf.films.frames import WHOLE, Box, Film
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def script():
    found = Script()
    for number in range(4):
        big = samples.draw_cartoon(number, "paprika", 180, 240)
        found.shot(lambda share, p=big: pan(p, 144, 192, share), 1)
    return found


@pytest.fixture(scope="module")
def film(script, tmp_path_factory):
    options = {"crf": "18", "g": "12"}  # a key frame a second, for all that seeks
    return script.write(tmp_path_factory.mktemp("film") / "film.mkv", options=options)


def far(one, other):
    return np.abs(one.astype(int) - other.astype(int)).mean()


def test_every_frame_comes_in_order_with_its_time_and_picture(film, script):
    found = list(Film(film).frames(skip="NONE"))
    assert [f.time for f in found] == pytest.approx(np.arange(48) / 12, abs=2e-3)
    for number in (0, 17, 47):
        assert far(found[number].picture(), script.pictures[number]) < 8


def test_a_rate_thins_out_evenly_and_skips_what_need_not_be_decoded(film):
    times = [frame.time for frame in Film(film).frames(4)]
    assert 14 <= len(times) <= 17
    assert max(np.diff(times)) < 0.5 and min(np.diff(times)) > 0.1


def test_start_and_end_cut_a_film(film):
    times = [frame.time for frame in Film(film).frames(start=1.5, end=2.5)]
    assert min(times) >= 1.5 and max(times) <= 2.5


def test_a_film_of_variable_rate_has_its_own_times(script, tmp_path):
    times = list(np.cumsum([0.04, 0.04, 0.3, 0.1] * 12))
    path = script.write(tmp_path / "v.mkv", times=times)
    found = [frame.time for frame in Film(path).frames(skip="NONE")]
    assert found == pytest.approx(np.array(times) - times[0], abs=3e-3)


@pytest.mark.parametrize("turn", [90, 180, -90])
def test_a_film_held_upright_comes_out_upright(script, tmp_path, turn):
    path = write_film(tmp_path / "r.mp4", script.pictures[:3], turn=turn)
    frame = next(Film(path).frames())
    upright = np.rot90(script.pictures[0], turn // 90)
    assert far(frame.picture(), upright) < 8
    assert frame.small(72).shape == images.resize(upright, *_half(upright)).shape


@pytest.mark.parametrize("a, b, c, d", [
    (1, 0, 0, 1), (-1, 0, 0, 1), (1, 0, 0, -1), (-1, 0, 0, -1),
    (0, 1, 1, 0), (0, -1, 1, 0), (0, 1, -1, 0), (0, -1, -1, 0),
])  # fmt: skip
def test_all_eight_ways_of_the_display_matrix_are_honoured(
    script, tmp_path, a, b, c, d
):
    stored = script.pictures[0]
    one = 1 << 16
    matrix = (a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
    path = write_film(tmp_path / "m.mp4", [stored] * 3, matrix=matrix)
    # Where each stored pixel is shown, by the matrix's definition.
    y, x = np.mgrid[: stored.shape[0], : stored.shape[1]]
    right, down = a * x + c * y, b * x + d * y
    right, down = right - right.min(), down - down.min()
    shown = np.zeros((down.max() + 1, right.max() + 1, 3), np.uint8)
    shown[down, right] = stored
    frame = next(Film(path).frames())
    assert frame.picture().shape == shown.shape
    assert far(frame.picture(), shown) < 8
    small = frame.small(72)
    assert far(small, images.resize(shown, *small.shape[:2])) < 8


def _half(picture):
    return picture.shape[0] // 2, picture.shape[1] // 2


def test_pixels_that_are_not_square_are_made_so(script, tmp_path):
    path = write_film(tmp_path / "a.mp4", script.pictures[:3], aspect="4/3")
    frame = next(Film(path).frames())
    assert frame.picture().shape == (144, 256, 3)
    assert frame.picture(72).shape == frame.small(72).shape == (72, 128, 3)


def join(path, *parts):
    """Films of one kind one after the other, as recordings and `cat` join them."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def test_each_part_of_a_joined_film_has_its_own_aspect_and_size(script, tmp_path):
    pictures, options = script.pictures[:20], {"g": "12"}
    large = [images.resize(picture, 216, 288) for picture in pictures]
    parts = [
        write_film(tmp_path / f"{number}.ts", made, options=options, aspect=aspect)
        for number, (made, aspect) in enumerate(
            ((pictures, "1"), (pictures, "4/3"), (large, "1"), (pictures, "4/3"))
        )
    ]
    film = Film(join(tmp_path / "joined.ts", *parts))
    found = list(film.frames(skip="NONE"))
    shapes = [frame.picture().shape[:2] for frame in found]
    wanted = [(144, 192), (144, 256), (216, 288), (144, 256)]
    assert shapes == [shape for shape in wanted for _ in range(20)]
    for number, frame in enumerate(found):
        upright = (pictures, pictures, large, pictures)[number // 20][number % 20]
        upright = images.resize(upright, *shapes[number])
        assert far(frame.picture(), upright) < 8
    (told,) = [note for note in film.told_of() if "midway" in note]
    assert "192x144, 192x144 (pixels 1.33 times as wide as high), 288x216" in told


def test_what_the_file_says_of_the_aspect_goes_before_the_coded_picture(
    script, tmp_path
):
    path = write_film(tmp_path / "a.mp4", script.pictures[:3], aspect="4/3")
    data = path.read_bytes()
    (place,) = [at for at in range(len(data)) if data.startswith(b"pasp", at)]
    assert data[place + 4 : place + 12] == bytes([0, 0, 0, 4, 0, 0, 0, 3])
    path.write_bytes(data[: place + 7] + b"\6" + data[place + 8 :])
    shapes = [frame.picture().shape for frame in Film(path).frames(skip="NONE")]
    assert shapes == [(144, 384, 3)] * 3


def test_glances_of_a_long_joined_film_come_from_all_its_parts(tmp_path):
    parts = [
        write_film(
            tmp_path / f"{number}.ts", [blank(32 + 16 * number, 48, n % 200)
            for n in range(200)], rate=2, options={"g": "4"},
        )
        for number in range(3)
    ]  # fmt: skip
    film = Film(join(tmp_path / "joined.ts", *parts))
    heights = [frame.raw.height for frame in film.glances(15)]
    assert {height: heights.count(height) for height in set(heights)} == {
        32: 5, 48: 5, 64: 5,
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["Ponyo:1.mp4", "concat:a|b.mp4", "-", "f%d.mp4", "file:x.mp4", b"caf\xe9.mp4"],
)
def test_a_films_name_is_a_name_and_no_protocol(script, tmp_path, monkeypatch, name):
    path = Path(os.fsdecode(name))
    made = write_film(tmp_path / "plain.mp4", script.pictures[:3])
    made.rename(tmp_path / path)
    monkeypatch.chdir(tmp_path)
    for named in (path, tmp_path / path):
        assert far(next(Film(named).frames()).picture(), script.pictures[0]) < 8


def test_an_interlaced_frame_in_motion_loses_its_comb_one_at_rest_nothing(tmp_path):
    wide = samples.draw_cartoon(3, "paprika", 240, 420)
    fields = [pan(wide, 240, 320, number / 39) for number in range(40)]
    woven = []
    for first, second in zip(fields[::2], fields[1::2], strict=True):
        both = first.copy()
        both[1::2] = second[1::2]
        woven.append(both)
    options = {"flags": "+ildct+ilme", "x264-params": "tff=1", "crf": "15"}
    path = write_film(tmp_path / "i.mkv", woven, rate=25, options=options)
    for frame in Film(path).frames(skip="NONE"):
        number = round(frame.time * 25)
        assert frame.raw.interlaced_frame and frame.picture().shape == (240, 320, 3)
        assert frames._is_combed(woven[number])
        assert not frames._is_combed(frame.picture())
        assert far(frame.picture(), fields[2 * number]) < 12
    path = write_film(tmp_path / "r.mkv", fields[:1] * 3, options=options)
    assert far(next(Film(path).frames()).picture(), fields[0]) < 5


def test_odd_sizes_and_boxes_are_read(tmp_path):
    pictures = [samples.draw_cartoon(1, "hayao", 101, 143)] * 3
    path = write_film(
        tmp_path / "o.mkv", pictures, codec="ffv1", pixels="bgr0", options={}
    )
    frame = next(Film(path).frames())
    assert np.array_equal(frame.picture(), pictures[0])
    box = Box(0.25, 0.1, 0.75, 0.9)
    assert np.array_equal(frame.picture(0, box), box.cut(pictures[0]))


def test_hd_that_tells_nothing_of_its_colours_is_taken_for_bt709(tmp_path):
    red = np.zeros((720, 64, 3), np.uint8)
    red[...] = (200, 40, 30)
    # Stored by the coefficients of BT.709, and the film does not say so.
    frame = av.VideoFrame.from_ndarray(red, "rgb24").reformat(
        format="yuv420p", dst_colorspace="ITU709"
    )
    frame.colorspace = 2
    shown = frames.Frame(0.0, frame).picture()
    assert far(shown, red) < 3


def test_a_box_of_the_whole_cuts_nothing():
    assert WHOLE.cut(np.zeros((7, 9))).shape == (7, 9)


def test_glances_come_from_all_over_a_film(film, tmp_path):
    for count in (8, 200):
        times = [frame.time for frame in Film(film).glances(count)]
        assert len(times) >= min(count, 16) * 0.8
        assert min(times) < 0.7 and max(times) > 3.2
    # A long one is leapt through, not decoded.
    long = write_film(
        tmp_path / "long.mkv", [blank(32, 32, n % 200) for n in range(400)], rate=2,
        options={"g": "4"},
    )  # fmt: skip
    times = [frame.time for frame in Film(long).glances(10)]
    assert len(times) == 10 and times[0] < 20 and times[-1] > 180


# ---------------------------------------------------------------- damage


def test_a_damaged_film_gives_what_can_be_read_and_says_so(film, script, tmp_path):
    data = bytearray(film.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 300] = np.random.default_rng(0).bytes(300)
    path = tmp_path / "damaged.mkv"
    path.write_bytes(data)
    broken = Film(path)
    found = list(broken.frames(skip="NONE"))
    assert 24 <= len(found) < 48
    # What is left shows no smear of the damage.
    for frame in found:
        assert far(frame.picture(), script.pictures[round(frame.time * 12)]) < 10
    assert any("damaged in" in note for note in broken.told_of())


def test_a_truncated_film_gives_what_is_there_and_says_so(tmp_path, script):
    pictures = script.pictures * 3
    data = write_film(tmp_path / "w.mkv", pictures, options={"g": "12"}).read_bytes()
    path = tmp_path / "cut.mkv"
    path.write_bytes(data[: len(data) // 2])
    cut = Film(path)
    assert 40 < len(list(cut.frames(skip="NONE"))) < 130
    assert any("truncated" in note for note in cut.told_of())
    whole = Film(tmp_path / "w.mkv")
    list(whole.frames())
    assert whole.told_of() == []


def test_what_is_no_film_is_refused_in_a_line(tmp_path, film):
    text = tmp_path / "notes.mp4"
    text.write_text("not a film" * 100)
    empty = tmp_path / "empty.mkv"
    empty.write_bytes(b"")
    half = tmp_path / "half.mp4"  # its index is at the end, which is missing
    mp4 = write_film(tmp_path / "w.mp4", [blank(32, 32)] * 9)
    half.write_bytes(mp4.read_bytes()[:400])
    for path, words in (
        (text, "whole video file"),
        (empty, "0 bytes"),
        (half, "whole video file"),
        (tmp_path / "absent.mp4", "must exist"),
        (tmp_path, "must be a file"),
    ):
        with pytest.raises(ValueError, match=words) as error:
            Film(path)
        assert str(path) in str(error.value)


def test_sound_alone_is_no_film(tmp_path):
    path = tmp_path / "song.mka"
    container = av.open(str(path), "w")
    stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
    frame.sample_rate = 8000
    container.mux(stream.encode(frame))
    container.mux(stream.encode())
    container.close()
    with pytest.raises(ValueError, match="not sound alone"):
        Film(path)


def test_times_are_named_so_that_they_sort():
    assert frames.stamp(3723.0456) == "01h02m03s046"
    assert frames.clock(3723.9) == "1:02:03"
    seconds = [0.2, 59.9996, 61, 3599.9, 36000]
    names = [frames.stamp(second) for second in seconds]
    assert names == sorted(names)
