"""Facts about the step that teaches a student."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.models.distiller import Distiller
from cartoongan_tf.networks.discriminators import PatchDiscriminator
from cartoongan_tf.networks.features import LAYERS, VGG19Features
from cartoongan_tf.networks.layers import DetailBands
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.pictures import images
from cartoongan_tf.plans.lessons import Lesson
from cartoongan_tf.samples import samples


def batch(parts=2, size=32, seed=0):
    rng = np.random.default_rng(seed)
    return tuple(
        tf.constant(rng.uniform(-1, 1, (2, size, size, 3)), tf.float32)
        for _ in range(parts)
    )


def student(norm="instance"):
    keras.utils.set_random_seed(0)
    return LightGenerator(4, 8, 1, norm)


def test_the_loss_is_that_of_pixels_and_of_bands_of_detail():
    distiller = Distiller(student())
    distiller.compile(detail_weight=0.25)
    photo, cartoon = batch()
    fake = distiller(photo)
    bands = DetailBands()
    pixel = np.abs(fake - cartoon).mean()
    detail = np.abs(bands(fake) - bands(cartoon)).mean()
    loss = float(distiller.compute_loss(photo, cartoon, fake))
    assert loss == pytest.approx(pixel + 0.25 * detail, rel=1e-5)


def test_what_is_not_known_of_a_cartoon_is_not_learnt():
    distiller = Distiller(student())
    distiller.compile(detail_weight=0.5, strength_weight=0.5, calm_weight=3.0)
    photo, cartoon = batch()
    fake = distiller(photo)
    known = np.zeros((1, 32, 32, 1), bool)
    known[:, 8:24, 4:28] = True
    distiller.compute_loss(photo, tf.where(known, cartoon, np.nan), fake)
    wanted = np.abs(fake - cartoon)[:, 8:24, 4:28].mean()
    logs = {m.name: float(m.result()) for m in distiller.metrics}
    assert logs["pixel_loss"] == pytest.approx(wanted, rel=1e-5)
    # Drawn rightly where it is known, nothing is left to learn.
    right = tf.Variable(tf.where(known, cartoon, fake))
    with tf.GradientTape() as tape:
        holed = tf.where(known, cartoon, np.nan)
        loss = distiller.compute_loss(photo, holed, right)
    assert float(loss) == 0
    assert not tape.gradient(loss, right).numpy().any()


def test_a_step_learns_from_cartoons_that_are_known_in_part():
    distiller = Distiller(student(), None, PatchDiscriminator(4, bands=True))
    distiller.compile(adversarial_weight=0.1, strength_weight=0.5)
    photo, cartoon, smooth = batch(3)
    known = np.zeros((1, 32, 32, 1), bool)
    known[:, 4:28, 4:28] = True
    holed = [tf.where(known, part, np.nan) for part in (cartoon, smooth)]
    logs = distiller.train_step((photo, *holed))
    assert all(np.isfinite(float(value)) for value in logs.values())
    assert all(np.isfinite(w).all() for w in distiller.generator.get_weights())


def test_features_add_their_distance():
    features = VGG19Features("random", LAYERS[1])
    distiller = Distiller(student(), features)
    distiller.compile(detail_weight=0.0, feature_weight=2.0)
    photo, cartoon = batch()
    fake = distiller(photo)
    wanted = np.abs(fake - cartoon).mean()
    wanted += 2 * np.abs(features(fake) - features(cartoon)).mean()
    loss = float(distiller.compute_loss(photo, cartoon, fake))
    assert loss == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_random_weights_begin_to_learn_at_the_rate_of_the_default(seed):
    # Random detail, taken away in great steps, drove every pixel into one end of tanh.
    keras.utils.set_random_seed(seed)
    distiller = Distiller(LightGenerator(num_blocks=2, deep=3))
    optimizer = keras.optimizers.Adam(Lesson("s", "t", "p").learning_rate, 0.9, 0.99)
    distiller.compile(optimizer, strength_weight=0.5, calm_weight=3.0, clip_norm=1.0)
    photo = images.to_signed(samples.draw_photo(seed, 64, 64)[None])
    step = tf.function(distiller.train_step)
    for _ in range(30):
        distiller.reset_metrics()
        logs = step((photo, -0.5 * photo))
    assert float(logs["pixel_loss"]) < 0.35
    assert np.abs(distiller(photo)).mean() < 0.9


@pytest.mark.parametrize("norm", ["instance", "batch", "global"])
def test_a_student_learns_what_it_is_shown(norm):
    distiller = Distiller(student(norm))
    distiller.compile(keras.optimizers.Adam(3e-3))
    photo, _ = batch()
    step = tf.function(distiller.train_step)
    losses = []
    for _ in range(40):
        distiller.reset_metrics()
        losses.append(float(step((photo, -0.5 * photo))["loss"]))
    assert losses[-1] < 0.75 * losses[0]


def test_the_adversarial_term_moves_both_networks():
    judge = PatchDiscriminator(4, bands=True)
    distiller = Distiller(student(), discriminator=judge)
    distiller.compile(adversarial_weight=1.0)
    before = [v.numpy() for v in judge.trainable_variables]
    logs = distiller.train_step(batch(3))
    after = [v.numpy() for v in judge.trainable_variables]
    assert any(not np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    total = logs["pixel_loss"] + 0.5 * logs["detail_loss"] + logs["g_loss"]
    assert float(logs["loss"]) == pytest.approx(float(total), rel=1e-5)


def test_the_students_gradient_is_that_of_its_own_loss_alone():
    """The discriminator's loss must not reach it: it wants fakes found out."""
    judge = PatchDiscriminator(4, bands=True)
    photo, cartoon, smooth = batch(3)
    with_judge = Distiller(student(), discriminator=judge)
    with_judge.compile(keras.optimizers.SGD(0.1), adversarial_weight=1e-12)
    alone = Distiller(student())
    alone.compile(keras.optimizers.SGD(0.1))
    with_judge.train_step((photo, cartoon, smooth))
    alone.train_step((photo, cartoon))
    pairs = zip(with_judge.student.weights, alone.student.weights, strict=True)
    for one, other in pairs:
        assert np.allclose(one, other, atol=1e-6)


