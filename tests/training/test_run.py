"""Facts about whole training runs, on a tiny plan."""

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.pictures import images
from cartoongan_tf.plans import plans
from cartoongan_tf.plans.configs import plan_from_config
from cartoongan_tf.plans.plans import Plan
from cartoongan_tf.plans.recipes import SAMPLE_DEFAULTS
from cartoongan_tf.samples import samples
from cartoongan_tf.training.callbacks import read_history
from cartoongan_tf.training.doctor import Diverged
from cartoongan_tf.training.run import Training
from cartoongan_tf.training.runs import Run

TINY = {
    "epochs": 2,
    "init_epochs": 2,
    "steps_per_epoch": 3,
    "batch_size": 1,
    "image_size": 32,
    "filters": 2,
    "num_blocks": 1,
    "d_filters": 2,
    "vgg_weights": "random",
    "content_layer": "block1_conv2",
}


@pytest.fixture
def plan(tmp_path):
    return make_plan(tmp_path)


def make_plan(root):
    folder = root / "data" / "mine"
    for number in range(4):
        photo = samples.draw_photo(number, 40, 48)
        images.write(folder / "photos" / f"{number}.png", photo)
        cartoon = samples.draw_cartoon(number, "hayao", 40, 48)
        images.write(folder / "cartoons" / f"{number}.png", cartoon)
    return Plan("mine", str(folder), **TINY)


def train(plan, root, break_at=None):
    """A run, interrupted as by Ctrl-C after `break_at` steps."""
    training = prepared(plan)
    run = Run.create(root / "runs", plan.style, training.config())
    if break_at is not None:
        stop_at(training, break_at)
    return run, training, training.train(run)


def prepared(plan):
    training = Training(plan)
    training.prepare()
    return training


def stop_at(training, step):
    """Sends ourselves the signal that Ctrl-C sends, once that many steps are done."""

    def watch():
        until = time.monotonic() + 300  # a loaded machine traces for over a minute
        while getattr(training, "backup", None) is None or training.step < step:
            time.sleep(0.001)
            if time.monotonic() > until:
                return
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, daemon=True).start()


