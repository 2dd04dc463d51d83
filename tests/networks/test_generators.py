"""Facts about the generator."""

import json
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.networks.generators import Generator


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


# ---------------------------------------------------------------- files


def test_a_style_name_gives_its_generator(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "saved_models" / "hayao"
    home.mkdir(parents=True)
    Generator(2, 1).save(home / "generator.keras")
    assert Generator.from_style("hayao").filters == 2


def test_keras_itself_loads_the_file_in_a_fresh_process(tmp_path):
    Generator(2, 1).save(tmp_path / "g.keras")
    code = (
        "import cartoongan_tf, keras; m = keras.models.load_model('g.keras'); "
        "print(type(m).__module__, m.filters)"
    )
    root = __file__.rsplit("/tests/", 1)[0]
    result = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r}); {code}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    home = "cartoongan_tf.networks.generators"
    assert result.stdout.split() == [home, "2"], result.stderr


def test_a_saved_generator_loads(tmp_path):
    generator = Generator(2, 1)
    generator.save(tmp_path / "g.keras")
    loaded = load_generator(tmp_path / "g.keras")
    for a, b in zip(loaded.get_weights(), generator.get_weights(), strict=True):
        assert np.array_equal(a, b)


def test_bad_weights_are_named_with_the_rule(tmp_path):
    Generator(2, 1).save(tmp_path / "cut.keras")
    whole = (tmp_path / "cut.keras").read_bytes()
    (tmp_path / "cut.keras").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.keras").write_text("no weights")
    (tmp_path / "w.npz").touch()
    classifier = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    classifier.save(tmp_path / "classifier.keras")
    halving = [keras.Input((None, None, 3)), keras.layers.Conv2D(3, 3, 2)]
    keras.Sequential(halving).save(tmp_path / "halving.keras")
    broken = Generator(2, 0)
    broken.set_weights([np.full(w.shape, np.nan) for w in broken.weights])
    broken.save(tmp_path / "nan.keras")
    for name, rule in (
        ("absent.keras", "must exist"),
        ("cut.keras", "must be a whole .keras file"),
        ("text.keras", "must be a whole .keras file"),
        ("w.npz", "must be a .keras file; .*convert"),
        ("classifier.keras", "must be a generator's"),
        ("halving.keras", "must be a generator's"),
        ("nan.keras", "must be a generator's"),
    ):
        with pytest.raises(ValueError, match=f"{rule}.*{name}") as error:
            load_generator(tmp_path / name)
        assert "\n" not in str(error.value)


def test_code_in_a_keras_file_is_not_run(tmp_path):
    model = keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.Lambda(lambda x: x * 2)]
    )
    model.save(tmp_path / "lambda.keras")
    with pytest.raises(ValueError, match="lambda.keras"):
        load_generator(tmp_path / "lambda.keras")


def test_weights_of_other_shapes_than_the_config_are_refused(tmp_path):
    Generator(2, 1).save(tmp_path / "a.keras")
    with zipfile.ZipFile(tmp_path / "a.keras") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    config["config"]["filters"] = 3
    parts["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(tmp_path / "b.keras", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match="b.keras"):
        load_generator(tmp_path / "b.keras")
