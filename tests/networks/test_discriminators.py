"""Facts about the discriminator."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.networks.discriminators import (
    FeatureDiscriminator,
    PatchDiscriminator,
)


def picture(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


@pytest.mark.parametrize("normalization", ["instance", "none"])
def test_one_logit_for_every_four_by_four_pixels(normalization):
    discriminator = PatchDiscriminator(4, normalization)
    assert discriminator(picture(2, 32, 48, 3)).shape == (2, 8, 12, 1)


def test_widths_are_the_papers():
    layers = {la.name: la for la in PatchDiscriminator().layers if "conv" in la.name}
    widths = {n: la.filters for n, la in layers.items() if hasattr(la, "filters")}
    assert widths == {
        "conv1": 32, "conv2_1": 64, "conv2_2": 128,
        "conv3_1": 128, "conv3_2": 256, "conv4": 256,
    }  # fmt: skip


def test_parameters_are_counted_by_hand():
    # k3: 9 * in * out (+ out where a bias is), instance norm 2 * out
    expected = 9 * 3 * 32 + 32 + 9 * 32 * 64 + 64 + 9 * 64 * 128 + 256
    expected += 9 * 128 * 128 + 128 + 9 * 128 * 256 + 512
    expected += 9 * 256 * 256 + 512 + 9 * 256 + 1
    assert PatchDiscriminator().count_params() == expected


def test_a_patch_is_judged_by_what_is_near_it():
    discriminator = PatchDiscriminator(4, "none")
    x = picture(1, 64, 64, 3)
    y = x.copy()
    y[:, -4:, -4:] = 0
    change = np.abs(discriminator(x) - discriminator(y)).max(-1)[0]
    assert change[:8, :8].max() == 0
    assert change[-1, -1] > 0


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("normalization", ["instance", "none"])
def test_discriminator_round_trips_with_float32_logits(tmp_path, dtype, normalization):
    discriminator = PatchDiscriminator(4, normalization, dtype=dtype)
    discriminator.save(tmp_path / "d.keras")
    loaded = keras.models.load_model(tmp_path / "d.keras")
    assert type(loaded) is PatchDiscriminator
    assert loaded.get_config() == discriminator.get_config()
    x = picture(1, 16, 16, 3)
    assert loaded(x).dtype == tf.float32
    assert np.array_equal(loaded(x), discriminator(x))


def test_discriminator_runs_under_xla():
    discriminator = PatchDiscriminator(4)
    compiled = tf.function(lambda x: discriminator(x), jit_compile=True)
    x = picture(1, 16, 24, 3)
    assert np.allclose(compiled(x), discriminator(x), atol=1e-4)


@pytest.mark.parametrize("bad", [{"filters": 0}, {"normalization": "batch"}])
def test_bad_arguments_are_refused_with_the_rule(bad):
    (name,) = bad
    with pytest.raises(ValueError, match=rf"`{name}` must be .* Received: {name}="):
        PatchDiscriminator(**bad)


@pytest.mark.parametrize("bands", [False, True])
def test_answers_begin_near_zero(bands):
    """From large ones it takes thousands of steps to see anything."""
    keras.utils.set_random_seed(1)
    answers = np.asarray(PatchDiscriminator(16, bands=bands)(picture(4, 64, 64, 3)))
    assert np.abs(answers).max() < 1.0


@pytest.mark.slow
def test_bands_see_a_faint_line_sooner():
    """One line of a tenth of the contrast: after so many steps, more is seen of it."""

    def answers(bands):
        keras.utils.set_random_seed(2)
        discriminator = PatchDiscriminator(8, bands=bands)
        optimizer = keras.optimizers.Adam(5e-4, 0.5, 0.99)
        random = np.random.default_rng(3)
        kinds = np.repeat([1.0, 0.0], 4).astype(np.float32)[:, None, None, None]
        seen = []
        for _ in range(60):
            shade = random.uniform(-0.8, 0.8, (8, 1, 8, 3)).repeat(4, axis=2)
            x = np.tile(shade, (1, 32, 1, 1)).astype(np.float32)
            x[:4, ::4] -= 0.1
            with tf.GradientTape() as tape:
                y = discriminator(x)
                loss = tf.reduce_mean(tf.square(y - kinds))
            variables = discriminator.trainable_variables
            optimizer.apply(tape.gradient(loss, variables), variables)
            seen.append(float(tf.reduce_mean(y[:4]) - tf.reduce_mean(y[4:])))
        return np.mean(seen[-10:])

    assert answers(True) > 3 * answers(False) > 0


def test_feature_heads_give_three_logits_for_every_four_by_four_pixels():
    discriminator = FeatureDiscriminator(4)
    assert discriminator(picture(2, 32, 48, 3)).shape == (2, 8, 12, 3)


def test_only_the_heads_learn_and_all_but_the_logits_follow_the_policy():
    discriminator = FeatureDiscriminator(4, dtype="mixed_bfloat16")
    trained = {v.path.split("/")[0] for v in discriminator.trainable_variables}
    assert trained == {
        f"{tap}_{part}"
        for tap in FeatureDiscriminator.TAPS
        for part in ("mix", "look", "logits")
    }
    assert discriminator.get_layer("block3_conv3").compute_dtype == "bfloat16"
    assert discriminator.get_layer("block3_conv3_look").compute_dtype == "bfloat16"
    assert discriminator(picture(1, 32, 32, 3)).dtype == tf.float32


def test_a_feature_discriminator_round_trips(tmp_path):
    discriminator = FeatureDiscriminator(4)
    discriminator.save(tmp_path / "d.keras")
    x = picture(1, 32, 32, 3)
    loaded = keras.models.load_model(tmp_path / "d.keras")
    assert np.array_equal(loaded(x), discriminator(x))
    assert len(loaded.trainable_variables) == len(discriminator.trainable_variables)
