"""Facts about the command that draws photos."""

import os
import subprocess
import sys

import av
import numpy as np
import pytest
from PIL import Image

from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples
from tests.conftest import ROOT
from tests.made_films import write_film


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "w" / "small.keras"
    path.parent.mkdir()
    Generator(2, 0).save(path)
    return path


@pytest.fixture
def photo(tmp_path):
    images.write(tmp_path / "photo.png", samples.draw_photo(1, 36, 50))
    return tmp_path / "photo.png"


@pytest.fixture
def holiday(tmp_path):
    folder = tmp_path / "holiday"
    images.write(folder / "a.jpg", samples.draw_photo(1, 32, 40))
    images.write(folder / "day 2" / "b.png", samples.draw_photo(2, 40, 32))
    images.write(folder / "day 2" / "c.webp", samples.draw_photo(3, 33, 33))
    return folder


def pixels(path):
    return images.read(path).pixels


def below(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.*"))


# ---------------------------------------------------------------- results


def test_a_photo_becomes_a_cartoon_of_its_size(command, photo, weights):
    result = command("cartoonize", photo, "--weights", weights, "--out", "out/c.png")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    made = pixels(photo.parent / "out" / "c.png")
    assert np.array_equal(made, Cartoonizer(weights)(pixels(photo)))


def test_without_out_it_lies_beside_the_photo(command, photo, weights):
    assert command("cartoonize", photo, "--weights", weights).returncode == 0
    assert (photo.parent / "photo_cartoon.png").is_file()


def test_a_folder_keeps_its_folders_and_formats(command, holiday, weights):
    out = holiday.parent / "cartoons"
    result = command("cartoonize", holiday, "--weights", weights, "--out", out)
    assert result.returncode == 0, result.stderr
    assert below(out) == ["a.jpg", "day 2/b.png", "day 2/c.webp"]
    assert pixels(out / "day 2" / "b.png").shape == (40, 32, 3)


def test_globs_are_expanded_here_too(command, holiday, weights):
    out = holiday.parent / "cartoons"
    pattern = holiday / "*" / "*.*"
    result = command("cartoonize", pattern, "--weights", weights, "--out", out)
    assert result.returncode == 0, result.stderr
    assert below(out) == ["b.png", "c.webp"]


def test_strength_keep_color_and_max_size_do_what_python_does(
    command, photo, weights, tmp_path
):
    result = command(
        "cartoonize", photo, "--weights", weights, "--out", "c.png",
        "--strength", "0.4", "--keep-color", "--max-size", "30",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    small = images.shrink(images.read(photo), 30).pixels
    expected = Cartoonizer(weights)(small, strength=0.4, keep_color=True)
    assert small.shape == (22, 30, 3)
    assert np.array_equal(pixels(tmp_path / "c.png"), expected)


def test_in_little_memory_a_photo_is_drawn_in_tiles_and_looks_the_same(
    command, weights, tmp_path
):
    images.write(tmp_path / "a.png", samples.draw_photo(1, 200, 300))
    look = "--draw-size", "full", "--color", "style", "--weights", weights
    for name, more in (("whole.png", ()), ("tiles.png", ("--max-memory", "1M"))):
        out = tmp_path / name
        result = command("cartoonize", tmp_path / "a.png", *look, "--out", out, *more)
        assert result.returncode == 0 and result.stderr == ""
    whole, tiles = (
        pixels(tmp_path / n).astype(int) for n in ("whole.png", "tiles.png")
    )
    assert np.abs(whole - tiles).max() <= 1


@pytest.mark.parametrize(
    "flags, told",
    [
        (("--draw-size", "63"), "`draw_size` must be auto, full"),
        (("--draw-size", "large"), "Received: draw_size=large"),
        (("--keep-color", "--color", "style"), "give one of them"),
        (("--color", "grey"), "invalid choice"),
    ],
)
def test_a_look_that_is_none_is_one_line_and_2(command, photo, weights, flags, told):
    result = command("cartoonize", photo, "--weights", weights, *flags)
    assert result.returncode == 2
    assert told in result.stderr and result.stderr.count("\n") == 1


def test_the_look_is_what_python_does(command, photo, weights, tmp_path):
    flags = ("--draw-size", "64", "--color", "style", "--no-faces", "--out", "c.png")
    large = samples.draw_photo(1, 90, 130)
    images.write(tmp_path / "large.png", large)
    result = command("cartoonize", "large.png", "--weights", weights, *flags)
    assert result.returncode == 0, result.stderr
    expected = Cartoonizer(weights, 64, "style", faces=False)(large)
    assert np.array_equal(pixels(tmp_path / "c.png"), expected)


def test_compare_shows_photo_full_and_auto(command, photo, weights, tmp_path):
    command("cartoonize", photo, "--weights", weights, "--compare", "--out", "c.png")
    both = pixels(tmp_path / "c.png")
    assert both.shape == (36, 158, 3)
    assert np.array_equal(both[:, :50], pixels(photo))


def test_compare_of_several_makes_one_sheet(command, holiday, weights, tmp_path):
    result = command(
        "cartoonize", holiday, "--weights", weights, "--compare", "--out", "s.png"
    )
    assert result.returncode == 0, result.stderr
    sheet = pixels(tmp_path / "s.png")
    assert sheet.shape == (32 + 40 + 33 + 8, 128, 3)


def test_alpha_is_kept_beside_the_cartoon(command, weights, tmp_path):
    alpha = np.tile(np.arange(40, dtype=np.uint8) * 6, (32, 1))
    images.write(tmp_path / "a.png", samples.draw_photo(1, 32, 40), alpha)
    command("cartoonize", "a.png", "--weights", weights, "--out", "c.png")
    assert np.array_equal(images.read(tmp_path / "c.png").alpha, alpha)


@pytest.mark.parametrize("kind", ["gif", "webp", "png"])
@pytest.mark.parametrize("result", ["png", "webp"])
def test_alpha_survives_whatever_it_comes_in_and_goes_to(
    command, weights, tmp_path, kind, result
):
    alpha = np.zeros((32, 40), np.uint8)
    alpha[8:24, 10:] = 255
    image = Image.fromarray(np.dstack([samples.draw_photo(1, 32, 40), alpha]))
    image.save(tmp_path / f"a.{kind}", **({"lossless": True} if kind == "webp" else {}))
    out = f"c.{result}"
    ended = command("cartoonize", f"a.{kind}", "--weights", weights, "--out", out)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert np.array_equal(images.read(tmp_path / out).alpha, alpha)


def test_date_and_place_are_kept_only_where_asked_for(command, weights, tmp_path):
    exif = Image.Exif()
    exif[306] = "2024:05:01 09:30:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 12.0)})
    Image.fromarray(samples.draw_photo(1, 32, 48)).save(tmp_path / "p.jpg", exif=exif)
    command("cartoonize", "p.jpg", "--weights", weights, "--out", "a.jpg")
    command("cartoonize", "p.jpg", "--weights", weights, "--out", "b.jpg",
            "--keep-metadata")  # fmt: skip
    with Image.open(tmp_path / "a.jpg") as image:
        assert not image.getexif()
    with Image.open(tmp_path / "b.jpg") as image:
        assert image.getexif()[306] == "2024:05:01 09:30:00"
        assert image.getexif().get_ifd(0x8825) == {1: "N", 2: (48.0, 8.0, 12.0)}


def test_a_folder_from_a_phone_is_drawn_whole_and_the_rest_is_said(
    process, weights, tmp_path
):
    import pillow_heif

    folder = tmp_path / "phone"
    folder.mkdir()
    image = Image.fromarray(samples.draw_photo(1, 64, 64))
    pillow_heif.from_pillow(image).save(folder / "IMG_1.HEIC")
    image.save(folder / "IMG_2.avif")
    image.save(folder / "pic.jfif", "JPEG")
    image.save(folder / "0001", "PNG")
    (folder / "IMG_3.mov").write_bytes(b"\0\0\0\x14ftypqt  " + bytes(8))
    result = process("cartoonize", "phone", "--weights", weights, "--out", "o")
    assert result.returncode == 0
    assert result.stderr == "warning: Passed over in phone: IMG_3.mov (a film)\n"
    names = sorted(path.name for path in (tmp_path / "o").iterdir())
    assert names == ["0001.png", "IMG_1.png", "IMG_2.png", "pic.png"]


def test_a_profile_that_cannot_be_used_is_said_once(process, weights, tmp_path):
    for name in ("a.png", "b.png"):
        image = Image.fromarray(samples.draw_photo(1, 32, 32))
        image.save(tmp_path / name, icc_profile=b"no profile")
    result = process("cartoonize", "a.png", "b.png", "--weights", weights, "--out", "o")
    assert result.returncode == 0
    (line,) = result.stderr.splitlines()
    assert line.startswith("warning: A colour profile must be whole")
    # Of whichever is read first: several are read at once.
    assert ("a.png" in line) != ("b.png" in line) and "taken for sRGB" in line


def test_long_names_are_drawn(command, weights, tmp_path):
    name = "漫" * 83
    images.write(tmp_path / f"{name}.png", samples.draw_photo(1, 32, 32))
    for out in ((), ("--out", "o")):
        result = command("cartoonize", f"{name}.png", "--weights", weights, *out)
        assert result.returncode == 0, result.stderr
    assert (tmp_path / "o" / f"{name}.png").is_file()
    assert (tmp_path / f"{name[:81]}_cartoon.png").is_file()


def test_phone_photos_come_out_upright(command, weights, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(samples.draw_photo(1, 32, 48)).save(tmp_path / "p.jpg", exif=exif)
    command("cartoonize", "p.jpg", "--weights", weights, "--out", "c.jpg")
    with Image.open(tmp_path / "c.jpg") as image:
        assert image.size == (32, 48)
        assert image.getexif().get(0x0112, 1) == 1


def test_a_style_name_finds_its_weights(command, photo, weights, tmp_path):
    home = tmp_path / "saved_models" / "hayao"
    home.mkdir(parents=True)
    weights.rename(home / "paper.keras")
    result = command("cartoonize", photo, "--style", "hayao", "--out", "c.png")
    assert result.returncode == 0, result.stderr


def test_photos_named_one_by_one_are_done_wherever_the_results_go(
    command, holiday, photo, weights, tmp_path
):
    result = command(
        "cartoonize", holiday / "a.jpg", photo, "--weights", weights, "--out", "."
    )  # fmt: skip
    # photo.png itself lies in the folder of the results
    assert "must not replace its photo" in result.stderr
    result = command(
        "cartoonize", holiday / "a.jpg", holiday, "--weights", weights, "--out", "."
    )
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "a.jpg").is_file() and (tmp_path / "day 2" / "b.png").is_file()


def test_results_inside_the_folder_are_not_drawn_again(command, holiday, weights):
    arguments = (holiday, "--weights", weights, "--out", holiday / "out", "--overwrite")
    for _ in range(2):
        assert command("cartoonize", *arguments).returncode == 0
    assert below(holiday / "out") == ["a.jpg", "day 2/b.png", "day 2/c.webp"]


def test_photos_of_one_stem_do_not_overwrite_each_other(command, weights, tmp_path):
    for name in ("a.png", "a.jpg"):
        images.write(tmp_path / name, samples.draw_photo(1, 32, 32))
    assert command("cartoonize", "a.png", "a.jpg", "--weights", weights).returncode == 0
    assert (tmp_path / "a_cartoon_jpg.png").is_file()
    assert (tmp_path / "a_cartoon.png").is_file()


# ---------------------------------------------------------------- refusals


def test_a_result_that_cannot_be_written_does_not_stop_the_others(
    command, holiday, weights
):
    images.write(holiday / "long.png", np.zeros((8, 17000, 3), np.uint8))
    (holiday / "long.png").rename(holiday / "long.webp")  # content decides, not name
    out = holiday.parent / "cartoons"
    result = command("cartoonize", holiday, "--weights", weights, "--out", out)
    assert result.returncode == 2
    errors = [la for la in result.stderr.splitlines() if la.startswith("error: ")]
    assert len(errors) == 1
    assert "at most 16383 pixels" in errors[0] and "long.webp" in errors[0]
    assert below(out) == ["a.jpg", "day 2/b.png", "day 2/c.webp"]


@pytest.mark.slow
def test_damaged_tiffs_are_one_line_whatever_libraries_say(
    process, weights, tmp_path, refused
):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "d.tif", compression="tiff_deflate")
    data = bytearray((tmp_path / "d.tif").read_bytes())
    data[len(data) // 2 : len(data) // 2 + 400] = bytes(400)
    (tmp_path / "d.tif").write_bytes(data)
    refused(process("cartoonize", "d.tif", "--weights", weights), "d.tif")


def test_a_bad_file_among_many_is_named_and_the_others_are_done(
    command, holiday, weights
):
    (holiday / "broken.jpg").write_text("no photo")
    (holiday / "empty.png").touch()
    out = holiday.parent / "cartoons"
    result = command(
        "cartoonize", holiday, "nowhere.png", "--weights", weights, "--out", out
    )
    assert result.returncode == 2
    errors = [la for la in result.stderr.splitlines() if la.startswith("error: ")]
    assert len(errors) == 3
    for name in ("broken.jpg", "empty.png", "nowhere.png"):
        assert sum(name in line for line in errors) == 1
    assert "Traceback" not in result.stderr
    assert below(out) == ["a.jpg", "day 2/b.png", "day 2/c.webp"]


def test_nothing_is_overwritten_unasked(command, photo, weights, tmp_path, refused):
    (tmp_path / "c.png").write_text("mine")
    arguments = (photo, "--weights", weights, "--out", "c.png")
    refused(command("cartoonize", *arguments), "--overwrite", "c.png")
    assert (tmp_path / "c.png").read_text() == "mine"
    assert command("cartoonize", *arguments, "--overwrite").returncode == 0
    assert pixels(tmp_path / "c.png").shape == (36, 50, 3)


def make_bad_photos(folder):
    (folder / "empty.jpg").touch()
    (folder / "text.jpg").write_text("this is no picture")
    images.write(folder / "cut.jpg", samples.draw_photo(1, 40, 40))
    whole = (folder / "cut.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "hollow").mkdir()


@pytest.mark.parametrize(
    "name, rule",
    [
        ("absent.jpg", "must exist"),
        ("empty.jpg", "must not be empty"),
        ("text.jpg", "must be a JPEG, PNG"),
        ("cut.jpg", "must be whole"),
        ("hollow", "must hold pictures"),
        ("no*.jpg", "must match files"),
    ],
)
def test_bad_photos_are_refused(command, weights, tmp_path, refused, name, rule):
    make_bad_photos(tmp_path)
    result = command("cartoonize", name, "--weights", weights, "--out", "o/c.png")
    refused(result, rule, name)
    assert not (tmp_path / "o").exists()


def test_bad_weights_are_refused(command, photo, tmp_path, refused):
    import keras

    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    other.save(tmp_path / "other.keras")
    (tmp_path / "text.keras").write_text("no weights")
    for name in ("other.keras", "text.keras", "absent.keras", "photo.png"):
        result = command("cartoonize", photo, "--weights", name, "--out", "c.png")
        refused(result, "Weights must", name)
    assert not (tmp_path / "c.png").exists()


def test_styles_without_weights_or_unknown_are_refused(command, photo, refused):
    result = command("cartoonize", photo, "--style", "hosoda")
    refused(result, "no weights for style hosoda", "train --style hosoda --install")
    for unknown in ("ghibli", "my.style", "a/b"):
        result = command("cartoonize", photo, "--style", unknown)
        refused(result, "must be one of", "paprika", unknown)
    refused(command("cartoonize", photo), "no weights for style pepper")


@pytest.mark.parametrize(
    "flags, rule",
    [
        (("--strength", "2"), "must be in 0..1. Received: 2.0"),
        (("--max-size", "0"), "must be at least 1. Received: 0"),
        (("--max-memory", "much"), "such as 2G. Received: much"),
        (("--style", "hayao"), "must not both be given"),
        (("--out", "photo.png/x/c.png"), "must be writable"),
        (("--out", "c.tiff"), "must be a folder, or end in .jpeg"),
        (("--out", "o.xyz"), "Received: o.xyz (a folder of that name would be o.xyz/)"),
        (("--out", "w"), "must not be a folder's"),
        (("--style", ""), "must not both be given"),
        (("--strength", "much"), "invalid float value"),
    ],
)
def test_bad_flags_are_refused(command, photo, weights, refused, flags, rule):
    if flags[1] == "w":
        (photo.parent / "w" / "photo.png").mkdir()
    refused(command("cartoonize", photo, "--weights", weights, *flags), rule)


def test_several_photos_need_a_folder(command, holiday, weights, refused):
    result = command("cartoonize", holiday, "--weights", weights, "--out", "c.png")
    refused(result, "must be a folder for several photos", "c.png for 3 photos")
    refused(command("cartoonize", holiday, "--weights", weights), "must name a folder")


# ---------------------------------------------------------------- as a user would


@pytest.mark.parametrize("name", ["cartoonize", "train", "convert", "draw"])
def test_help_has_examples_and_needs_no_tensorflow(process, name, monkeypatch):
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    result = process(name, "--help")
    assert result.returncode == 0
    assert "examples:" in result.stdout
    assert "cartoongan_tf" in result.stderr
    assert "tensorflow" not in result.stderr


@pytest.mark.slow
def test_a_fresh_process_says_one_line_and_no_more(process, photo, refused):
    (photo.parent / "text.keras").write_text("no weights")
    refused(process("cartoonize", photo, "--weights", "text.keras"), "text.keras")


@pytest.mark.slow
def test_a_fresh_process_draws_without_a_word(process, photo, weights):
    result = process("cartoonize", photo, "--weights", weights, "--out", "c.png")
    assert (result.returncode, result.stderr) == (0, "")
    assert pixels(photo.parent / "c.png").shape == (36, 50, 3)


@pytest.mark.slow
def test_real_photos_through_a_published_network(command, shared, tmp_path):
    source = shared / "weights" / "paprika.npz"
    assert command("convert", "authors", source, "--out", "p.keras").returncode == 0
    photos = sorted((shared / "photos").glob("*.jpg"))[:2]
    result = command("cartoonize", *photos, "--weights", "p.keras", "--out", "o")
    assert result.returncode == 0, result.stderr
    for photo in photos:
        cartoon = pixels(tmp_path / "o" / photo.name).astype(int)
        assert cartoon.shape == pixels(photo).shape
        assert 10 < np.abs(cartoon - pixels(photo)).mean() < 90


def test_a_link_to_itself_is_an_error_line_and_the_others_are_drawn(
    command, weights, tmp_path
):
    images.write(tmp_path / "in" / "a.png", samples.draw_photo(1, 32, 40))
    (tmp_path / "in" / "loop.png").symlink_to("loop.png")
    result = command("cartoonize", "in", "--weights", weights, "--out", "out")
    assert result.returncode == 2
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("error: ") and "loop.png" in line
    assert (tmp_path / "out" / "a.png").is_file()


# ---------------------------------------------------------------- films


@pytest.fixture
def film(tmp_path):
    large = samples.draw_photo(1, 80, 100)
    pictures = [large[n : n + 48, n : n + 64] for n in range(20)]
    return write_film(tmp_path / "film.mp4", pictures)


def count(path):
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_a_film_becomes_a_cartoon(command, film, weights, tmp_path):
    result = command("cartoonize", film, "--weights", weights, "--out", "o/c.mp4")
    assert (result.returncode, result.stderr) == (0, "")
    assert count(tmp_path / "o" / "c.mp4") == 20
    assert below(tmp_path / "o") == ["c.mp4"]


@pytest.mark.slow
def test_a_film_in_the_default_style_needs_no_tensorflow(film, tmp_path):
    code = (
        "import sys; from cartoongan_tf.cartoonize import main\n"
        "assert main(['film.mp4', '--preview', '0.3']) == 0\n"
        "assert not {'tensorflow', 'keras'} & sys.modules.keys()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": ""},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "film_preview.mp4").is_file()


def test_of_a_preview_so_much_is_drawn(command, film, weights, tmp_path):
    flags = ("--preview", "0.5", "--start", "0:00.5", "--strength", "0.5")
    result = command("cartoonize", film, "--weights", weights, *flags)
    assert (result.returncode, result.stderr) == (0, "")
    assert count(tmp_path / "film_preview.mp4") == 6


@pytest.mark.parametrize(
    "flags, told",
    [
        (("--out", "cartoon"), "A film's name must end in .mp4"),
        (("--out", "film.mp4"), "must not replace its film"),
        (("--out", "c.gif", "--codec", "vp9"), "`--codec` must be absent for .gif"),
        (("--start", "9"), "`--start` must lie in the film"),
        (("--compare",), "`--compare` must go with photos"),
    ],
)
def test_what_cannot_be_done_with_a_film_is_one_line(
    command, film, weights, tmp_path, refused, flags, told
):
    before = film.read_bytes()
    refused(command("cartoonize", film, "--weights", weights, *flags), told)
    assert film.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["film.mp4", "w"]


@pytest.mark.parametrize("make, told", [
    (lambda path: path.write_bytes(b""), "must not be empty"),
    (lambda path: path.write_bytes(path.read_bytes()[:900]), "must be a whole video"),
    (lambda path: path.unlink(), "must exist"),
    (lambda path: write_sound(path), "must have a picture"),
])  # fmt: skip
def test_what_is_no_film_is_one_line(
    command, film, weights, tmp_path, refused, make, told
):
    make(film)
    result = command("cartoonize", film, "--weights", weights, "--out", "c.mp4")
    refused(result, told, "film.mp4")
    assert not list(tmp_path.glob("c.*"))


def write_sound(path):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        silence = np.zeros((1, 1024), np.float32)
        frame = av.AudioFrame.from_ndarray(silence, "fltp", "mono")
        frame.sample_rate, frame.pts = 44100, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode())


def test_a_film_that_fails_does_not_stop_the_next(
    command, film, weights, tmp_path, refused, monkeypatch
):
    from cartoongan_tf.video import jobs

    write_film(tmp_path / "second.mp4", [samples.draw_photo(2, 48, 64)] * 3)
    run = jobs.Job.run

    def fail(job, *arguments):
        if job.source.name == "film.mp4":
            raise OSError(28, "No space left on device")
        return run(job, *arguments)

    monkeypatch.setattr(jobs.Job, "run", fail)
    inputs = (film, tmp_path / "second.mp4")
    result = command("cartoonize", *inputs, "--weights", weights, "--out", "o/")
    refused(result, "No space left", "film.mp4")
    assert below(tmp_path / "o") == ["second.mp4"]
