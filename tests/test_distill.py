"""Facts about the command that teaches a light generator."""

import json
import os

import pytest

from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

SMALL = (
    *(
        "--windows",
        4,
        "--image-size",
        32,
        "--large-windows",
        2,
        "--large-border",
        0,
        "--large-size",
        40,
        "--margin",
        4,
        "--shift",
        0,
        "--hold-out",
        3,
        "--steps",
        4,
        "--epoch",
        2,
    ),
    *("--batch-size", 2, "--width", 2, "--trunk", 4, "--num-blocks", 1, "--deep", 1),
)


@pytest.fixture
def given(tmp_path):
    """A teacher and photos."""
    for seed in range(5):
        photo = samples.draw_photo(seed, 40, 48)
        images.write(tmp_path / "photos" / f"{seed}.png", photo)
    Generator(2, 1).save(tmp_path / "t.keras")
    return "--style", "mine", "--teacher", "t.keras", "--photos", "photos"


@pytest.mark.slow
def test_a_light_generator_is_taught_and_put_where_cartoonize_finds_it(
    command, given, tmp_path
):
    result = command("distill", *given, *SMALL, "--install")
    assert result.returncode == 0, result.stderr
    run = tmp_path / "runs" / "mine" / "light" / "00001"
    generator = load_generator(run / "generator.keras")
    assert type(generator) is LightGenerator
    assert set(json.loads((run / "scores.json").read_text())) >= {"psnr", "outline_f1"}
    assert "cartoonize photo.jpg --style mine" in result.stdout
    result = command("cartoonize", "photos/0.png", "--style", "mine", "--out", "c.png")
    assert result.returncode == 0, result.stderr
    assert images.read(tmp_path / "c.png").pixels.shape == (40, 48, 3)


@pytest.mark.slow
def test_photos_of_no_use_are_named_and_counted_whatever_their_names(
    process, given, tmp_path
):
    photos = tmp_path / "photos"
    # Every third is held out: 0.png, 3.png, and the two that are of no use for scores.
    (photos / "2.png").rename(photos / os.fsdecode(b"2\xe9.png"))
    (photos / "5.png").write_text("no picture")
    images.write(photos / "6.png", samples.draw_photo(6, 40, 90)[:10])
    (photos / "7.png").symlink_to("nowhere")
    result = process("distill", *given, *SMALL, "--windows", 24)
    assert result.returncode == 0, result.stderr
    told = [line for line in result.stderr.splitlines() if "Skipped." in line]
    assert [name in "".join(told) for name in ("5.png", "6.png", "7.png")] == [True] * 3
    assert "Damaged and skipped: 3 photos." in result.stdout


@pytest.mark.slow
def test_a_finished_run_goes_no_further(command, given, tmp_path):
    assert command("distill", *given, *SMALL).returncode == 0
    run = tmp_path / "runs" / "mine" / "light" / "00001"
    before = (run / "generator.keras").read_bytes()
    result = command("distill", "--resume", run)
    assert result.returncode == 0, result.stderr
    assert (run / "generator.keras").read_bytes() == before


@pytest.mark.slow
def test_a_run_of_an_earlier_version_goes_on(command, given, tmp_path):
    was = "--deep", 0, "--block-norms", 1, "--deep-norms", 1, "--ema", 0
    made = command("distill", *given, *SMALL, *was, "--optimizer", "adam")
    assert made.returncode == 0, made.stderr
    run = tmp_path / "runs" / "mine" / "light" / "00001"
    config = json.loads((run / "config.json").read_text())
    for name in (
        *("deep", "block_norms", "deep_norms", "ema", "optimizer", "shift"),
        *("large_windows", "large_size", "large_share", "large_border"),
    ):
        del config[name]
    config |= {"pairs": config.pop("windows"), "steps": 6}  # a count, in those days
    (run / "config.json").write_text(json.dumps(config))
    result = command("distill", "--resume", run)
    assert result.returncode == 0, result.stderr
    assert load_generator(run / "generator.keras").deep == 0
    assert json.loads((run / "config.json").read_text())["large_windows"] == 0


def test_dry_run_shows_the_plan_and_writes_nothing(command, given, tmp_path):
    result = command("distill", *given, *SMALL, "--dry-run")
    assert result.returncode == 0, result.stderr
    assert "photos: 3 to learn from, 2 held out" in result.stdout
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--style", "mine"], "none for --teacher, --photos"),
        (["--resume", "nowhere"], "`--resume` must be a run's folder"),
        (["--resume", "nowhere", "--steps", 5], "Received: --steps"),
    ],
)
def test_what_is_missing_is_said_in_one_line(command, arguments, said):
    result = command("distill", *arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "flags, said",
    [
        (["--teacher", "no.keras"], "No such file"),
        (["--image-size", 30], "`image_size` must be a multiple of 4"),
        (["--large-size", 32], "`large_size` must be more than `image_size`; --large"),
        (["--shift", 6], "`shift` must be a multiple of 4, and leave 32"),
        (["--margin", 32], "`margin` must be a multiple of 4, less than"),
        (["--steps", 0], "`steps` must be at least 1"),
        (["--detail-weight", -1], "`detail_weight` must be at least 0"),
        (["--hold-out", 1], "There must be photos to learn from"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(command, given, tmp_path, flags, said):
    result = command("distill", *given, *SMALL, *flags)
    assert result.returncode == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "runs").exists()
