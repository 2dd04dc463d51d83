"""Facts about the norms' statistics as data."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.inference.statistics import pool
from cartoongan_tf.networks.attention import AttentionGenerator
from cartoongan_tf.networks.choices import NORMS
from cartoongan_tf.networks.generators import Generator, ResnetGenerator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.networks.statistics import StatisticsGenerator


def light(norm):
    return lambda **more: LightGenerator(4, 8, 2, norm=norm, **more)


NETWORKS = {
    "paper": lambda **more: Generator(4, 1, **more),
    "cyclegan": lambda **more: ResnetGenerator(4, 1, **more),
    "ugatit": lambda **more: AttentionGenerator(4, 1, **more),
    "recolored": lambda **more: Generator(4, 1, recolor=True, **more),
    **{norm: light(norm) for norm in NORMS},
}
COUNTED = {
    "paper": 4 + 8 + 16 + 2 * 16 + 8 + 4,
    "batch": 0,
    "none": 0,
    "global": 2 * 8,
    "instance": 4 + 8 + 2 * 8,
    # Instance norms, the mean that says gamma and beta, AdaLIN, LIN.
    "ugatit": 4 + 8 + 16 + 2 * 16 + 16 + 2 * 16 + 8 + 4,
}


@pytest.fixture(scope="module", params=NETWORKS)
def network(request):
    keras.utils.set_random_seed(1)
    generator = NETWORKS[request.param]()
    stir(generator)
    return StatisticsGenerator(generator)


def stir(generator):
    """Gives norms and looks, which begin as nothing at all, something to say."""
    rng = np.random.default_rng(2)
    for weight in generator.weights:
        if "moving_variance" not in weight.path and "matrix" not in weight.path:
            value = np.asarray(weight)
            weight.assign(value + rng.normal(0, 0.1, value.shape))


def photo(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


ALL, NOTHING = np.ones(1, np.float32), np.zeros(1, np.float32)


def test_with_no_share_it_is_the_generator(network):
    for shape in ((1, 16, 24, 3), (2, 12, 20, 3)):
        x = photo(*shape)
        cartoon, own = network([x, network.none(), NOTHING])
        np.testing.assert_allclose(cartoon, network.generator(x), atol=2e-6)
        assert own.shape == (len(x), 2, network.channels) and own.dtype == "float32"


def test_given_its_own_statistics_it_draws_the_same(network):
    x = photo(2, 24, 16, 3)
    cartoon, own = network([x, network.none(2), NOTHING])
    again, same = network([x, own, ALL])
    assert np.abs(again - cartoon).max(initial=0) <= 1e-5
    np.testing.assert_allclose(same, own, atol=1e-5)


def test_given_those_of_another_picture_it_draws_otherwise(network):
    x, y = photo(1, 24, 16, 3), 0.3 * photo(1, 24, 16, 3, seed=1) + 0.2
    _, others = network([y, network.none(), NOTHING])
    plain = network([x, network.none(), NOTHING])[0]
    given, own = network([x, others, ALL])
    assert (np.abs(given - plain).max() > 1e-3) == (network.channels > 0)
    half, _ = network([x, others, np.full(1, 0.5, np.float32)])
    if network.channels:
        # and the first norm's own are the picture's, whatever was given
        first = network.norms[0].channels
        _, mine = network([x, network.none(), NOTHING])
        np.testing.assert_allclose(own[..., :first], mine[..., :first], atol=1e-6)
        assert np.abs(half - plain).max() > 1e-3 < np.abs(half - given).max()


@pytest.mark.parametrize("name", COUNTED)
def test_channels_are_those_of_all_norms(name):
    network = StatisticsGenerator(NETWORKS[name]())
    assert network.channels == COUNTED[name]
    assert sum(norm["channels"] for norm in network.describe()) == COUNTED[name]


def test_what_is_reported_is_the_mean_and_the_biased_variance():
    network = StatisticsGenerator(NETWORKS["instance"]())
    x = photo(1, 16, 16, 3)
    _, own = network([x, network.none(), NOTHING])
    seen = keras.Model(
        network.generator.input, network.generator.get_layer("half1").output
    )
    values = np.asarray(seen(x), np.float64)
    np.testing.assert_allclose(own[0, 0, :4], values.mean((0, 1, 2)), atol=1e-6)
    np.testing.assert_allclose(own[0, 1, :4], values.var((0, 1, 2)), atol=1e-6)


def test_one_trace_serves_every_batch_size_and_share(network):
    traces = []

    def run(x, statistics, share):
        traces.append(1)
        return network([x, statistics, share])

    spec = [
        tf.TensorSpec(shape)
        for shape in ((None, None, None, 3), (None, 2, network.channels), (None,))
    ]
    traced = tf.function(run, input_signature=spec)
    for shape in ((1, 16, 24, 3), (3, 12, 8, 3)):
        x = photo(*shape)
        _, own = traced(x, network.none(), NOTHING)
        assert own.shape == (len(x), 2, network.channels)
        cartoon, _ = traced(x, own, ALL)
        np.testing.assert_allclose(cartoon, network.generator(x), atol=2e-5)
    assert len(traces) == 1


def test_it_is_kept_in_a_file_with_its_weights(network, tmp_path):
    network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    assert again.channels == network.channels
    assert again.count_params() == network.generator.count_params()
    inputs = [photo(1, 16, 8, 3), network.none() + 0.5, ALL / 2]
    for ours, theirs in zip(network(inputs), again(inputs), strict=True):
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("name", ["paper", "instance", "global", "none", "ugatit"])
def test_sixteen_bits_have_statistics_in_thirty_two(name, policy):
    keras.config.set_dtype_policy(policy)
    network = StatisticsGenerator(NETWORKS[name]())
    keras.config.set_dtype_policy("float32")
    x = photo(1, 16, 24, 3)
    cartoon, own = network([x, network.none(), NOTHING])
    again, _ = network([x, own, ALL])
    assert own.dtype == cartoon.dtype == "float32"
    np.testing.assert_allclose(again, cartoon, atol=1e-5)


@pytest.mark.parametrize("name", ["paper", "instance", "global", "none", "ugatit"])
def test_it_runs_under_xla(name):
    network = StatisticsGenerator(NETWORKS[name]())
    x = photo(1, 16, 24, 3)
    run = tf.function(lambda *inputs: network(inputs), jit_compile=True)
    cartoon, own = run(x, network.none(), NOTHING)
    np.testing.assert_allclose(cartoon, network.generator(x), atol=1e-4)
    np.testing.assert_allclose(run(x, own, ALL)[0], cartoon, atol=1e-4)


def test_after_a_failure_norms_take_their_own_again():
    network = StatisticsGenerator(NETWORKS["instance"]())
    x = photo(1, 16, 16, 3)
    before = np.asarray(network.generator(x))
    with pytest.raises(Exception):  # noqa: B017 - TensorFlow's, of wrong shapes
        network([x, network.none()[:, :, :5], ALL])
    assert np.array_equal(network.generator(x), before)


def test_parts_are_pooled_to_the_statistics_of_the_whole():
    values = np.random.default_rng(3).normal(1e3, 1, (40, 30, 5))
    values += np.linspace(0, 9, 40)[:, None, None]  # tiles have means of their own
    parts = values[:7], values[7:29, :11], values[7:29, 11:], values[29:]

    def measure(part):
        return np.stack([part.mean((0, 1)), part.var((0, 1))])

    pooled = pool(
        [measure(part) for part in parts], [part[..., 0].size for part in parts]
    )
    assert pooled.dtype == np.float64
    np.testing.assert_allclose(pooled, measure(values), rtol=1e-10)
    without = np.mean([measure(part)[1] for part in parts], axis=0)
    assert (without < 0.5 * pooled[1]).all()  # what leaving out their means would lose


@pytest.mark.parametrize("counts", [[], [1], [1, 0]])
def test_parts_without_pixels_are_refused(counts):
    with pytest.raises(ValueError, match="`counts` must be .*Received: counts="):
        pool([np.zeros((2, 3))] * (2 if counts else 0), counts)


def test_in_jax_statistics_go_in_and_come_out_as_in_tensorflow(tmp_path):
    pytest.importorskip("jax")
    for name in ("paper", "instance", "global", "none", "ugatit"):
        network = StatisticsGenerator(NETWORKS[name]())
        stir(network.generator)
        statistics = network.none() + 0.5
        cartoon, own = network([photo(1, 16, 24, 3), statistics, ALL / 2])
        weights = {f"w{n}": w for n, w in enumerate(network.get_weights())}
        np.savez(tmp_path / f"{name}.npz", cartoon=cartoon, own=own, **weights)
    subprocess.run(
        [sys.executable, "-c", IN_JAX, str(tmp_path)],
        env={**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)},
        check=True,
    )


ROOT = Path(__file__).resolve().parents[2]
IN_JAX = """
import sys
sys.modules["tensorflow"] = None  # as on a machine that has none
import jax, numpy as np
from cartoongan_tf.networks.attention import AttentionGenerator
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.networks.statistics import StatisticsGenerator
others = {"paper": Generator, "ugatit": AttentionGenerator}
x = np.random.default_rng(0).uniform(-1, 1, (1, 16, 24, 3)).astype(np.float32)
for name in ("paper", "instance", "global", "none", "ugatit"):
    found = dict(np.load(f"{sys.argv[1]}/{name}.npz"))
    small = others[name](4, 1) if name in others else LightGenerator(4, 8, 2, norm=name)
    network = StatisticsGenerator(small)
    network.set_weights([found[f"w{n}"] for n in range(len(network.weights))])
    run = jax.jit(lambda *inputs: network(inputs))
    half = np.full(1, 0.5, np.float32)
    cartoon, own = run(x, network.none() + np.float32(0.5), half)
    np.testing.assert_allclose(cartoon, found["cartoon"], atol=1e-4)
    np.testing.assert_allclose(own, found["own"], atol=1e-4)
"""
