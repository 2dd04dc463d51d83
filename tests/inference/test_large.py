"""Facts about large photos, drawn as large as they are."""

import keras
import numpy as np
import pytest

from cartoongan_tf.inference import large
from cartoongan_tf.inference.runtimes import KerasRuntime, load_style
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def run():
    keras.utils.set_random_seed(1)
    return KerasRuntime(LightGenerator(4, 8, 1))


def test_what_is_large_depends_on_pixels_and_on_memory(run):
    assert large.is_large(run, 2100, 2100)
    assert not large.is_large(run, 500, 500, most=2**50)
    assert large.is_large(run, 500, 500, most=1)


def test_files_of_one_size_and_without_stages_are_never(run):
    class Fixed:
        size, has_generator = (256, 256), True

    class Own:
        size, has_generator = None, False

    assert not large.is_large(Fixed, 9000, 9000) and not large.is_large(Own, 9000, 9000)


def test_in_tiles_and_in_one_piece_it_is_the_same(run):
    photo = samples.draw_photo(6, 333, 401)
    for color, most in (("style", 1), ("auto", 2), ("photo", 2)):
        at_once, tiled = (large.draw(run, photo, color, most=m) for m in (2**50, 1))
        assert np.abs(at_once.astype(int) - tiled).max() <= most


@pytest.mark.slow
@pytest.mark.parametrize("style", ["hayao", "hosoda", "paprika", "shinkai", "pepper"])
def test_a_shipped_style_draws_tiles_as_the_whole(style):
    pytest.importorskip("onnxruntime")
    run = load_style(style)
    photo = images.resize(samples.draw_photo(6), 600, 800)
    tiled = large.draw(run, photo, "style", most=1)  # by Keras, as any tiles
    at_once = large.draw(KerasRuntime(run.generator), photo, "style", most=2**50)
    apart = at_once.astype(float) - tiled
    assert np.abs(apart).max() <= 1, np.abs(apart).max()
    assert 10 * np.log10(255**2 / max(np.mean(apart**2), 1e-9)) > 60