def files(run):
    return {
        path.relative_to(run.folder).as_posix()
        for path in run.folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
def test_a_run_owns_a_numbered_folder_with_everything_in_it(plan, tmp_path):
    run, training, finished = train(plan, tmp_path)
    assert finished
    assert run.folder == tmp_path / "runs" / "mine" / "00001"
    names = files(run)
    assert {"config.json", "history.csv", "generator.keras"} <= names
    grids = {f"samples/{p}_{e:04d}.png" for p in ("init", "joint") for e in (1, 2)}
    assert grids <= names
    assert any(n.startswith("logs/events") for n in names)
    assert any(n.startswith("backup/") for n in names)
    assert plan_from_config(run.read_config()) == plan
    assert Run.create(tmp_path / "runs", "mine", {}).folder.name == "00002"


@pytest.mark.slow
def test_history_has_a_row_an_epoch_with_every_metric(plan, tmp_path):
    run, _, _ = train(plan, tmp_path)
    rows = read_history(run.history)
    found = [(row["phase"], row["epoch"], row["step"]) for row in rows]
    assert found == [
        ("init", "1", "3"), ("init", "2", "6"),
        ("joint", "1", "9"), ("joint", "2", "12"),
    ]  # fmt: skip
    assert all(float(r["content_loss"]) > 0 for r in rows)
    assert rows[0]["g_loss"] == ""
    for name in ("g_loss", "d_loss", "d_cartoon", "d_smooth", "d_fake"):
        assert np.isfinite(float(rows[3][name])), name


@pytest.mark.slow
def test_two_runs_with_one_seed_give_the_same_history_and_weights(plan, tmp_path):
    first, one, _ = train(plan, tmp_path)
    second, two, _ = train(plan, tmp_path)
    assert first.history.read_text() == second.history.read_text()
    for a, b in zip(one.generator.weights, two.generator.weights, strict=True):
        assert np.array_equal(a, b)
    other, _, _ = train(dataclasses.replace(plan, seed=1), tmp_path)
    assert other.history.read_text() != first.history.read_text()


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """A run that nothing broke: its history, weights and last grids."""
    root = tmp_path_factory.mktemp("straight")
    run, training, _ = train(make_plan(root), root)
    names = ("init_0002.png", "joint_0002.png")
    grids = {name: images.read(run.samples / name).pixels for name in names}
    weights = [w.numpy() for w in training.generator.weights]
    return run.history.read_text(), weights, grids


def check_equal(run, training, straight):
    """That a run has ended as the one that nothing broke, to the bit."""
    history, weights, grids = straight
    assert run.history.read_text() == history
    assert all(map(np.array_equal, training.generator.weights, weights))
    for name, grid in grids.items():
        assert np.array_equal(images.read(run.samples / name).pixels, grid)


@pytest.mark.slow
@pytest.mark.parametrize("step", [2, 3, 7, 10])
def test_a_broken_run_goes_on_as_if_it_had_not_stopped(plan, tmp_path, straight, step):
    run, training, finished = train(plan, tmp_path, break_at=step)
    assert not finished
    assert step <= training.step < training.steps
    assert run.generator.is_file()
    rows = read_history(run.history)
    assert len(rows) == training.step // 3  # none for half an epoch
    again = prepared(plan_from_config(run.read_config()))
    assert again.train(run)
    check_equal(run, again, straight)


@pytest.mark.slow
@pytest.mark.parametrize(
    "seconds, killed_at, backed_up",
    [(600, 2, None), (0, 5, 4), (600, 8, 6), (0, 8, 7), (600, 12, 9)],
)
def test_a_killed_run_goes_on_from_its_last_backup_to_the_same_end(
    plan, tmp_path, straight, seconds, killed_at, backed_up
):
    training = prepared(plan)
    run = Run.create(tmp_path / "runs", plan.style, training.config())
    code = (
        "from cartoongan_tf.training import callbacks, runs; import os; "
        "from cartoongan_tf.plans import configs; "
        "from cartoongan_tf.training import run as training; "
        f"training.BACKUP_SECONDS = {seconds}; "
        f"run = runs.Run.open({str(run.folder)!r}); "
        "t = training.Training(configs.plan_from_config(run.read_config())); "
        "real = callbacks.Progress.on_train_batch_end; "
        "callbacks.Progress.on_train_batch_end = lambda self, *a, **k: ("
        f"os.kill(os.getpid(), 9) if t.step == {killed_at} else real(self, *a, **k)); "
        "t.prepare(); t.train(run)"
    )
    root = Path(__file__).resolve().parents[2]
    killed = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(root)},
        stderr=subprocess.DEVNULL,
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(read_history(run.history)) == (backed_up or 0) // 3
    again = prepared(plan_from_config(run.read_config()))
    if backed_up is not None:
        reader = tf.train.load_checkpoint(str(run.backup))
        assert reader.get_tensor("counter/.ATTRIBUTES/VARIABLE_VALUE") == backed_up
    assert again.train(run)
    check_equal(run, again, straight)


@pytest.mark.slow
def test_photos_and_cartoons_of_odd_sizes_train_and_go_on_to_the_bit(plan, tmp_path):
    rng = np.random.default_rng(0)
    for part in ("photos", "cartoons"):
        for name, size in {
            "a": (1, 1),
            "low": (5, 300),
            "panorama": (40, 3000),
        }.items():
            pixels = rng.integers(0, 256, (*size, 3), np.uint8)
            images.write(Path(plan.data) / part / f"{name}.png", pixels)
    run, whole, finished = train(plan, tmp_path)
    assert finished
    broken, _, finished = train(plan, tmp_path, break_at=8)
    assert not finished
    again = prepared(plan)
    assert again.train(broken)
    assert broken.history.read_text() == run.history.read_text()
    weights = (each.generator.get_weights() for each in (whole, again))
    assert all(map(np.array_equal, *weights))


