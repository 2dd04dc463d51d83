"""Facts about films drawn from file to file."""

import math
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction

import av
import keras
import numpy as np
import pytest
from PIL import Image

from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.samples import samples
from cartoongan_tf.video import jobs, parts
from cartoongan_tf.video.orders import Settings
from tests.made_films import pan, write_film

AS_IT_IS = Settings(strength=0)  # the film itself: what is not the network's shows


@pytest.fixture(scope="module")
def cartoonizer():
    keras.utils.set_random_seed(1)  # of calmer colours than others
    return Cartoonizer(Generator(2, 0), faces=False)


@pytest.fixture
def film(tmp_path):
    """A pan of a second and a half, at 12 frames a second."""
    return write_film(tmp_path / "film.mp4", pictures(18), options={"crf": "5"})


def pictures(count, height=48, width=64, seed=1):
    large = samples.draw_photo(seed, 2 * height, 2 * width)
    return [pan(large, height, width, n / max(1, count - 1)) for n in range(count)]


def draw(source, target, cartoonizer, settings=AS_IT_IS):
    job = jobs.Job(source, target, settings)
    return [*job.notes, *job.run(cartoonizer, "model")]


def frames(path):
    with av.open(str(path)) as container:
        return [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]


def times(path, kind="video"):
    """When each packet is shown, in seconds."""
    with av.open(str(path)) as container:
        stream = getattr(container.streams, kind)[0]
        packets = [p for p in container.demux(stream) if p.size]
        return sorted(float(p.pts) * float(p.time_base) for p in packets)


def packets(path, kind="audio"):
    with av.open(str(path)) as container:
        stream = getattr(container.streams, kind)[0]
        return b"".join(bytes(p) for p in container.demux(stream))


def apart(one, other):
    """Mean difference of two pictures, in levels."""
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


# ---------------------------------------------------------------- sound and the rest


@pytest.fixture(params=["mp4", "mkv"])
def rich(request, tmp_path):
    """A film with sound, subtitles, chapters and metadata."""
    path = tmp_path / f"rich.{request.param}"
    text = "mov_text" if request.param == "mp4" else "srt"
    container = av.open(str(path), "w")
    container.metadata["title"] = "A holiday"
    stream = container.add_stream("libx264", rate=12, options={"crf": "5"})
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    sound = container.add_stream("aac", rate=44100)
    sound.metadata["language"] = "kor"
    lines = container.add_stream(text)
    lines.codec_context.subtitle_header = b"[Script Info]\n\n[V4+ Styles]\n\n[Events]\n"
    lines.metadata["language"] = "fra"
    container.set_chapters(
        [
            {
                "id": n + 1, "start": 500 * n, "end": 500 * n + 500,
                "time_base": Fraction(1, 1000), "metadata": {"title": f"Part {n}"},
            }
            for n in range(3)
        ]
    )  # fmt: skip
    for picture in pictures(18):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
    tone = np.sin(np.arange(int(1.5 * 44100)) / 20).astype(np.float32)
    for at in range(0, len(tone) - 1024, 1024):
        part = av.AudioFrame.from_ndarray(tone[None, at : at + 1024], "fltp", "mono")
        part.sample_rate, part.pts = 44100, at
        part.time_base = Fraction(1, 44100)
        container.mux(sound.encode(part))
    container.mux(sound.encode())
    said = "어디 가요?".encode()
    packet = av.Packet(
        len(said).to_bytes(2, "big") + said if text == "mov_text" else said
    )
    packet.stream, packet.time_base = lines, Fraction(1, 1000)
    packet.pts = packet.dts = 400
    packet.duration = 600
    container.mux(packet)
    container.close()
    return path


def test_sound_subtitles_chapters_and_metadata_are_copied(rich, cartoonizer, tmp_path):
    out = tmp_path / f"out{rich.suffix}"
    assert draw(rich, out, cartoonizer) == []
    for kind in ("audio", "subtitles"):
        assert packets(out, kind) == packets(rich, kind)
        assert times(out, kind) == pytest.approx(times(rich, kind), abs=1e-6)
    assert times(out) == pytest.approx(times(rich), abs=1e-3)
    with av.open(str(out)) as mine, av.open(str(rich)) as theirs:
        assert mine.metadata["title"] == "A holiday"
        copied = [*mine.streams.audio, *mine.streams.subtitles]
        languages = [stream.metadata.get("language") for stream in copied]
        assert languages == ["kor", "fra"]
        chapters = [
            [(float(c["start"] * c["time_base"]), c["metadata"]) for c in f.chapters()]
            for f in (mine, theirs)
        ]
        assert chapters[0] == chapters[1] and len(chapters[0]) == 3


