"""Facts about CycleGAN's networks and training step."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.models.cyclegan import CycleGAN, PatchGAN
from cartoongan_tf.networks.generators import ResnetGenerator

SIZE = 32


def batch(count=2, seed=0, size=SIZE):
    rng = np.random.default_rng(seed)
    return tuple(
        tf.constant(rng.uniform(-1, 1, (count, size, size, 3)), tf.float32)
        for _ in range(3)
    )


def make(dtype="float32", rate=0.01, optimizer=keras.optimizers.SGD, **options):
    keras.utils.set_random_seed(0)
    gan = CycleGAN(
        ResnetGenerator(2, 1, dtype=dtype),
        PatchGAN(2, dtype=dtype),
        ResnetGenerator(2, 1, dtype=dtype),
        PatchGAN(2, dtype=dtype),
        image_size=SIZE,
        pool_size=3,
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


def test_patchgan_has_the_parameters_of_the_published_code():
    # 2,764,737 there, with a bias in front of each norm (128 + 256 + 512 in all); we
    # have two affine numbers a channel instead.
    assert PatchGAN().count_params() == 2_764_737 + 896


def test_a_logit_sees_70_pixels_by_70():
    network = PatchGAN(2)
    # The norms see the whole picture: what counts is where convolutions reach.
    for layer in network.layers:
        if "_in" in layer.name:
            layer.call = lambda x: x
    x = tf.Variable(batch(1, size=128)[0])
    with tf.GradientTape() as tape:
        y = network(x)[0, 7, 7, 0]
    touched = np.abs(tape.gradient(y, x)[0]).sum(-1) > 0
    assert touched.any(1).sum() == touched.any(0).sum() == 70
    assert network(batch(1, size=256)[0]).shape == (1, 30, 30, 1)


def naive(gan, data, identity):
    """The losses as written down in the paper, every one with forwards of its own."""
    photo, cartoon, _ = data
    g, f, d_c, d_p = parts(gan)

    def l1(a, b):
        return tf.reduce_mean(abs(a - b))

    def square(x):
        return tf.reduce_mean(x**2)

    with tf.GradientTape() as g_tape:
        g_loss = square(d_c(g(photo)) - 1) + square(d_p(f(cartoon)) - 1)
        cycle = l1(f(g(photo)), photo) + l1(g(f(cartoon)), cartoon)
        g_loss += 10 * cycle
        if identity:
            g_loss += 5 * (l1(g(cartoon), cartoon) + l1(f(photo), photo))
    with tf.GradientTape() as d_tape:
        d_loss = (square(d_c(cartoon) - 1) + square(d_c(g(photo)))) / 2
        d_loss += (square(d_p(photo) - 1) + square(d_p(f(cartoon)))) / 2
    g_variables = g.trainable_variables + f.trainable_variables
    d_variables = d_c.trainable_variables + d_p.trainable_variables
    updates = zip(
        g_variables + d_variables,
        g_tape.gradient(g_loss, g_variables) + d_tape.gradient(d_loss, d_variables),
        strict=True,
    )
    expected = [v.numpy() - 0.01 * gradient.numpy() for v, gradient in updates]
    return {"g_loss": g_loss, "d_loss": d_loss, "cycle_loss": cycle}, expected


@pytest.mark.parametrize("identity", [False, True])
def test_the_step_is_that_of_the_paper(identity):
    gan = make(identity=identity)
    data = batch()
    losses, expected = naive(gan, data, identity)
    logs = gan.train_step(data)  # the pool is not full: D sees the new fakes
    for name, value in losses.items():
        assert float(logs[name]) == pytest.approx(float(value), rel=1e-5), name
    found = [v.numpy() for network in parts(gan) for v in network.trainable_variables]
    for mine, its in zip(found, expected, strict=True):
        assert np.allclose(mine, its, rtol=1e-4, atol=2e-6)


@pytest.mark.slow
def test_smooth_pictures_make_no_difference():
    photo, cartoon, smooth = batch()
    logs = [make().train_step((photo, cartoon, s)) for s in (smooth, 0 * smooth)]
    assert logs[0] == logs[1]


@pytest.mark.parametrize("identity", [False, True])
def test_metrics_are_named_and_answers_are_means(identity):
    gan = make(identity=identity)
    photo, cartoon, _ = data = batch()
    g, f, d_c, d_p = parts(gan)
    answers = {
        "d_cartoon": d_c(cartoon),
        "d_fake": d_c(g(photo)),
        "d_photo": d_p(photo),
        "d_fake_photo": d_p(f(cartoon)),
    }
    answers = {name: float(tf.reduce_mean(value)) for name, value in answers.items()}
    logs = gan.train_step(data)
    names = {"g_loss", "d_loss", "cycle_loss", *answers}
    assert set(logs) == names | ({"identity_loss"} if identity else set())
    for name, value in answers.items():
        assert float(logs[name]) == pytest.approx(value, abs=1e-5)


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
    gan = make(dtype, identity=True, jit_compile=jit_compile)
    dataset = tf.data.Dataset.from_tensors(batch()).repeat()
    history = gan.fit(dataset, steps_per_epoch=2, epochs=2, verbose=0, shuffle=False)
    for name, values in history.history.items():
        assert np.isfinite(values).all(), name
    scaled = keras.optimizers.LossScaleOptimizer
    for optimizer in (gan.g_optimizer, gan.d_optimizer):
        assert isinstance(optimizer, scaled) == (dtype == "mixed_float16")


def test_an_overflow_under_float16_skips_the_step():
    gan = make("mixed_float16")
    before = gan.generator.get_weights()
    photo, cartoon, smooth = batch()
    gan.train_step((photo * np.inf, cartoon, smooth))
    assert all(map(np.array_equal, before, gan.generator.get_weights()))


def test_gradients_are_clipped_and_the_generator_is_averaged():
    gan = make(rate=1.0, clip_norm=0.1, ema=0.9)
    before = [v.numpy() for net in parts(gan) for v in net.trainable_variables]
    gan.train_step(batch())
    after = [v.numpy() for net in parts(gan) for v in net.trainable_variables]
    moves = [np.sum((a - b) ** 2) for a, b in zip(after, before, strict=True)]
    count = 2 * len(gan.generator.trainable_variables)
    for part in (moves[:count], moves[count:]):
        assert sum(part) ** 0.5 == pytest.approx(0.1, rel=1e-3)
    with gan.average.applied() as generator:
        averaged = generator.trainable_variables[0].numpy()
    # After the first step the average keeps a tenth of the start.
    assert np.allclose(averaged, 0.9 * after[0] + 0.1 * before[0], atol=1e-6)


def checkpoint(gan):
    variables = (
        *gan.variables,  # the pools' are among them
        *gan.g_optimizer.variables,
        *gan.d_optimizer.variables,
    )
    return tf.train.Checkpoint(**{str(i): v.value for i, v in enumerate(variables)})


@pytest.mark.slow
def test_a_restored_run_goes_on_to_the_bit(tmp_path):
    steps = [batch(seed=number) for number in range(5)]
    whole = make(optimizer=keras.optimizers.Adam)
    for number, data in enumerate(steps):
        if number == 2:
            path = checkpoint(whole).write(str(tmp_path / "backup"))
        whole.reset_metrics()
        logs = whole.train_step(data)
    resumed = make(optimizer=keras.optimizers.Adam)
    checkpoint(resumed).read(path).assert_consumed()
    for data in steps[2:]:
        resumed.reset_metrics()
        again = resumed.train_step(data)
    assert again == logs
    assert int(resumed.pool.seen) == 10
    assert np.array_equal(resumed.pool.pictures, whole.pool.pictures)
    for mine, its in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        assert np.array_equal(mine, its)


REPLICAS = """
import keras, numpy as np, tensorflow as tf
from test_cyclegan import batch, make
cpu = tf.config.list_physical_devices("CPU")[0]
two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(cpu, two)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
whole = make(rate=0.001)
with strategy.scope():
    shared = make(rate=0.001)