@pytest.mark.slow
def test_a_finished_run_can_be_made_longer(plan, tmp_path):
    run, _, _ = train(plan, tmp_path)
    longer = prepared(dataclasses.replace(plan, epochs=3))
    assert longer.train(run)
    assert [r["step"] for r in read_history(run.history)] == ["3", "6", "9", "12", "15"]


@pytest.mark.slow
def test_a_run_that_goes_on_may_learn_at_another_rate(plan, tmp_path):
    run, first, _ = train(plan, tmp_path)
    still = dataclasses.replace(plan, epochs=3, learning_rate=0.0)
    again = prepared(still)
    assert again.train(run)
    for a, b in zip(first.generator.weights, again.generator.weights, strict=True):
        assert np.array_equal(a, b)
    networks = first.phases.networks, again.phases.networks
    judges = [each["discriminator"].get_weights() for each in networks]
    assert any(not np.array_equal(*pair) for pair in zip(*judges, strict=True))
    assert run.read_config()["learning_rate"] == 0.0


@pytest.mark.slow
def test_a_loss_that_is_no_number_stops_a_run_with_its_last_good_state(plan, tmp_path):
    wild = dataclasses.replace(plan, epochs=50, learning_rate=1e30)
    training = prepared(wild)
    run = Run.create(tmp_path / "runs", plan.style, training.config())
    with pytest.raises(Diverged, match="Received: .*loss=.*--resume"):
        training.train(run)
    assert all(row["content_loss"] != "nan" for row in read_history(run.history))
    generator = load_generator(run.generator)
    assert all(np.isfinite(w).all() for w in generator.get_weights())
    tame = prepared(dataclasses.replace(plan, learning_rate=0.0, epochs=3))
    assert tame.train(run)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "size"), [("cyclegan", 32), ("ugatit", 96)])
def test_a_baseline_trains_and_goes_on_to_the_bit(plan, tmp_path, model, size):
    given = {name: TINY[name] for name in ("filters", "num_blocks", "d_filters")}
    given |= {"epochs": 3, "steps_per_epoch": 3, "image_size": size, "batch_size": 2}
    plan = plans.make_plan("mine", plan.data, {"model": model, **given})
    run, training, finished = train(plan, tmp_path)
    assert finished and run.generator.exists() and run.curves.exists()
    broken, half, finished = train(plan, tmp_path, break_at=4)
    assert not finished
    again = prepared(plan)
    assert again.train(broken)
    assert broken.history.read_text() == run.history.read_text()
    for one, other in zip(
        training.phases.networks.values(), again.phases.networks.values(), strict=True
    ):
        assert all(map(np.array_equal, one.get_weights(), other.get_weights()))


@pytest.mark.slow
def test_a_backup_of_other_networks_is_an_error(plan, tmp_path):
    run, _, _ = train(plan, tmp_path)
    with pytest.raises(ValueError, match="must be whole and of the run's networks"):
        prepared(dataclasses.replace(plan, filters=3)).train(run)


@pytest.mark.slow
def test_a_backup_further_than_the_plan_is_an_error(plan, tmp_path):
    run, _, _ = train(plan, tmp_path)
    with pytest.raises(ValueError, match="9 steps, 12 done"):
        prepared(dataclasses.replace(plan, epochs=1)).train(run)
    assert run.read_config()["epochs"] == 2  # the refusal changed nothing


@pytest.mark.slow
def test_a_run_whose_backup_is_lost_does_not_begin_anew(plan, tmp_path):
    run, _, _ = train(plan, tmp_path)
    before = run.generator.read_bytes()
    shutil.rmtree(run.backup)
    with pytest.raises(ValueError, match="must have its backup"):
        prepared(dataclasses.replace(plan, epochs=3)).train(run)
    assert run.generator.read_bytes() == before


