"""Facts about the optimizer whose steps are as long in all directions."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from cartoongan_tf.models.muon import Muon, orthogonal


def network(channels=32):
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((8, 8, channels)),
            layers.Conv2D(channels, 3, padding="same", use_bias=True),
        ]
    )


def step(model, optimizer, photo, wanted):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(photo, training=True) - wanted))
    variables = model.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return float(loss)


def some(channels=32, seed=0):
    rng = np.random.default_rng(seed)
    return tf.constant(rng.normal(size=(4, 8, 8, channels)), tf.float32)


@pytest.mark.parametrize("shape", [(60, 20), (20, 60), (32, 32)])
def test_a_matrix_keeps_its_directions_and_loses_its_lengths(shape):
    rng = np.random.default_rng(1)
    left, _, right = np.linalg.svd(rng.normal(size=shape), full_matrices=False)
    lengths = np.geomspace(1.0, 0.05, min(shape))
    made = np.array(orthogonal(tf.constant(left * lengths @ right, tf.float32)))
    along = left.T @ made @ right.T
    assert np.diag(along).min() > 0.6 and np.diag(along).max() < 1.3
    assert np.abs(along - np.diag(np.diag(along))).max() < 1e-4


def test_a_step_of_a_kernel_is_as_long_as_the_rate_says_however_strong_the_gradient():
    moved = []
    for strength in (1.0, 1e-3):
        model = network()
        before = model.get_weights()[0]
        step(model, Muon(0.01), strength * some(), strength * some(seed=1))
        moved.append(model.get_weights()[0] - before)
    lengths = [np.sqrt(np.mean(np.square(each))) for each in moved]
    assert lengths[0] == pytest.approx(lengths[1], rel=0.02)
    assert 0.001 < lengths[0] < 0.003  # 0.2 of the rate, as Adam's are at length


def test_biases_and_narrow_kernels_are_moved_as_adam_moves_them():
    ours, adams = network(8), network(8)
    muon, adam = Muon(0.01), keras.optimizers.Adam(0.01, 0.9, 0.99)
    for seed in range(3):
        step(ours, muon, some(8), some(8, seed))
        step(adams, adam, some(8), some(8, seed))
    for one, other in zip(ours.get_weights(), adams.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    wide, adams = network(), network()
    step(wide, Muon(0.01), some(), some(seed=1))
    step(adams, keras.optimizers.Adam(0.01, 0.9, 0.99), some(), some(seed=1))
    np.testing.assert_array_equal(wide.get_weights()[1], adams.get_weights()[1])
    assert np.abs(wide.get_weights()[0] - adams.get_weights()[0]).max() > 1e-3


def test_weak_channels_are_learnt_sooner_than_by_adam():
    # What is asked for lies in directions that the gradient hardly knows.
    rng = np.random.default_rng(2)
    mix = np.linalg.qr(rng.normal(size=(32, 32)))[0] * np.geomspace(1, 0.03, 32)
    photo = some() @ tf.constant(mix @ mix.T, tf.float32)
    target = network()
    target.set_weights([rng.normal(0, 0.1, w.shape) for w in target.get_weights()])
    wanted, ends = target(photo), {}
    for name, optimizer in (
        ("muon", Muon(0.01)),
        ("adam", keras.optimizers.Adam(0.01, 0.9, 0.99)),
    ):
        model = network()
        for _ in range(60):
            step(model, optimizer, photo, wanted)
        apart = model.get_weights()[0] - target.get_weights()[0]
        ends[name] = float(np.sqrt(np.mean(np.square(apart))))
    assert ends["muon"] < ends["adam"]


def test_it_runs_in_a_graph_and_its_config_round_trips():
    model, optimizer = network(), Muon(0.01, momentum=0.9, narrow=16)
    optimizer.build(model.trainable_variables)
    photo, wanted = some(), some(seed=1)

    @tf.function
    def train():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(photo) - wanted))
        found = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(found, model.trainable_variables)
        return loss

    losses = [float(train()) for _ in range(10)]
    assert losses[-1] < losses[0]
    again = Muon.from_config(optimizer.get_config())
    assert again.get_config() == optimizer.get_config()
    assert (again.momentum, again.narrow) == (0.9, 16)