run = tf.function(lambda data: strategy.run(shared.train_step, (data,)))
for step in range(4):
    data = batch(seed=step)
    halves = strategy.experimental_distribute_values_from_function(
        lambda context: tuple(
            tf.split(part, 2)[context.replica_id_in_sync_group] for part in data))
    run(halves)
    logs = whole.train_step(data)
for name, value in shared.get_metrics_result().items():
    assert abs(float(value) - float(logs[name])) < 1e-4, (name, value, logs[name])
for mine, its in zip(
    shared.trainable_variables, whole.trainable_variables, strict=True
):
    assert np.abs(mine.numpy() - its.numpy()).max() < 1e-5, mine.path
assert np.allclose(shared.pool.pictures, whole.pool.pictures, atol=1e-4)
assert int(tf.convert_to_tensor(shared.pool.seen.value)) == 8
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
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_generator_is_one_for_cartoonize(tmp_path):
    gan = make()
    gan.generator.save(tmp_path / "g.keras")
    photo = np.random.default_rng(0).integers(0, 256, (21, 30, 3)).astype(np.uint8)
    cartoon = Cartoonizer(tmp_path / "g.keras", draw_size="full", color="style")(photo)
    assert cartoon.shape == photo.shape
    assert np.array_equal(
        cartoon, Cartoonizer(gan.generator, draw_size="full", color="style")(photo)
    )


@pytest.mark.slow
def test_models_round_trip_with_their_parts(tmp_path):
    gan = make()
    gan.train_step(batch())
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras", compile=False)
    assert type(loaded) is CycleGAN
    assert loaded.get_config() == gan.get_config()
    photo = batch()[0]
    assert np.array_equal(loaded(photo), gan(photo))
    assert np.array_equal(loaded.pool.pictures, gan.pool.pictures)
    assert int(loaded.pool.seen) == 2


def test_bad_values_are_refused_with_the_rule():
    with pytest.raises(ValueError, match="`cycle_weight` must .*cycle_weight=-1"):
        make(cycle_weight=-1)
    with pytest.raises(ValueError, match="`filters` must .*filters=0"):
        PatchGAN(0)
    with pytest.raises(ValueError, match="must be 32x32 RGB.*Received: shape"):
        make().train_step(batch(size=40))
    with pytest.raises(ValueError, match="must fit into the pool.*a batch of 4"):
        make().train_step(batch(4))
