"""Facts about the command that trains."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.networks import vgg
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples
from cartoongan_tf.training.callbacks import read_history
from cartoongan_tf.training.runs import Run

ROOT = Path(__file__).resolve().parent.parent

QUICK = (
    "--epochs", "1", "--init-epochs", "1", "--steps-per-epoch", "2",
    "--batch-size", "1", "--image-size", "40", "--filters", "2", "--num-blocks", "0",
)  # fmt: skip


@pytest.fixture
def mine(tmp_path):
    """A user's own data, in data/mine."""
    for number in range(3):
        folder = tmp_path / "data" / "mine"
        photo = samples.draw_photo(number, 40, 48)
        images.write(folder / "photos" / f"{number}.jpg", photo)
        cartoon = samples.draw_cartoon(number, "hosoda", 40, 48)
        images.write(folder / "cartoons" / f"{number}.png", cartoon)
    return folder


@pytest.mark.slow
def test_without_data_the_first_line_says_that_the_sample_set_is_used(
    command, tmp_path
):
    result = command("train", "--style", "hosoda", *QUICK)
    assert result.returncode == 0, result.stderr
    first = result.stdout.splitlines()[0]
    assert "data/hosoda" in first and "built-in sample set" in first
    assert "random weights" not in result.stdout
    run = tmp_path / "runs" / "hosoda" / "00001"
    assert (run / "generator.keras").is_file()
    assert f"--weights {run.relative_to(tmp_path)}/generator.keras" in result.stdout


@pytest.mark.parametrize("flags", [("--data", "mine"), ("--data", "data"), ()])
def test_a_folder_that_was_named_must_be_there(command, tmp_path, refused, flags):
    (tmp_path / "mine").mkdir()
    (tmp_path / "data").mkdir()
    if not flags:  # not named, but somebody put something there
        (tmp_path / "data" / "paprika").symlink_to("nowhere")
    named = flags[1] if flags else "data"
    result = command("train", "--style", "paprika", *flags, *QUICK)
    refused(result, "No such folder", f"{named}/paprika/photos")
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_ones_own_data_is_trained_on(command, mine, tmp_path):
    result = command("train", "--style", "mine", "--vgg-weights", "random", *QUICK)
    assert result.returncode == 0, result.stderr
    assert "sample set, drawn" not in result.stdout
    run = tmp_path / "runs" / "mine" / "00001"
    config = json.loads((run / "config.json").read_text())
    assert config["data"] == str(mine)
    assert config["content_weight"] == 6e-4
    assert len(list((mine / "smooth").glob("*.png"))) == 3


@pytest.mark.slow
def test_a_dry_run_prints_the_plan_and_makes_nothing(command, tmp_path):
    result = command("train", "--style", "hayao", "--dry-run", "--seed", "5")
    assert result.returncode == 0, result.stderr
    assert "seed: 5" in result.stdout
    assert "steps: 1200 initialization + 250 joint = 1450" in result.stdout
    last = result.stdout.splitlines()[-1]
    assert re.fullmatch(
        r"time: about \d+ (seconds|minutes|hours) on this machine", last
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_dry_run_prints_the_recipe(command):
    flags = "--style", "hayao", "--dry-run", "--recipe", "paper", "--balance", "0.4"
    result = command("train", *flags, "--filters", "2", "--num-blocks", "0")
    for line in ("content_weight: 10.0", "adversarial_loss: log", "balance: 0.4"):
        assert line in result.stdout.splitlines()


@pytest.mark.slow
def test_cyclegan_is_trained_by_the_same_command(command, tmp_path):
    flags = [f for f in QUICK if f not in ("--init-epochs",)]
    flags.remove("1")
    result = command("train", "--style", "hayao", "--model", "cyclegan", *flags)
    assert result.returncode == 0, result.stderr
    run = tmp_path / "runs" / "hayao" / "00001"
    (row,) = read_history(run / "history.csv")
    assert row["phase"] == "joint" and float(row["cycle_loss"]) > 0
    images.write(tmp_path / "p.png", samples.draw_photo(1, 32, 32))
    weights = str(run / "generator.keras")
    done = command("cartoonize", "p.png", "--weights", weights, "--out", "c.png")
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_u_gat_it_is_trained_by_the_same_command(command, tmp_path):
    flags = "--filters 2 --d-filters 2 --num-blocks 1 --epochs 1 --steps-per-epoch 2"
    flags += " --batch-size 1 --cam-weight 100"
    result = command("train", "--style", "hayao", "--model", "ugatit", *flags.split())
    assert result.returncode == 0, result.stderr
    run = tmp_path / "runs" / "hayao" / "00001"
    (row,) = read_history(run / "history.csv")
    assert float(row["cam_loss"]) > 0 < float(row["identity_loss"])
    images.write(tmp_path / "p.png", samples.draw_photo(1, 33, 47))
    weights = str(run / "generator.keras")
    done = command("cartoonize", "p.png", "--weights", weights, "--out", "c.png")
    assert done.returncode == 0, done.stderr
    assert images.read(tmp_path / "c.png").pixels.shape == (33, 47, 3)
    again = command("train", "--resume", run, "--epochs", "2")
    assert again.returncode == 0, again.stderr
    assert len(read_history(run / "history.csv")) == 2
    refused = command("train", "--style", "hayao", "--model", "ugatit", "--pool", "5")
    assert refused.returncode == 2 and refused.stderr.count("\n") == 1
    assert "`pool` must go with model=cartoongan or cyclegan" in refused.stderr


@pytest.mark.slow
def test_an_installed_generator_is_found_by_its_style(command, tmp_path):
    result = command("train", "--style", "hayao", "--install", *QUICK)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "saved_models" / "hayao" / "generator.keras").is_file()
    images.write(tmp_path / "p.png", samples.draw_photo(1, 32, 32))
    assert command("cartoonize", "p.png", "--style", "hayao").returncode == 0


