"""Facts about the generator."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.generators import Generator


def photo(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def test_the_papers_generator_has_the_papers_parameters_less_idle_biases():
    generator = Generator()
    norms = [layer for layer in generator.layers if hasattr(layer, "gamma")]
    idle = sum(layer.gamma.shape[0] for layer in norms)
    assert generator.count_params() + idle == 11_129_667
    assert generator.count_params() == 11_124_931


def test_layers_carry_the_names_of_the_authors_release():
    names = {layer.name for layer in Generator(4).layers}
    assert {"conv01_1", "conv02_1", "conv02_2", "conv11_2", "deconv01_1"} <= names
    assert {"deconv02_2", "deconv03_1", "in01_1", "in11_2", "in12_1", "in13_1"} <= names


@pytest.mark.parametrize("num_blocks", [0, 1, 8, 11])
def test_any_number_of_blocks_builds(num_blocks):
    generator = Generator(2, num_blocks)
    convolutions = [la.name for la in generator.layers if la.name.startswith("add")]
    assert len(convolutions) == num_blocks
    assert generator(photo(1, 8, 8, 3)).shape == (1, 8, 8, 3)


@pytest.mark.parametrize("size", [(8, 8), (36, 52), (12, 100)])
def test_any_multiple_of_four_gives_a_picture_of_the_same_size(size):
    generator = Generator(4, 2)
    out = generator(photo(2, *size, 3)).numpy()
    assert out.shape == (2, *size, 3)
    assert np.abs(out).max() <= 1


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_saved_generator_gives_the_same_picture_under_any_policy(tmp_path, dtype):
    generator = Generator(4, 2, dtype=dtype)
    generator.save(tmp_path / "g.keras")
    keras.config.set_dtype_policy("float32")
    loaded = keras.models.load_model(tmp_path / "g.keras")
    assert type(loaded) is Generator
    assert loaded.get_config() == generator.get_config()
    assert loaded.get_layer("conv01_1").compute_dtype == generator.policy.compute_dtype
    x = photo(1, 16, 20, 3)
    assert loaded(x).dtype == tf.float32
    assert np.array_equal(loaded(x), generator(x))


def test_every_layer_of_a_mixed_generator_is_mixed_but_the_last():
    generator = Generator(4, 1, dtype="mixed_bfloat16")
    kinds = {la.name: la.compute_dtype for la in generator.layers if la.weights}
    assert set(kinds.values()) == {"bfloat16"}
    assert generator.get_layer("cartoon").compute_dtype == "float32"
    assert {v.dtype for v in generator.variables} == {"float32"}


def test_half_precision_stays_near_full_precision():
    full = Generator(8, 2, dtype="float32")
    half = Generator(8, 2, dtype="mixed_float16")
    half.set_weights(full.get_weights())
    x = photo(1, 32, 32, 3)
    assert np.abs(half(x).numpy() - full(x).numpy()).mean() < 0.01


def test_generator_runs_under_xla_at_several_sizes():
    generator = Generator(4, 2)
    compiled = tf.function(lambda x: generator(x), jit_compile=True)
    for shape in ((1, 8, 16, 3), (2, 20, 12, 3)):
        x = photo(*shape)
        assert np.allclose(compiled(x), generator(x), atol=1e-4)


def test_gradient_reaches_every_weight():
    generator = Generator(4, 1)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(generator(photo(1, 16, 16, 3)) ** 2)
    gradients = tape.gradient(loss, generator.trainable_variables)
    assert all(float(tf.reduce_max(abs(g))) > 0 for g in gradients)


def test_exposure_and_cast_do_not_change_the_cartoon():
    # The first instance norm takes them away: why `--keep-color` exists.
    generator = Generator(8, 1)
    x = photo(1, 32, 32, 3)
    assert np.abs(generator(x) - generator(0.4 * x + 0.1)).max() < 1e-3


@pytest.mark.parametrize("bad", [{"filters": 0}, {"filters": 1.5}, {"num_blocks": -1}])
def test_bad_sizes_are_refused_with_the_rule(bad):
    (name,) = bad
    with pytest.raises(ValueError, match=rf"`{name}` must be .* Received: {name}="):
        Generator(**bad)
