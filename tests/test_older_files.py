"""Facts about files that earlier versions wrote: they load, and draw the same.

The goldens were made at commit e4d16e3, before modules moved into rooms: what each
generator draws of one picture of noise, a hash of its weights, and a run of two epochs
with what that version made of it by `train --resume RUN --epochs 3`.
"""

import csv
import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from cartoongan_tf.inference.weights import load_generator

ROOT = Path(__file__).resolve().parent.parent
GOLDENS = ROOT / "tests" / "goldens"
# Sums are rounded in another order on another processor; on the one that made the
# goldens the difference is 0.
CLOSE = 1e-5


@pytest.fixture(scope="module")
def before():
    with np.load(GOLDENS / "drawn_before_rooms.npz") as arrays:
        return dict(arrays)


def hash_of(generator):
    parts = [weight.tobytes() for weight in generator.get_weights()]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def draw(generator):
    noise = np.random.default_rng(13).uniform(-1, 1, (1, 32, 40, 3))
    return np.asarray(generator(noise.astype(np.float32)))


def test_a_light_generator_of_before_blocks_at_an_eighth_draws_its_picture(before):
    generator = load_generator(GOLDENS / "light_before_rooms.keras")
    assert (generator.deep, generator.block_norms) == (0, 1)
    assert np.abs(draw(generator) - before["light"]).max() <= CLOSE


def test_a_runs_generator_keeps_its_weights_and_its_picture(before):
    generator = load_generator(GOLDENS / "run_before_rooms" / "generator.keras")
    assert hash_of(generator) == str(before["run/weights"])
    assert np.abs(draw(generator) - before["run"]).max() <= CLOSE


@pytest.mark.slow
def test_a_run_goes_on_as_the_version_that_began_it_did(before, command, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(GOLDENS / "run_before_rooms", run)
    result = command("train", "--resume", run, "--epochs", 3)
    assert result.returncode == 0, result.stderr
    for name, golden in (("generator", "resumed"), ("generator-raw", "resumed-raw")):
        drawn = draw(load_generator(run / f"{name}.keras"))
        assert np.abs(drawn - before[golden]).max() <= 1e-3, name
    theirs = list(csv.DictReader(open(GOLDENS / "history_before_rooms.csv")))
    mine = list(csv.DictReader(open(run / "history.csv")))
    assert len(mine) == len(theirs) == 4
    for one, other in zip(mine, theirs, strict=True):
        assert (one["phase"], one["epoch"]) == (other["phase"], other["epoch"])
        for name in ("content_loss", "g_loss", "d_loss"):
            if other[name]:
                assert float(one[name]) == pytest.approx(float(other[name]), rel=1e-4)
