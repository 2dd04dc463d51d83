"""Facts about the command that draws what a camera sees, on a screen of Xvfb's."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def film(tmp_path):
    """Three seconds of a camera that moves over a drawn photo."""
    photo = samples.draw_photo(1, 160, 300)
    path = tmp_path / "film.avi"
    codec = cv2.VideoWriter_fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), codec, 25, (200, 144))
    for n in range(75):
        writer.write(np.ascontiguousarray(photo[:144, n : n + 200, ::-1]))
    writer.release()
    return path


@pytest.fixture(scope="module")
def screen():
    """The name of a screen that nobody sees."""
    if not shutil.which("Xvfb"):
        pytest.skip("Xvfb is not installed: apt-get install xvfb")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "800x600x24"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        yield f":{told.readline().strip()}"
    server.terminate()
    server.wait()


def start(folder, *flags, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "cartoongan_tf.live", *map(str, flags)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_a_film_is_drawn_to_its_end(film, screen, tmp_path):
    live = start(tmp_path, "--source", film, "--draw-size", 128, DISPLAY=screen)
    said, errors = live.communicate(timeout=120)
    assert (live.returncode, errors) == (0, "")
    assert "space: the cartoon, half of each, the photo" in said
    last = said.splitlines()[-1]
    assert last.startswith("Drew ") and " of 75 frames, by TFLite; " in last


@pytest.mark.slow
def test_keys_save_and_quit(film, screen, tmp_path):
    if not shutil.which("xdotool"):
        pytest.skip("xdotool is not installed: apt-get install xdotool")
    flags = ("--source", film, "--style", "hosoda", "--draw-size", 128, "--out", "kept")
    live = start(tmp_path, *flags, DISPLAY=screen)
    assert "help" in live.stdout.readline()

    def press(key):
        subprocess.run(
            ["xdotool", "mousemove", "60", "60", "key", key],
            env={**os.environ, "DISPLAY": screen},
            check=True,
        )

    kept = tmp_path / "kept"
    while live.poll() is None and not (kept.is_dir() and list(kept.glob("*.png"))):
        press("s")
        time.sleep(0.1)
    press("q")
    said, errors = live.communicate(timeout=120)
    assert (live.returncode, errors) == (0, "")
    assert "Saved: kept/live_hosoda_" in said
    assert images.read(next(iter(kept.glob("*.png")))).pixels.shape == (144, 200, 3)


def test_without_a_camera_it_is_one_line_and_2(process, refused):
    refused(process("live", "--source", "77"), "must be a camera", "--source film.mp4")


@pytest.mark.parametrize(
    "flags, rule",
    [
        (("--source", "absent.mp4"), "No such file: absent.mp4"),
        (("--source", "text.mp4"), "must have pictures that can be read"),
        (("--strength", "2"), "must be in 0..1. Received: 2.0"),
        (("--max-size", "3"), "must be at least 64. Received: 3"),
        (("--draw-size", "3"), "`draw_size` must be"),
        (("--style", "ghibli"), "must be one of"),
        (("--out", "text.mp4"), "must be"),
    ],
)
def test_bad_input_is_one_line_and_2(command, tmp_path, refused, flags, rule):
    (tmp_path / "text.mp4").write_text("no film")
    if "--style" not in flags:
        home = tmp_path / "saved_models" / "pepper"
        home.mkdir(parents=True)
        (home / "light.keras").touch()
    refused(command("live", *flags), rule)


def test_without_a_screen_it_is_one_line_and_2(film, tmp_path, refused):
    live = start(tmp_path, "--source", film, DISPLAY=":9876", WAYLAND_DISPLAY="")
    said, errors = live.communicate(timeout=120)
    assert said == ""
    live.stderr = errors
    refused(live, "must be a screen", "DISPLAY")