def test_which_sound_is_the_default_one_is_copied(cartoonizer, tmp_path):
    path, out = tmp_path / "two.mkv", tmp_path / "out.mkv"
    wanted = [0, int(av.stream.Disposition.default.value)]
    wanted[1] |= int(av.stream.Disposition.forced.value)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        sounds = [container.add_stream("aac", rate=44100) for _ in wanted]
        for sound, mark in zip(sounds, wanted, strict=True):
            sound.disposition = mark
        for picture in pictures(3):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        for sound in sounds:
            part = av.AudioFrame.from_ndarray(np.zeros((1, 1024), "f4"), "fltp", "mono")
            part.sample_rate, part.pts = 44100, 0
            container.mux(sound.encode(part))
            container.mux(sound.encode())
    draw(path, out, cartoonizer)
    for name in (path, out):
        with av.open(str(name)) as container:
            told = [int(s.disposition.value) for s in container.streams.audio]
            assert told == wanted


def test_of_a_part_everything_begins_at_0(rich, cartoonizer, tmp_path):
    out = tmp_path / f"out{rich.suffix}"
    draw(rich, out, cartoonizer, Settings(strength=0, start=0.5, end=1.0))
    assert times(out) == pytest.approx(np.arange(6) / 12, abs=2e-3)
    sound = times(out, "audio")
    assert 0 <= sound[0] < 0.03 and 0.45 < sound[-1] < 0.5
    with av.open(str(out)) as container:
        (chapter,) = container.chapters()
        assert chapter["metadata"]["title"] == "Part 1"
        assert chapter["start"] == 0
    whole = frames(rich)
    for mine, theirs in zip(frames(out), whole[6:12], strict=True):
        assert apart(mine, theirs) < 5


def test_sound_that_does_not_fit_is_refused_before_any_work(rich, tmp_path):
    with pytest.raises(ValueError, match="sound must fit.* Received: aac for a .webm"):
        jobs.Job(rich, tmp_path / "out.webm", AS_IT_IS)


def test_subtitles_that_do_not_fit_are_said(cartoonizer, rich, tmp_path):
    other = ".mkv" if rich.suffix == ".mp4" else ".mp4"
    (told,) = draw(rich, tmp_path / f"out{other}", cartoonizer)
    assert "left out: subtitle (" in told


# ---------------------------------------------------------------- times


def test_frames_of_uneven_length_keep_their_times(cartoonizer, tmp_path):
    seconds = [0, 0.1, 0.15, 0.7, 0.8, 1.6, 1.61]
    write_film(tmp_path / "f.mp4", pictures(7), times=seconds)
    for name in ("out.mp4", "out.mkv", "out.mov"):
        draw(tmp_path / "f.mp4", tmp_path / name, cartoonizer)
        assert times(tmp_path / name) == pytest.approx(seconds, abs=1e-6)


