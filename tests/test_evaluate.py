"""Facts about the command that scores generators."""

import json
import os

import pytest

from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


@pytest.fixture
def given(tmp_path):
    for seed in range(4):
        photo = samples.draw_photo(seed, 40, 48)
        images.write(tmp_path / "photos" / f"{seed}.png", photo)
    Generator(2, 1).save(tmp_path / "teacher.keras")
    Generator(2, 1).save(tmp_path / "other.keras")
    return "--teacher", "teacher.keras", "--photos", "photos"


def test_a_teacher_scored_against_itself_is_perfect(command, given, tmp_path):
    result = command(
        *("evaluate", "--weights", "teacher.keras", "other.keras", *given),
        *("--json", "scores.json", "--sheet", "sheet.png", "--rows", 2),
    )
    assert result.returncode == 0, result.stderr
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert scores["teacher.keras"]["ssim"] == 1
    assert scores["teacher.keras"]["psnr"] == float("inf")
    assert scores["other.keras"]["psnr"] < 60
    assert scores["the photo itself"]["psnr"] < 60
    assert "| teacher.keras | inf | inf | 1 | 1 | 1 |" in result.stdout
    sheet = images.read(tmp_path / "sheet.png").pixels
    assert sheet.shape[0] * sheet.shape[1] >= 2 * 4 * 40 * 48


def test_squares_and_held_out_photos(command, given):
    result = command(
        *("evaluate", "--weights", "other.keras", *given),
        *("--square", 32, "--hold-out", 3),
    )
    assert result.returncode == 0, result.stderr
    assert "| 2 photos |" in result.stdout


@pytest.mark.parametrize(
    "flags, said",
    [
        ([], "One of `--style` and `--weights` must be given"),
        (["--weights", "other.keras", "--hold-out", 0], "`--hold-out` must be"),
        (["--weights", "no.keras"], "No such file"),
        (["--weights", "other.keras", "--json", "teacher.keras"], "--overwrite"),
        (["--weights", "other.keras", "--sheet", "s.txt"], "s.txt"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(command, given, flags, said):
    result = command("evaluate", *flags, *given)
    assert result.returncode == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.slow
def test_photos_that_cannot_be_scored_are_named_counted_and_in_no_mean(
    process, given, tmp_path
):
    photos = tmp_path / "photos"
    flags = "evaluate", "--weights", "other.keras", *given, "--json"
    assert process(*flags, "good.json").returncode == 0
    images.write(photos / "low.png", samples.draw_photo(9, 40, 80)[:10])
    (photos / "bad.jpg").write_text("no photo")
    (photos / "link.jpg").symlink_to("nowhere")
    (photos / "3.png").rename(photos / os.fsdecode(b"3\xe9.png"))
    os.rename(tmp_path / "other.keras", tmp_path / os.fsdecode(b"o\xe9.keras"))
    result = process(
        *("evaluate", "--weights", os.fsdecode(b"o\xe9.keras"), *given),
        *("--json", "scores.json"),
    )
    assert result.returncode == 0, result.stderr
    told = [line for line in result.stderr.splitlines() if "Skipped." in line]
    assert len(told) == 3 and all(line.startswith("warning: ") for line in told)
    for words in ("bad.jpg", "link.jpg", "at least 11 pixels", "80x10"):
        assert words in "".join(told)
    assert "| 4 photos |" in result.stdout
    assert "Skipped, and in no score: 3 photos." in result.stdout
    assert "| o\\udce9.keras |" in result.stdout
    good, scores = (
        json.loads((tmp_path / name).read_text())
        for name in ("good.json", "scores.json")
    )
    assert list(scores.values()) == list(good.values())


def test_no_photo_that_can_be_scored_is_an_error(command, given, tmp_path):
    images.write(tmp_path / "low" / "a.png", samples.draw_photo(9, 40, 80)[:10])
    flags = "--teacher", "teacher.keras", "--photos", "low"
    result = command("evaluate", "--weights", "other.keras", *flags)
    assert result.returncode == 2
    error = result.stderr.strip().splitlines()[-1]
    assert error.startswith("error: At least one photo must be fit to be scored")
    assert "Received: 1, none of which is" in error and "80x10" in error
