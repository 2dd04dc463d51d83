import subprocess
import sys

import keras
import numpy as np
import pytest

from cartoongan_tf.exporting import tflite
from cartoongan_tf.inference import runtimes
from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.models.averages import WeightAverage
from cartoongan_tf.models.recoloring import Recoloring, finished
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.pictures import images

MAKERS = {
    "paper": lambda **given: Generator(4, 1, **given),
    "light": lambda **given: LightGenerator(4, 8, 1, **given),
}


class Model:
    """What `finished` needs of one."""

    def __init__(self, generator, average=None, recoloring=None):
        self.generator, self.average = generator, average
        self.recoloring = recoloring


def draw_noise(seed, mean, deviation, count=5):
    random = np.random.default_rng(seed)
    levels = random.normal(mean, deviation, (count, 26, 37, 3))
    return list(levels.clip(0, 255).round().astype(np.uint8))


PHOTOS = draw_noise(1, (120, 130, 140), 40)
CARTOONS = draw_noise(2, (150, 110, 80), (30, 18, 24))


def draw(generator, pictures):
    cropped = images.to_signed(np.stack(pictures)[:, :24, :36])
    return np.asarray(generator(cropped))


@pytest.fixture(params=MAKERS)
def generator(request):
    keras.utils.set_random_seed(5)
    return MAKERS[request.param](recolor=True)


def test_unfitted_it_changes_nothing(generator):
    maker = MAKERS["light" if isinstance(generator, LightGenerator) else "paper"]
    plain = maker()
    plain.set_weights(generator.get_weights()[: len(plain.weights)])
    np.testing.assert_array_equal(draw(generator, PHOTOS), draw(plain, PHOTOS))


def test_drawn_colours_get_the_cartoons_mean_and_deviation(generator):
    recoloring = Recoloring(generator)
    recoloring.fit(generator, PHOTOS, CARTOONS)
    with finished(Model(generator, recoloring=recoloring)) as done:
        levels = images.to_levels(draw(done, PHOTOS)).reshape(-1, 3)
    wanted = np.stack(CARTOONS).reshape(-1, 3)
    np.testing.assert_allclose(levels.mean(0), wanted.mean(0), atol=1)
    np.testing.assert_allclose(levels.std(0), wanted.std(0), rtol=0.1)


def test_the_training_generator_stays_as_it_was(generator):
    before = draw(generator, PHOTOS)
    recoloring = Recoloring(generator)
    recoloring.fit(generator, PHOTOS, CARTOONS)
    with finished(Model(generator, recoloring=recoloring)):
        assert np.abs(draw(generator, PHOTOS) - before).max() > 0.1
    np.testing.assert_array_equal(draw(generator, PHOTOS), before)


def test_averaged_weights_are_recoloured(generator):
    average, recoloring = WeightAverage(generator, 0.9), Recoloring(generator)
    averaged = draw(generator, PHOTOS)
    recoloring.fit(generator, PHOTOS, CARTOONS)
    for variable in generator.trainable_variables:
        variable.assign(variable * 0.5)
    with finished(Model(generator, average, recoloring)) as done:
        drawn = draw(done, PHOTOS)
    matrix, bias = (v.numpy() for v in recoloring.variables)
    np.testing.assert_allclose(drawn, np.clip(averaged @ matrix + bias, -1, 1), 0, 1e-4)


def test_without_it_the_generator_comes_as_it_is(generator):
    with finished(Model(generator)) as done:
        assert done is generator


def test_saved_loaded_and_exported_it_draws_the_same(generator, tmp_path):
    recoloring = Recoloring(generator)
    recoloring.fit(generator, PHOTOS, CARTOONS)
    with finished(Model(generator, recoloring=recoloring)) as done:
        done.save(tmp_path / "generator.keras")
        drawn = draw(done, PHOTOS)
    loaded = load_generator(tmp_path / "generator.keras")
    np.testing.assert_array_equal(draw(loaded, PHOTOS), drawn)
    photo = images.to_signed(PHOTOS[0][:24, :24][None])
    run = runtimes.TFLiteRuntime(tflite.convert(loaded, 24))
    np.testing.assert_allclose(run(photo), loaded(photo), atol=1e-4)


def test_photos_of_any_size_are_drawn_and_a_panorama_by_its_middle(generator):
    rng = np.random.default_rng(4)
    sizes = (1, 1), (5, 300), (2000, 7), (13, 9), (40, 9000)
    photos = [rng.integers(90, 160, (*size, 3), np.uint8) for size in sizes]
    asked = []

    def draw_and_tell(batch):
        asked.append(batch.shape[1:3])
        return generator(batch)

    recoloring = Recoloring(generator)
    recoloring.fit(draw_and_tell, photos, CARTOONS, most=40 * 400)
    assert asked == [(8, 8), (8, 300), (2000, 8), (12, 8), (40, 400)]
    # As one that is given the very parts that are drawn.
    again = Recoloring(generator)
    parts = [*photos[:3], photos[3][:12, :8], photos[4][:, 4300:4700]]
    again.fit(generator, parts, CARTOONS)
    for one, other in zip(recoloring.variables, again.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
        assert np.isfinite(one.numpy()).all()


@pytest.mark.slow
def test_a_panorama_takes_no_more_memory_than_a_photo():
    code = """
import resource, sys
import numpy as np
from cartoongan_tf.models.recoloring import Recoloring
from cartoongan_tf.networks.generators import Generator

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

rng = np.random.default_rng(0)
photo, panorama, cartoon = (
    rng.integers(0, 256, (400, width, 3), np.uint8) for width in (600, 8000, 600)
)
generator = Generator(8, 1, recolor=True)
recoloring = Recoloring(generator)
recoloring.fit(generator, [photo], [cartoon])
before = peak()
recoloring.fit(generator, [photo, panorama], [cartoon])
print(peak() - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    # MiB; drawn whole it took 2,600.
    assert float(done.stdout.split()[-1]) < 300