@pytest.mark.slow
def test_a_run_does_not_go_on_with_other_pictures(plan, tmp_path):
    run, _, _ = train(plan, tmp_path)
    folder = Path(plan.data)
    images.write(folder / "photos" / "new.png", samples.draw_photo(9, 40, 48))
    with pytest.raises(ValueError, match="5 photos, 4 cartoons.*at the start 4 photos"):
        Training(plan).check_pictures(run.read_config())


@pytest.mark.slow
def test_the_saved_generator_draws_what_the_last_grid_shows(plan, tmp_path):
    from cartoongan_tf.inference.cartoonizer import Cartoonizer

    run, training, _ = train(plan, tmp_path)
    grid = images.read(run.samples / "joint_0002.png").pixels
    cartoon = Cartoonizer(run.generator, draw_size="full", color="style")(
        training.grid[0]
    )
    shown = grid[-32:, :32]
    assert np.abs(cartoon.astype(int) - shown).max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_mixed_precision_trains_and_its_generator_draws(plan, tmp_path, precision):
    from cartoongan_tf.inference.cartoonizer import Cartoonizer

    run, training, finished = train(
        dataclasses.replace(plan, mixed_precision=precision, epochs=1), tmp_path
    )
    assert finished
    assert training.generator.get_layer("conv01_1").compute_dtype == precision
    assert (
        Cartoonizer(run.generator, draw_size="full", color="style")(
            training.grid[0]
        ).std()
        > 0
    )


@pytest.mark.slow
def test_the_sample_set_is_drawn_and_needs_no_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plan = Plan("hosoda", **SAMPLE_DEFAULTS)
    small = dataclasses.replace(plan, image_size=40)
    training = prepared(small)
    assert len(training.training_set.photos) == len(training.training_set.cartoons)
    assert training.steps > 100
    assert list(tmp_path.iterdir()) == []


def test_vgg16_takes_the_place_of_a_vgg19_that_cannot_be_downloaded(
    plan, tmp_path, monkeypatch
):
    import keras

    def refuse(*args, **kwargs):
        raise Exception("no route to host")

    monkeypatch.setattr(keras.applications, "VGG19", refuse)
    asked = dataclasses.replace(
        plan, vgg_weights="imagenet", content_layer="block3_conv4"
    )
    training = Training(asked)
    with pytest.raises(ValueError, match="no route to host.*--content-network vgg16"):
        training.prepare(is_new=False)  # it began with VGG19
    assert not (Path(plan.data) / "smooth").exists()
    training.prepare()
    assert "no route to host" in training.vgg_note
    features = training.phases.features
    assert (features.NETWORK, features.layer) == ("vgg16", "block3_conv3")
    assert training.config()["content_network"] == "vgg16"


def test_describe_says_the_whole_plan(plan):
    lines = Training(plan).describe()
    assert not (Path(plan.data) / "smooth").exists()
    assert "content_weight: 0.0006" in lines
    assert "photos: 4" in lines
    assert "steps: 6 initialization + 6 joint = 12" in lines


@pytest.mark.parametrize(
    "bad",
    [
        {"batch_size": 0},
        {"image_size": 30},
        {"epochs": -1},
        {"epochs": 0, "init_epochs": 0},
        {"content_weight": float("nan")},
        {"adversarial_loss": "hinge"},
        {"content_layer": "conv5"},
        {"filters": 0},
        {"epochs": 1.5},
        {"batch_size": True},
        {"learning_rate": float("inf")},
        {"vgg_weights": None},
    ],
)
def test_bad_plans_are_refused_with_the_rule(bad):
    name = next(iter(bad))
    with pytest.raises(ValueError, match=rf"`{name}`.* must .*Received: {name}="):
        Plan("mine", "data", **bad)


def test_a_config_of_another_version_is_refused(plan):
    config = json.loads(json.dumps(dataclasses.asdict(plan)))
    assert plan_from_config(config) == plan
    for bad in ({**config, "colour": 1}, {k: config[k] for k in ("style", "data")}):
        with pytest.raises(ValueError, match="Missing or unknown"):
            plan_from_config(bad)