def test_a_rate_that_is_no_whole_number_is_kept_exactly(cartoonizer, tmp_path):
    rate = Fraction(30000, 1001)
    with av.open(str(tmp_path / "f.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for picture in pictures(40):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    draw(tmp_path / "f.mp4", tmp_path / "o.mp4", cartoonizer)
    assert times(tmp_path / "o.mp4") == times(tmp_path / "f.mp4")
    assert times(tmp_path / "o.mp4")[-1] == pytest.approx(39 / float(rate), abs=1e-6)


# ---------------------------------------------------------------- pixels


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_films_come_out_upright(cartoonizer, tmp_path, turn):
    shown = samples.draw_photo(3, 64, 48)
    stored = np.rot90(shown, {0: 0, 90: -1, 180: 2, 270: 1}[turn])
    write_film(tmp_path / "f.mp4", [stored] * 3, options={"crf": "5"}, turn=turn)
    draw(tmp_path / "f.mp4", tmp_path / "o.mp4", cartoonizer)
    with av.open(str(tmp_path / "o.mp4")) as container:
        assert next(container.decode(video=0)).rotation == 0
    assert apart(frames(tmp_path / "o.mp4")[0], shown) < 8


def test_pixels_that_are_not_square_are_shown_square(cartoonizer, tmp_path):
    write_film(tmp_path / "f.mp4", pictures(3), aspect="2/1")
    draw(tmp_path / "f.mp4", tmp_path / "o.mp4", cartoonizer)
    with av.open(str(tmp_path / "o.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (128, 48)
        assert float(stream.sample_aspect_ratio or 1) == 1


# Matrices by their numbers in ITU-T H.273, and the share of red and blue in luma.
SHARES = {1: (0.2126, 0.0722), 5: (0.299, 0.114)}


def encode_plain(path, color, matrix, full):
    """A film of one colour, its levels worked out by the standard's formula."""
    red, blue = SHARES[matrix]
    r, g, b = (value / 255 for value in color)
    y = red * r + (1 - red - blue) * g + blue * b
    parts_ = [(b - y) / (2 - 2 * blue), (r - y) / (2 - 2 * red)]
    levels = [round(255 * y if full else 16 + 219 * y)]
    levels += [round(128 + (255 if full else 224) * part) for part in parts_]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"crf": "0"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        context = stream.codec_context
        context.colorspace, context.color_range = matrix, 2 if full else 1
        for number in range(3):
            frame = av.VideoFrame(64, 48, "yuv420p")
            for plane, level in zip(frame.planes, levels, strict=True):
                plane.update(bytes([level]) * plane.buffer_size)
            frame.colorspace, frame.color_range = matrix, 2 if full else 1
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def decode_plain(path):
    """The colour of a film of one, by the formula and its own tags."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        matrix, full = int(frame.colorspace), int(frame.color_range) == 2
        levels = [np.frombuffer(plane, np.uint8)[0] for plane in frame.planes]
    red, blue = SHARES[5 if matrix == 6 else matrix]
    y = levels[0] / 255 if full else (levels[0] - 16) / 219
    u, v = ((int(level) - 128) / (255 if full else 224) for level in levels[1:])
    r, b = y + v * (2 - 2 * red), y + u * (2 - 2 * blue)
    g = (y - red * r - blue * b) / (1 - red - blue)
    return np.array([r, g, b]) * 255, matrix, full


@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", [1, 5], ids=["BT.709", "BT.601"])
@pytest.mark.parametrize("color", [(200, 40, 90), (20, 180, 60), (250, 250, 250)])
def test_colours_are_the_films_by_its_tags(cartoonizer, tmp_path, color, matrix, full):
    path = encode_plain(tmp_path / "f.mp4", color, matrix, full)
    draw(path, tmp_path / "o.mp4", cartoonizer)
    found, told, is_full = decode_plain(tmp_path / "o.mp4")
    assert found == pytest.approx(color, abs=4)
    assert told == {1: 1, 5: 6}[matrix] and not is_full


def test_ten_bits_are_drawn_and_said(cartoonizer, tmp_path):
    write_film(tmp_path / "f.mkv", pictures(4), codec="libx265", pixels="yuv420p10le",
               options={"x265-params": "log-level=none:bframes=0"})  # fmt: skip
    (told,) = draw(tmp_path / "f.mkv", tmp_path / "o.mkv", cartoonizer)
    assert "10 bits a colour; its cartoon has 8" in told
    assert apart(frames(tmp_path / "o.mkv")[0], pictures(4)[0]) < 8


@pytest.mark.parametrize("curve, name", [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused(tmp_path, curve, name):
    # Not by x265: its muxing failed once here, out of order, in a full run.
    write_film(tmp_path / "f.mkv", pictures(2), codec="ffv1", pixels="yuv420p10le",
               options={}, color_trc=curve)  # fmt: skip
    with pytest.raises(ValueError, match=rf"must be SDR.* Received: HDR \({name}\)"):
        jobs.Job(tmp_path / "f.mkv", tmp_path / "o.mkv", AS_IT_IS)


def test_odd_sizes_get_a_row_and_a_column_more(cartoonizer, tmp_path):
    write_film(tmp_path / "f.mkv", pictures(3, 45, 63), codec="ffv1", pixels="bgr0",
               options={})  # fmt: skip
    draw(tmp_path / "f.mkv", tmp_path / "o.mp4", cartoonizer)
    found = frames(tmp_path / "o.mp4")[0]
    assert found.shape == (46, 64, 3)
    assert apart(found[:45, :63], pictures(3, 45, 63)[0]) < 5


@pytest.mark.parametrize("count", [1, 2])
def test_a_film_of_one_frame_is_one(cartoonizer, tmp_path, count):
    write_film(tmp_path / "f.mp4", pictures(count))
    draw(tmp_path / "f.mp4", tmp_path / "o.mp4", cartoonizer)
    assert len(frames(tmp_path / "o.mp4")) == count


def test_frames_of_another_size_midway_are_fitted_into_the_first(cartoonizer, tmp_path):
    for name, size in (("a.ts", (48, 64)), ("b.ts", (96, 96))):
        write_film(tmp_path / name, pictures(6, *size), options={"crf": "5"})
    joined = tmp_path / "f.ts"
    joined.write_bytes(
        (tmp_path / "a.ts").read_bytes() + (tmp_path / "b.ts").read_bytes()
    )
    draw(joined, tmp_path / "o.mkv", cartoonizer)
    found = frames(tmp_path / "o.mkv")
    assert len(found) == 12 and {f.shape for f in found} == {(48, 64, 3)}
    late = pictures(6, 96, 96)[0]
    inside = np.asarray(Image.fromarray(late).resize((48, 48), Image.Resampling.BOX))
    assert apart(found[6][:, 8:56], inside) < 8
    assert found[6][:, :6].max() < 30


def test_max_size_shrinks(cartoonizer, film, tmp_path):
    draw(film, tmp_path / "o.mp4", cartoonizer, Settings(strength=0, max_size=32))
    assert frames(tmp_path / "o.mp4")[0].shape == (24, 32, 3)


def test_the_cartoon_is_what_python_draws(cartoonizer, film, tmp_path):
    draw(film, tmp_path / "o.mp4", cartoonizer, Settings())
    drawn = list(cartoonizer.film(frames(film)))
    for mine, theirs in zip(frames(tmp_path / "o.mp4"), drawn, strict=True):
        # Of colour a film has a quarter of the pixels.
        assert apart(mine.mean(2), theirs.mean(2)) < 6


@pytest.mark.parametrize(
    "name, codec, decoder",
    [("o.webm", None, "vp9"), ("o.mkv", "av1", "dav1d"), ("o.mp4", "vp9", "vp9")],
)
def test_other_codecs_can_be_asked_for(
    cartoonizer, film, tmp_path, name, codec, decoder
):
    settings = Settings(strength=0, codec=codec)
    draw(film, tmp_path / name, cartoonizer, settings)
    with av.open(str(tmp_path / name)) as container:
        assert decoder in container.streams.video[0].codec_context.name
    assert times(tmp_path / name) == pytest.approx(times(film), abs=1e-3)
    for mine, theirs in zip(frames(tmp_path / name), frames(film), strict=True):
        assert apart(mine, theirs) < 6


# ---------------------------------------------------------------- animations


def save_animation(path, made, durations, **more):
    first, *rest = (Image.fromarray(picture) for picture in made)
    first.save(path, save_all=True, append_images=rest, duration=durations, **more)


DURATIONS = [100, 40, 250, 80, 120]


def seen(path):
    """Pictures with alpha, and how long each is shown."""
    found = []
    with Image.open(path) as image:
        for number in range(image.n_frames):
            image.seek(number)
            image.load()
            picture = np.asarray(image.convert("RGBA"))
            found.append((picture, image.info["duration"]))
    return found


@pytest.mark.parametrize("came", ["gif", "webp", "apng"])
@pytest.mark.parametrize("goes", ["gif", "webp", "apng"])
def test_animations_keep_their_times_and_loops(cartoonizer, tmp_path, came, goes):
    more = {"lossless": True} if came == "webp" else {}
    save_animation(tmp_path / f"a.{came}", pictures(5), DURATIONS, loop=3, **more)
    draw(tmp_path / f"a.{came}", tmp_path / f"o.{goes}", cartoonizer)
    found = seen(tmp_path / f"o.{goes}")
    assert [duration for _, duration in found] == DURATIONS
    for (mine, _), (theirs, _) in zip(found, seen(tmp_path / f"a.{came}"), strict=True):
        assert apart(mine[..., :3], theirs[..., :3]) < 8
    with Image.open(tmp_path / f"o.{goes}") as image:
        assert image.info["loop"] == 3


@pytest.mark.parametrize("goes", ["gif", "webp", "apng"])
def test_what_is_seen_through_stays_so(cartoonizer, tmp_path, goes):
    rows, columns = np.mgrid[:48, :64]
    alpha = 255 * np.uint8((rows - 24) ** 2 + (columns - 30) ** 2 < 400)
    made = [np.dstack([picture, alpha]) for picture in pictures(4)]
    save_animation(tmp_path / "a.webp", made, 100, lossless=True)
    draw(tmp_path / "a.webp", tmp_path / f"o.{goes}", cartoonizer)
    for picture, _ in seen(tmp_path / f"o.{goes}"):
        assert np.array_equal(picture[..., 3], alpha)


def test_an_animation_becomes_a_film_on_white(cartoonizer, tmp_path):
    alpha = np.zeros((48, 64), np.uint8)
    alpha[:, 32:] = 255
    made = [np.dstack([picture, alpha]) for picture in pictures(5)]
    save_animation(tmp_path / "a.webp", made, DURATIONS, lossless=True)
    draw(tmp_path / "a.webp", tmp_path / "o.mp4", cartoonizer)
    begins = np.cumsum([0, *DURATIONS[:-1]]) / 1000
    assert times(tmp_path / "o.mp4") == pytest.approx(begins, abs=1e-6)
    assert frames(tmp_path / "o.mp4")[0][:, :28].min() > 240
    with av.open(str(tmp_path / "o.mp4")) as container:
        assert container.duration == pytest.approx(590_000, abs=2000)


def test_a_film_becomes_an_animation_without_its_sound(cartoonizer, rich, tmp_path):
    (told,) = draw(rich, tmp_path / "o.gif", cartoonizer)
    assert "no sound" in told
    found = seen(tmp_path / "o.gif")
    assert len(found) == 18
    assert sum(duration for _, duration in found) == pytest.approx(1500, abs=10)


def test_a_fast_film_is_not_slow_as_a_gif(cartoonizer, tmp_path):
    write_film(tmp_path / "f.mp4", pictures(60), rate=100)
    draw(tmp_path / "f.mp4", tmp_path / "o.gif", cartoonizer)
    found = seen(tmp_path / "o.gif")
    assert min(duration for _, duration in found) >= 20
    assert sum(duration for _, duration in found) == pytest.approx(600, abs=20)


# ---------------------------------------------------------------- stopped


def test_a_stopped_job_goes_on_to_the_same_file(
    cartoonizer, film, tmp_path, monkeypatch
):
    monkeypatch.setattr(jobs, "FRAMES", 5)
    draw(film, tmp_path / "whole.mp4", cartoonizer, Settings())
    for stop in (3, 7, 14):
        target = tmp_path / f"stopped{stop}.mp4"
        add = parts.PartWriter.add

        def stumble(self, *values, stop=stop, add=add):
            if self._next == stop:
                raise OSError(28, "No space left on device")
            add(self, *values)

        with monkeypatch.context() as context:
            context.setattr(parts.PartWriter, "add", stumble)
            with pytest.raises(OSError, match="No space left") as told:
                draw(film, target, cartoonizer, Settings())
        assert not target.exists()
        assert ("goes on from there" in str(told.value)) == (stop > 5)
        assert not list(tmp_path.glob(".*.nut"))
        draw(film, target, cartoonizer, Settings())
        assert target.read_bytes() == (tmp_path / "whole.mp4").read_bytes()
        assert not list(tmp_path.glob("*.part"))


LONG = 400  # frames: two parts and a half


@pytest.fixture
def long(tmp_path):
    made = pictures(LONG, 32, 48)
    noise = np.random.default_rng(0).integers(0, 60, (32, 48, 3), np.uint8)
    made = [picture // 2 + np.roll(noise, n, 1) for n, picture in enumerate(made)]
    Generator(2, 0).save(tmp_path / "w.keras")
    return write_film(tmp_path / "long.mp4", made, 25)


def command_line(film, out):
    return [
        sys.executable, "-m", "cartoongan_tf.cartoonize", str(film), "--no-faces",
        "--weights", str(film.with_name("w.keras")), "--out", str(out),
    ]  # fmt: skip


@pytest.mark.slow
def test_a_job_killed_at_any_moment_goes_on_to_the_same_file(long, tmp_path):
    whole, out = tmp_path / "whole.mp4", tmp_path / "out.mp4"
    subprocess.run(command_line(long, whole), check=True, timeout=300)
    folder = tmp_path / "out.mp4.part"
    for number in (0, 1):
        running = subprocess.Popen(command_line(long, out), start_new_session=True)
        begun = time.monotonic()
        while not (folder / f"{number:06d}.nut").exists():
            assert running.poll() is None and time.monotonic() < begun + 200
            time.sleep(0.01)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        assert not out.exists()
    ended = subprocess.run(command_line(long, out), capture_output=True, timeout=300)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert out.read_bytes() == whole.read_bytes()
    assert not folder.exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
def test_a_full_disk_keeps_what_is_done(long, tmp_path):
    import resource

    out, folder = tmp_path / "out.mp4", tmp_path / "out.mp4.part"
    whole = tmp_path / "whole.mp4"
    subprocess.run(command_line(long, whole), check=True, timeout=300)
    # Of files of this size there is room for every part, but not for the film.
    most = whole.stat().st_size * 2 // 3

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    ended = subprocess.run(
        command_line(long, out), capture_output=True, text=True, timeout=300,
        preexec_fn=limit,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1 and "goes on from there" in ended.stderr
    assert not out.exists() and len(list(folder.glob("[0-9]*.nut"))) == 3
    begun = time.monotonic()
    subprocess.run(command_line(long, out), check=True, timeout=300)
    assert out.read_bytes() == whole.read_bytes() and time.monotonic() > begun


def test_parts_of_another_job_are_not_mixed_in(cartoonizer, film, tmp_path):
    target = tmp_path / "o.mp4"
    job = jobs.Job(film, target, Settings())
    parts.Parts(target, job.manifest(cartoonizer, "model"))
    with pytest.raises(ValueError, match="same film, network and flags.* another look"):
        draw(film, target, cartoonizer, Settings(strength=0.5))
    with pytest.raises(ValueError, match="another model"):
        job.run(cartoonizer, "another")
    jobs.Job(film, target, AS_IT_IS, overwrite=True).run(cartoonizer, "model")
    assert len(frames(target)) == 18


# ---------------------------------------------------------------- bad films


def test_a_truncated_film_is_drawn_as_far_as_it_goes_and_said(cartoonizer, tmp_path):
    path = write_film(tmp_path / "f.mkv", pictures(150), options={"crf": "5"})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    told = draw(path, tmp_path / "o.mkv", cartoonizer)
    assert 20 < len(frames(tmp_path / "o.mkv")) < 140
    assert any("truncated" in line for line in told)


@pytest.mark.parametrize(
    "make, told",
    [
        (lambda p: p.write_bytes(b""), "must not be empty"),
        (lambda p: p.write_bytes(b"no film" * 99), "that FFmpeg can read"),
        (lambda p: None, "must exist"),
    ],
    ids=["zero length", "text", "absent"],
)
def test_what_is_no_film_is_refused(tmp_path, make, told):
    path = tmp_path / "f.mp4"
    make(path)
    with pytest.raises(ValueError, match=told) as error:
        jobs.Job(path, tmp_path / "o.mp4", AS_IT_IS)
    assert "f.mp4" in str(error.value)


def test_a_film_without_its_index_is_refused(tmp_path):
    path = write_film(tmp_path / "f.mp4", pictures(30))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="must be a whole video file"):
        jobs.Job(path, tmp_path / "o.mp4", AS_IT_IS)


def test_a_start_beyond_the_end_is_refused(film, tmp_path):
    with pytest.raises(ValueError, match="`--start` must lie in the film"):
        jobs.Job(film, tmp_path / "o.mp4", Settings(start=9, end=math.inf))


def test_interlaced_films_are_said(cartoonizer, tmp_path):
    write_film(
        tmp_path / "f.mkv", pictures(4), options={"flags": "+ildct+ilme"},
    )  # fmt: skip
    told = draw(tmp_path / "f.mkv", tmp_path / "o.mkv", cartoonizer)
    assert any("interlaced" in line for line in told)