def test_settled_batch_norms_keep_their_statistics():
    distiller = Distiller(student("batch"))
    distiller.compile()
    norms = [v for v in distiller.student.variables if "moving" in v.path]
    data = batch()
    distiller.train_step(data)
    moved = [v.numpy() for v in norms]
    assert any(m.any() and not (m == 1).all() for m in moved)
    distiller.settle()
    distiller.train_step(data)
    assert all(np.array_equal(a, b) for a, b in zip(moved, norms, strict=True))


@pytest.mark.parametrize("norm", ["instance", "global"])
def test_it_runs_in_half_precision(norm):
    keras.utils.set_random_seed(0)
    distiller = Distiller(LightGenerator(4, 8, 1, norm, dtype="mixed_bfloat16"))
    distiller.compile(clip_norm=1.0)
    logs = tf.function(distiller.train_step)(batch())
    assert np.isfinite(float(logs["loss"]))
    assert {v.dtype for v in distiller.student.variables} == {"float32"}


def test_config_round_trips():
    distiller = Distiller(student(), discriminator=PatchDiscriminator(4))
    again = Distiller.from_config(distiller.get_config())
    assert again.get_config() == distiller.get_config()
    assert again.features is None


@pytest.mark.parametrize(
    "option, rule",
    [
        ({"detail_weight": -1.0}, "`detail_weight` must not be negative"),
        ({"feature_weight": 1.0}, "`feature_weight` must be 0 without its network"),
        ({"adversarial_weight": 1.0}, "`adversarial_weight` must be 0 without"),
    ],
)
def test_a_weight_that_makes_no_sense_is_refused(option, rule):
    with pytest.raises(ValueError, match=rule):
        Distiller(student()).compile(**option)