@pytest.mark.slow
def test_a_run_is_made_longer_by_resume(command, tmp_path):
    assert command("train", "--style", "hayao", *QUICK).returncode == 0
    run = tmp_path / "runs" / "hayao" / "00001"
    result = command("train", "--resume", run, "--epochs", "2")
    assert result.returncode == 0, result.stderr
    rows = read_history(run / "history.csv")
    assert [row["step"] for row in rows] == ["2", "4", "6"]
    assert json.loads((run / "config.json").read_text())["epochs"] == 2
    assert [p.name for p in run.parent.iterdir()] == ["00001"]


@pytest.mark.slow
def test_damaged_pictures_are_named_and_counted(process, mine):
    (mine / "photos" / "1.jpg").write_text("no photo")
    result = process("train", "--style", "mine", "--vgg-weights", "random", *QUICK)
    assert result.returncode == 0, result.stderr
    assert "Damaged and skipped: 1 picture." in result.stdout
    named = [line for line in result.stderr.splitlines() if "1.jpg" in line]
    assert len(named) == 1 and named[0].startswith("warning: ")


@pytest.mark.slow
def test_links_to_nothing_are_skipped_and_names_may_be_of_any_bytes(process, mine):
    for part, suffix in (("photos", "jpg"), ("cartoons", "png")):
        (mine / part / "link.png").symlink_to("nowhere")
        (mine / part / "loop.png").symlink_to("loop.png")
        odd = mine / part / os.fsdecode(b"caf\xe9." + suffix.encode())
        (mine / part / f"1.{suffix}").rename(odd)
    flags = "--style", "mine", "--vgg-weights", "random", *QUICK
    result = process("train", *flags)
    assert result.returncode == 0, result.stderr
    assert "Damaged and skipped: 4 pictures." in result.stdout
    for name in ("photos/link", "photos/loop", "cartoons/link", "cartoons/loop"):
        named = [line for line in result.stderr.splitlines() if f"{name}.png" in line]
        assert len(named) == 1 and "warning: Skipped." in named[0]
    assert (mine / "smooth" / os.fsdecode(b"caf\xe9.png.png")).is_file()
    run = mine.parent.parent / "runs" / "mine" / "00001"
    again = process("train", "--resume", run, "--epochs", "2")
    assert again.returncode == 0, again.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "flags, words",
    [
        (("--image-size", "254"), ("must be a multiple of 4", "image_size=254")),
        (("--image-size", "28"), ("at least 32", "image_size=28")),
        (("--batch-size", "0"), ("`batch_size` must be at least 1", "batch_size=0")),
        (("--style", "ghibli"), ("hayao, hosoda, paprika, pepper, shinkai", "ghibli")),
        (("--resume", "."), ("must be a run's folder", "config.json")),
        (("--resume", "absent"), ("must be a run's folder", "absent")),
        (("--runs", "file/runs"), ("must be writable", "file/runs")),
        (("--epochs", "0", "--init-epochs", "0"), ("must not both be 0",)),
        (("--vgg-weights", "no.h5"), ("--vgg-weights", "no.h5")),
        (("--content-weight", "inf"), ("content_weight=inf",)),
        (("--epochs", "many"), ("--epochs", "many", "--help")),
        (("--filters", "1000000000"), ("OOM",)),
    ],
)
def test_bad_flags_are_refused(command, tmp_path, refused, flags, words):
    (tmp_path / "file").touch()
    refused(command("train", *flags), *words)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_resume_takes_no_other_flags(command, tmp_path, refused):
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "config.json").write_text("{}")
    result = command("train", "--resume", "r", "--batch-size", "4", "--runs", "x")
    refused(result, "takes everything but --epochs", "--runs, --batch-size")


