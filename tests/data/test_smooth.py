"""Facts about the edge-smoothed set on disk."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cartoongan_tf.data import batches
from cartoongan_tf.data.smooth import kernel_size
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


def stamps(folder):
    found = (folder / "smooth").glob("[!.]*.png")
    return {path.name: path.stat().st_mtime_ns for path in found}


def test_smooth_is_made_once_and_kept(folder):
    training_set = batches.open_folder(folder, 32)
    before = stamps(folder)
    assert set(before) == {f"{n}.png.png" for n in range(4)}
    assert not np.array_equal(training_set.cartoons[0], training_set.smooth[0])
    batches.open_folder(folder, 32)
    assert stamps(folder) == before


def test_a_changed_cartoon_is_smoothed_again_the_others_are_not(folder):
    batches.open_folder(folder, 32)
    before = stamps(folder)
    new = samples.draw_cartoon(99, "paprika", 60, 84)
    images.write(folder / "cartoons" / "2.png", new)
    batches.open_folder(folder, 32)
    after = stamps(folder)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"2.png.png"}
    shown = images.read(folder / "smooth" / "2.png.png").pixels
    assert np.abs(shown.astype(int) - new).mean() < 20


def test_a_smooth_picture_of_the_users_own_is_taken_and_never_overwritten(folder):
    own = np.full((60, 64, 3), 9, np.uint8)
    images.write(folder / "smooth" / "0.png", own)
    images.write(folder / "smooth" / "1.png.png", own)
    training_set = batches.open_folder(folder, 32)
    assert (training_set.smooth[0] == 9).all() and (training_set.smooth[1] == 9).all()
    assert np.array_equal(images.read(folder / "smooth" / "1.png.png").pixels, own)
    # One that we made and the user retouched is the user's from then on.
    batches.open_folder(folder, 32)
    images.write(folder / "smooth" / "2.png.png", own)
    images.write(
        folder / "cartoons" / "2.png", samples.draw_cartoon(5, "hosoda", 60, 84)
    )
    assert (batches.open_folder(folder, 32).smooth[2] == 9).all()


def test_another_training_size_asks_for_another_kernel(folder):
    large = samples.draw_cartoon(1, "hayao", 400, 500)
    images.write(folder / "cartoons" / "0.png", large)
    batches.open_folder(folder, 256)
    small_kernel = images.read(folder / "smooth" / "0.png.png").pixels
    batches.open_folder(folder, 64)
    large_kernel = images.read(folder / "smooth" / "0.png.png").pixels
    assert not np.array_equal(small_kernel, large_kernel)


@pytest.mark.parametrize(
    "height, image_size, expected", [(256, 256, 5), (384, 256, 5), (1080, 256, 15)]
)
def test_the_kernel_grows_with_the_picture(height, image_size, expected):
    pixels = np.zeros((height, height * 2, 3), np.uint8)
    assert kernel_size(pixels, image_size) == expected


def test_cartoons_that_differ_by_suffix_alone_have_each_their_own(folder):
    images.write(
        folder / "cartoons" / "0.jpg", samples.draw_cartoon(7, "hayao", 40, 40)
    )
    images.write(folder / "cartoons" / "0.jpg.png", np.zeros((44, 44, 3), np.uint8))
    for _ in range(2):
        pictures = batches.open_folder(folder, 32)
        assert len(set(pictures.smooth.sources)) == len(pictures.smooth)


@pytest.mark.slow
def test_a_killed_smoothing_goes_on_and_still_redoes_what_changes(folder):
    for number in range(40):
        cartoon = samples.draw_cartoon(number, "hayao", 120, 160)
        images.write(folder / "cartoons" / f"c{number:02d}.png", cartoon)
    code = (
        "from cartoongan_tf.data import batches, smooth; import time; "
        "real = smooth.smooth_edges; "
        "smooth.smooth_edges = lambda *a: (time.sleep(0.1), real(*a))[1]; "
        f"batches.open_folder({str(folder)!r}, 32)"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while len(stamps(folder)) < 5:
        assert running.poll() is None and time.monotonic() < until
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    before = stamps(folder)
    assert len(before) < 44
    name = sorted(before)[0].removesuffix(".png")
    images.write(folder / "cartoons" / name, samples.draw_cartoon(99, "hosoda"))
    batches.open_folder(folder, 32)
    after = stamps(folder)
    assert len(after) == 44
    assert {n for n in before if after[n] != before[n]} == {f"{name}.png"}


def test_a_copied_dataset_is_used_as_it_is(folder, tmp_path):
    batches.open_folder(folder, 32)
    before = {p.name: p.read_bytes() for p in (folder / "smooth").iterdir()}
    for path in (folder / "smooth").iterdir():
        os.utime(path)  # as `cp -r` does
    batches.open_folder(folder, 32)
    assert {p.name: p.read_bytes() for p in (folder / "smooth").iterdir()} == before


def test_a_cartoon_that_is_gone_is_skipped_though_its_smooth_is_there(folder):
    batches.open_folder(folder, 32)
    (folder / "cartoons" / "2.png").unlink()
    (folder / "cartoons" / "2.png").symlink_to("nowhere")
    with pytest.warns(UserWarning, match="Skipped.*2.png"):
        training_set = batches.open_folder(folder, 32)
    assert len(training_set.cartoons) == 3 and training_set.lost == 1
