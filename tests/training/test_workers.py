"""Facts about `train --strategy multi-worker`: two real processes on this machine."""

import csv
import json
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
from test_devices import environment, ports

from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

STEPS, EPOCHS = 6, 4
FLAGS = (
    "--init-epochs", "1", "--epochs", str(EPOCHS - 1), "--steps-per-epoch", str(STEPS),
    "--batch-size", "2", "--image-size", "32", "--filters", "2", "--num-blocks", "0",
    "--d-filters", "2", "--vgg-weights", "random", "--content-layer", "block1_conv2",
    "--ema", "0.9", "--balance", "0.5",
)  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "mine"
    for number in range(6):
        photo = samples.draw_photo(number, 48, 48)
        images.write(folder / "photos" / f"{number}.png", photo)
        cartoon = samples.draw_cartoon(number, "hosoda", 48, 48)
        images.write(folder / "cartoons" / f"{number}.png", cartoon)
    return folder.parent


def start(runs, data=None, resume=False, flags=()):
    """Both workers of a run, new or gone on with."""
    numbers = ports(2)
    what = ["--style", "mine", "--data", str(data), "--runs", str(runs), *FLAGS, *flags]
    if resume:
        what = ["--resume", str(runs / "mine" / "00001")]
    command = [sys.executable, "-m", "cartoongan_tf.train", *what]
    return [
        subprocess.Popen(
            [*command, "--strategy", "multi-worker"],
            env=environment(index, numbers),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for index in range(2)
    ]


def finish(workers, timeout=240):
    """What both print; ends those that still wait for one that is gone."""
    try:
        return [worker.communicate(timeout=timeout)[0] for worker in workers]
    finally:
        for worker in workers:
            worker.kill()


def rows(run):
    with open(run / "history.csv", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def unbroken(data, tmp_path_factory):
    runs = tmp_path_factory.mktemp("unbroken")
    workers = start(runs, data)
    printed = finish(workers)
    assert [worker.returncode for worker in workers] == [0, 0], "".join(printed)
    return runs / "mine" / "00001", printed


@pytest.mark.slow
def test_the_chief_alone_writes_one_run(unbroken):
    run, printed = unbroken
    assert [path.name for path in run.parent.iterdir()] == ["00001"]
    assert [int(row["step"]) for row in rows(run)] == [6, 12, 18, 24]
    assert "Done: " in printed[0] and "Done: " not in printed[1]
    assert "A worker: the chief, worker 0, writes the run." in printed[1]
    assert json.loads((run / "config.json").read_text())["batch_size"] == 2


@pytest.mark.slow
def test_killed_workers_go_on_from_the_backup_to_the_bit(unbroken, data, tmp_path):
    workers = start(tmp_path, data)
    run = tmp_path / "mine" / "00001"
    end = time.monotonic() + 240
    while not (run / "history.csv").exists() or len(rows(run)) < 2:
        assert time.monotonic() < end and workers[0].poll() is None
        time.sleep(0.05)
    workers[1].send_signal(signal.SIGKILL)  # the chief waits for it, or fails
    time.sleep(1)
    workers[0].send_signal(signal.SIGKILL)
    finish(workers)
    assert len(rows(run)) < EPOCHS

    workers = start(tmp_path, resume=True)
    printed = finish(workers)
    assert [worker.returncode for worker in workers] == [0, 0], "".join(printed)
    assert rows(run) == rows(unbroken[0])
    for name in ("generator.keras", "generator-raw.keras"):
        again, once = (
            keras.saving.load_model(each / name).get_weights()
            for each in (run, unbroken[0])
        )
        assert all(np.array_equal(*pair) for pair in zip(again, once, strict=True))


@pytest.mark.slow
def test_one_worker_told_to_stop_stops_both_with_a_backup(data, tmp_path):
    workers = start(tmp_path, data, flags=("--epochs", "500"))
    run = tmp_path / "mine" / "00001"
    end = time.monotonic() + 240
    while not (run / "history.csv").exists():
        assert time.monotonic() < end and workers[0].poll() is None
        time.sleep(0.05)
    workers[1].send_signal(signal.SIGTERM)
    printed = finish(workers)
    assert [worker.returncode for worker in workers] == [130, 130], printed
    assert 1 <= len(rows(run)) < 500
    assert list((run / "backup").glob("ckpt-*.index"))
