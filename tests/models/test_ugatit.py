"""Facts about U-GAT-IT's training step."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.models.ugatit import UGATIT
from cartoongan_tf.networks.attention import (
    AttentionDiscriminator,
    AttentionGenerator,
)

SIZE = 96


def batch(count=2, seed=0, size=SIZE):
    rng = np.random.default_rng(seed)
    return tuple(
        tf.constant(rng.uniform(-1, 1, (count, size, size, 3)), tf.float32)
        for _ in range(3)
    )


def make(dtype="float32", rate=1e-3, optimizer=keras.optimizers.SGD, **options):
    keras.utils.set_random_seed(0)
    gan = UGATIT(
        AttentionGenerator(2, 1, dtype=dtype),
        AttentionDiscriminator(2, dtype=dtype),
        AttentionGenerator(2, 1, dtype=dtype),
        AttentionDiscriminator(2, dtype=dtype),
    )
    gan.compile(optimizer(rate), optimizer(rate), **options)
    return gan


def parts(gan):
    return (
        gan.generator,
        gan.back_generator,
        gan.discriminator,
        gan.photo_discriminator,
    )


def settle(gan):
    """Takes the spectral norms to their end: then a call more changes nothing."""
    for network in (gan.discriminator, gan.photo_discriminator):
        for layer in network.layers:
            if hasattr(layer, "direction"):
                matrix = np.reshape(layer.kernel, (-1, layer.filters))
                layer.direction.assign(np.linalg.svd(matrix)[2][:1])


def naive(gan, data):
    """The losses as written down in the paper, every one with forwards of its own."""
    photo, cartoon, _ = data
    g, f, d_c, d_p = parts(gan)

    def l1(a, b):
        return tf.reduce_mean(abs(a - b))

    def toward(answers, value):
        return sum(tf.reduce_mean((each - value) ** 2) for each in answers)

    def tell(network, source, other):
        cam = network.get_layer("cam")
        before = keras.Model(network.input, cam.input)
        yes, no = (cam.logits(before(x)) for x in (source, other))
        log = tf.math.log_sigmoid
        return -tf.reduce_mean(log(yes)) - tf.reduce_mean(log(-no))

    def decay(network):
        kernels = [v for v in network.trainable_variables if v.path.endswith("kernel")]
        return 1e-4 / 2 * sum(tf.reduce_sum(v.value**2) for v in kernels)

    with tf.GradientTape() as g_tape:
        cycle = l1(f(g(photo)), photo) + l1(g(f(cartoon)), cartoon)
        identity = l1(g(cartoon), cartoon) + l1(f(photo), photo)
        cam = tell(g, photo, cartoon) + tell(f, cartoon, photo)
        adversarial = toward(d_c(g(photo)), 1) + toward(d_p(f(cartoon)), 1)
        g_loss = adversarial + 10 * cycle + 10 * identity + 1000 * cam
        whole = g_loss + decay(g) + decay(f)
    with tf.GradientTape() as d_tape:
        d_loss = toward(d_c(cartoon), 1) + toward(d_c(g(photo)), 0)
        d_loss += toward(d_p(photo), 1) + toward(d_p(f(cartoon)), 0)
        d_whole = d_loss + decay(d_c) + decay(d_p)
    g_variables = g.trainable_variables + f.trainable_variables
    d_variables = d_c.trainable_variables + d_p.trainable_variables
    moves = g_tape.gradient(whole, g_variables) + d_tape.gradient(d_whole, d_variables)
    losses = {
        "g_loss": g_loss,
        "d_loss": d_loss,
        "cycle_loss": cycle,
        "identity_loss": identity,
        "cam_loss": cam,
    }
    return losses, [gradient.numpy() for gradient in moves]


def test_the_step_is_that_of_the_paper():
    # Small enough that `rho` is not pushed out of its bounds, and is clipped nowhere.
    rate = 1e-6
    gan, data = make(rate=rate), batch()
    for network in parts(gan):
        for v in network.trainable_variables:
            if v.path.endswith("rho"):
                v.assign(0.5 + 0 * v)
    settle(gan)
    losses, expected = naive(gan, data)
    before = [v.numpy() for network in parts(gan) for v in network.trainable_variables]
    logs = gan.train_step(data)
    for name, value in losses.items():
        assert float(logs[name]) == pytest.approx(float(value), rel=1e-4), name
    after = [v.numpy() for network in parts(gan) for v in network.trainable_variables]
    scale = max(np.abs(each).max() for each in expected)
    for was, now, gradient in zip(before, after, expected, strict=True):
        error = np.abs((was - now) / rate - gradient).max()
        # What is left of the difference of two float32 weights.
        assert error < 2e-3 * np.abs(gradient).max() + 0.1 * np.abs(was).max(), scale


def test_metrics_are_named_and_answers_are_means():
    gan, data = make(), batch()
    settle(gan)
    photo, cartoon, _ = data
    g, f, d_c, d_p = parts(gan)
    wanted = {
        "d_cartoon": d_c(cartoon),
        "d_fake": d_c(g(photo)),
        "d_photo": d_p(photo),
        "d_fake_photo": d_p(f(cartoon)),
    }
    wanted = {k: (np.mean(v[0]) + np.mean(v[2])) / 2 for k, v in wanted.items()}
    logs = gan.train_step(data)
    losses = {"g_loss", "d_loss", "cycle_loss", "identity_loss", "cam_loss"}
    assert set(logs) == losses | set(wanted)
    for name, value in wanted.items():
        assert float(logs[name]) == pytest.approx(value, abs=1e-4)


def test_steps_lower_the_losses_and_learn_to_tell_domains_apart():
    keras.utils.set_random_seed(0)
    gan = make(optimizer=keras.optimizers.Adam, rate=2e-3)
    photo, cartoon, smooth = batch()
    data = photo * 0.3 - 0.5, tf.sign(cartoon) * 0.5 + 0.3, smooth
    step, rows = tf.function(gan.train_step), []
    for _ in range(25):
        gan.reset_metrics()
        rows.append({k: float(v) for k, v in step(data).items()})
    first, last = rows[0], rows[-1]
    assert first["cam_loss"] > 2 and last["cam_loss"] < 0.5 * first["cam_loss"]
    for name in ("g_loss", "d_loss", "cycle_loss", "identity_loss"):
        assert last[name] < first[name], name
    for network in (gan.generator, gan.back_generator):
        for v in network.trainable_variables:
            if v.path.endswith("rho"):
                assert 0 <= v.numpy().min() and v.numpy().max() <= 1


@pytest.mark.parametrize(
    ("dtype", "jit_compile"),
    [
        ("float32", False),
        ("mixed_bfloat16", False),
        ("mixed_float16", False),
        pytest.param("float32", True, marks=pytest.mark.slow),
    ],
)
def test_fit_runs_in_every_precision_with_and_without_xla(dtype, jit_compile):
    gan = make(dtype, jit_compile=jit_compile, rate=1e-5)
    dataset = tf.data.Dataset.from_tensors(batch(1)).repeat()
    history = gan.fit(dataset, steps_per_epoch=2, epochs=2, verbose=0, shuffle=False)
    for name, values in history.history.items():
        assert np.isfinite(values).all(), name
    scaled = keras.optimizers.LossScaleOptimizer
    for optimizer in (gan.g_optimizer, gan.d_optimizer):
        assert isinstance(optimizer, scaled) == (dtype == "mixed_float16")


@pytest.mark.slow
def test_gradients_are_clipped_and_the_generator_is_averaged():
    gan = make(rate=1.0, clip_norm=0.1, ema=0.9)
    before = [v.numpy() for net in parts(gan) for v in net.trainable_variables]
    gan.train_step(batch())
    after = [v.numpy() for net in parts(gan) for v in net.trainable_variables]
    moves = [np.sum((a - b) ** 2) for a, b in zip(after, before, strict=True)]
    count = 2 * len(gan.generator.trainable_variables)
    # What is pushed out of 0..1 of `rho` is clipped back.
    assert 0.05 < sum(moves[:count]) ** 0.5 < 0.1001
    assert sum(moves[count:]) ** 0.5 == pytest.approx(0.1, rel=1e-3)
    with gan.average.applied() as generator:
        averaged = generator.trainable_variables[0].numpy()
    assert np.allclose(averaged, 0.9 * after[0] + 0.1 * before[0], atol=1e-6)


@pytest.mark.slow
def test_models_round_trip_with_their_parts(tmp_path):
    gan = make()
    gan.train_step(batch())
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras", compile=False)
    assert type(loaded) is UGATIT
    assert loaded.get_config() == gan.get_config()
    for mine, its in zip(loaded.get_weights(), gan.get_weights(), strict=True):
        assert np.array_equal(mine, its)
    photo = batch()[0]
    assert np.array_equal(loaded(photo), gan(photo))
    # What it watches are its own generator's layers, not copies of them.
    assert loaded.watched.get_layer("cam") is loaded.generator.get_layer("cam")


REPLICAS = """
import numpy as np, tensorflow as tf
from test_ugatit import batch, make, parts
cpu = tf.config.list_physical_devices("CPU")[0]
two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(cpu, two)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
whole = make(rate=1e-5)
with strategy.scope():
    shared = make(rate=1e-5)
