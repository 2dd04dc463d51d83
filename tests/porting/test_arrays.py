"""Facts about weights as float16 arrays in files of bounded size."""

import keras
import numpy as np
import pytest

from cartoongan_tf.networks.discriminators import PatchDiscriminator
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.porting.arrays import read_generator, read_values, write_arrays


@pytest.mark.parametrize(
    "make",
    (lambda: Generator(4, 2, recolor=True), lambda: LightGenerator(4, 8, 1)),
)
@pytest.mark.parametrize("most_bytes", (15_000_000, 2_000))
def test_a_generator_comes_back_rounded_to_float16(tmp_path, make, most_bytes):
    keras.utils.set_random_seed(1)
    generator = make()
    files = write_arrays(generator, tmp_path / "g", most_bytes)
    assert (len(files) > 1) == (most_bytes == 2_000)
    for file in files:
        largest = max(weight.numpy().nbytes // 2 for weight in generator.weights)
        assert file.stat().st_size < most_bytes + largest + 20_000
    loaded = read_generator(reversed(files))
    assert type(loaded) is type(generator)
    assert loaded.get_config() | {"name": None} == (
        generator.get_config() | {"name": None}
    )
    for one, other in zip(loaded.get_weights(), generator.get_weights(), strict=True):
        assert np.array_equal(one, other.astype(np.float16).astype(np.float32))


def test_a_mixed_precision_generator_comes_back_in_float32(tmp_path):
    generator = Generator(2, 1, dtype="mixed_bfloat16")
    loaded = read_generator(write_arrays(generator, tmp_path / "g"))
    assert all(layer.compute_dtype == "float32" for layer in loaded.layers)


def test_a_weight_that_float16_cannot_hold_is_refused(tmp_path):
    generator = Generator(2, 0)
    for value in (1e6, np.nan):
        generator.weights[0].assign(np.full(generator.weights[0].shape, value))
        with pytest.raises(ValueError, match="Weights must be finite, and of at most"):
            write_arrays(generator, tmp_path / "g")


def test_parts_that_are_missing_mixed_or_damaged_are_refused(tmp_path):
    first = write_arrays(Generator(2, 1), tmp_path / "a", 2_000)
    second = write_arrays(Generator(3, 1), tmp_path / "b", 2_000)
    with pytest.raises(ValueError, match=r"All \d+ parts must be there"):
        read_generator(first[1:])
    with pytest.raises(ValueError, match="All parts must be of one network"):
        read_generator([*first[1:], second[0]])
    first[0].write_bytes(first[0].read_bytes()[:300])
    with pytest.raises(ValueError, match="Weights must be whole .npz files"):
        read_generator(first)
    with pytest.raises(ValueError, match="Weights must be whole .npz files"):
        read_generator([tmp_path / "nothing.npz"])


def test_another_network_is_no_generator(tmp_path):
    files = write_arrays(PatchDiscriminator(2), tmp_path / "d")
    assert read_values(files)[0]["class"] == "PatchDiscriminator"
    with pytest.raises(ValueError, match="Received: those of a PatchDiscriminator"):
        read_generator(files)