@pytest.mark.slow
def test_a_refused_resume_leaves_the_run_as_it_was(command, tmp_path, refused):
    assert command("train", "--style", "hayao", *QUICK).returncode == 0
    run = tmp_path / "runs" / "hayao" / "00001"
    config = (run / "config.json").read_text()
    result = command("train", "--resume", run, "--epochs", "0")
    assert result.returncode == 2
    assert "must not be less than what is done" in result.stderr
    assert (run / "config.json").read_text() == config


@pytest.mark.slow
def test_a_run_is_trained_by_one_process_at_a_time(command, tmp_path):
    assert command("train", "--style", "hayao", *QUICK).returncode == 0
    run = Run.open(tmp_path / "runs" / "hayao" / "00001")
    with run.locked():
        result = command("train", "--resume", run.folder, "--epochs", "2")
    assert result.returncode == 2
    assert "by one process at a time" in result.stderr


def test_an_install_that_cannot_work_is_refused_before_training(
    command, tmp_path, refused
):
    (tmp_path / "saved_models").touch()
    result = command("train", "--style", "hayao", "--install", *QUICK)
    refused(result, "must be writable", "saved_models")
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_a_full_disk_is_one_line(process, tmp_path):
    # No file may grow beyond 100 kB: the backup cannot be written.
    code = (
        "import resource, sys, runpy, signal; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
        "sys.argv = ['train', *sys.argv[1:]]; "
        "runpy.run_module('cartoongan_tf.train', run_name='__main__')"
    )
    quick = [*QUICK[:-4], "--filters", "16", "--num-blocks", "1"]
    result = subprocess.run(
        [sys.executable, "-c", code, "--style", "hayao", *quick],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stderr.strip().splitlines()[-1].startswith("error: ")


def test_a_folder_of_data_without_its_parts_is_refused(command, tmp_path, refused):
    (tmp_path / "data" / "mine").mkdir(parents=True)
    refused(command("train", "--style", "mine"), "mine/photos")
    (tmp_path / "data" / "mine" / "photos").mkdir()
    (tmp_path / "data" / "mine" / "cartoons").mkdir()
    refused(command("train", "--style", "mine"), "must hold pictures", "photos")


def test_vgg_weights_that_cannot_be_had_stop_before_anything_is_made(
    command, mine, tmp_path, refused, monkeypatch
):
    import keras

    def refuse(*args, **kwargs):
        raise Exception("no route to host")

    monkeypatch.setattr(keras.applications, "VGG19", refuse)
    before = {p.name for p in tmp_path.iterdir()}
    (tmp_path / "short.npz").write_bytes(vgg.SHIPPED.read_bytes()[:1000])
    for flags in (
        ("--vgg-weights", "short.npz"),
        ("--content-network", "vgg16", "--vgg-weights", "short.npz"),
    ):
        result = command("train", "--style", "mine", *flags, *QUICK)
        refused(result, "`--vgg-weights` must be", "short.npz")
    (tmp_path / "short.npz").unlink()
    assert {p.name for p in tmp_path.iterdir()} == before


def test_weights_of_another_network_or_changed_ones_stop_before_anything_is_made(
    command, mine, tmp_path, refused, monkeypatch
):
    before = {p.name for p in tmp_path.iterdir()}
    names = vgg.convolutions("vgg19")
    wrong = {f"{name}/{x}": np.zeros(1) for name in names for x in ("kernel", "bias")}
    np.savez(tmp_path / "wrong.npz", **wrong)
    flags = "--style", "mine", "--content-network", "vgg16"
    result = command("train", *flags, "--vgg-weights", "wrong.npz", *QUICK)
    refused(result, "`--vgg-weights` must be", "wrong.npz")
    (tmp_path / "wrong.npz").unlink()

    changed = bytearray(vgg.SHIPPED.read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "vgg16.npz").write_bytes(changed)
    monkeypatch.setattr(vgg, "SHIPPED", tmp_path / "elsewhere" / "vgg16.npz")
    for more in ((), ("--discriminator", "features", "--content-network", "random")):
        result = command("train", *flags, *more, *QUICK)
        refused(result, "must have the sha256", "install it again")
    assert {p.name for p in tmp_path.iterdir()} == before | {"elsewhere"}


@pytest.mark.slow
def test_without_internet_vgg16_takes_vgg19s_place_and_a_line_says_so(
    command, mine, monkeypatch
):
    import keras

    def refuse(*args, **kwargs):
        raise Exception("no route to host")

    monkeypatch.setattr(keras.applications, "VGG19", refuse)
    result = command("train", "--style", "mine", "--content-network", "vgg19", *QUICK)
    assert result.returncode == 0, result.stderr
    (line,) = [each for each in result.stdout.splitlines() if "VGG16" in each]
    assert "no route to host" in line and "takes its place" in line


@pytest.mark.slow
def test_ctrl_c_ends_a_run_cleanly_and_resume_ends_it_as_planned(process, tmp_path):
    quick = list(QUICK)
    quick[1] = "200"
    running = subprocess.Popen(
        [sys.executable, "-m", "cartoongan_tf.train", "--style", "hayao", *quick],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    run = tmp_path / "runs" / "hayao" / "00001"
    until = time.monotonic() + 240
    while len(read_history(run / "history.csv")) < 4:
        assert time.monotonic() < until and running.poll() is None
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    output, errors = running.communicate(timeout=120)
    assert running.returncode == 130
    assert "Traceback" not in errors
    assert f"--resume {run.relative_to(tmp_path)}" in errors
    done = len(read_history(run / "history.csv"))
    assert 4 <= done < 201
    result = process("train", "--resume", run, "--epochs", done + 2)
    assert result.returncode == 0, result.stderr
    steps = [int(row["step"]) for row in read_history(run / "history.csv")]
    assert steps == [2 * n for n in range(1, done + 4)]


# ---------------------------------------------------------------- it learns


def edges_of(regions):
    labels = regions.astype(np.float32)
    box = np.ones((3, 3), np.uint8)
    return (cv2.dilate(labels, box) != cv2.erode(labels, box)).astype(np.uint8)


def texture(picture, regions):
    """Median step between neighbours, away from the borders of things.

    The median: a cartoon's shade bands and stray lines are few and strong.
    """
    inside = cv2.dilate(edges_of(regions), np.ones((9, 9), np.uint8)) == 0
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float(np.median(np.abs(cv2.Laplacian(grey, cv2.CV_32F))[inside]))


def outline(picture, regions):
    """How much darker than their surroundings the borders of things are, in levels."""
    border = edges_of(regions)
    beside = cv2.dilate(border, np.ones((13, 13), np.uint8)) == 1
    beside &= cv2.dilate(border, np.ones((7, 7), np.uint8)) == 0
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float(grey[beside].mean() - grey[border == 1].mean())


@pytest.mark.slow
def test_minutes_on_the_sample_set_flatten_texture_and_draw_outlines(command, tmp_path):
    result = command("train", "--style", "hayao")
    assert result.returncode == 0, result.stderr
    draw = Cartoonizer(
        tmp_path / "runs" / "hayao" / "00001" / "generator.keras",
        draw_size="full",
        color="style",
    )
    # Scenes of seeds that training, which draws from seed 0, has not seen.
    before, after = [], []
    for seed in range(7_000_000, 7_000_012):
        photo = samples.draw_photo(seed, 128, 176)
        regions = samples.draw_regions(seed, 128, 176)
        for picture, measures in ((photo, before), (draw(photo), after)):
            measures.append((texture(picture, regions), outline(picture, regions)))
    texture_before, outline_before = np.mean(before, 0)
    texture_after, outline_after = np.mean(after, 0)
    print(f"texture {texture_before:.1f} -> {texture_after:.1f}")
    print(f"outline {outline_before:.1f} -> {outline_after:.1f}")
    assert texture_after < 0.7 * texture_before
    assert outline_after > outline_before + 4