run = tf.function(lambda data: strategy.run(shared.train_step, (data,)))
for step in range(3):
    data = batch(seed=step)
    halves = strategy.experimental_distribute_values_from_function(
        lambda context: tuple(
            tf.split(part, 2)[context.replica_id_in_sync_group] for part in data))
    run(halves)
    logs = whole.train_step(data)
for name, value in shared.get_metrics_result().items():
    assert abs(float(value) - float(logs[name])) < 1e-3 * abs(float(value)) + 1e-4, (
        name, value, logs[name])
for mine, its in zip(shared.variables, whole.variables, strict=True):
    if "float" in mine.dtype and "mean" not in mine.path:
        apart = np.abs(np.asarray(mine.value) - np.asarray(its.value)).max()
        assert apart < 1e-4, (mine.path, apart)
"""


@pytest.mark.slow
def test_two_replicas_are_one_process_with_both_batches(tmp_path):
    here = Path(__file__).resolve().parent
    done = subprocess.run(
        [sys.executable, "-c", REPLICAS],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": f"{here.parent.parent}{os.pathsep}{here}",
        },
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(
    "name", ["cycle_weight", "identity_weight", "cam_weight", "weight_decay"]
)
def test_negative_weights_are_refused_with_the_rule(name):
    with pytest.raises(ValueError, match=f"`{name}` must not be .*{name}=-1"):
        make(**{name: -1})
