import keras
import numpy as np
import pytest

from cartoongan_tf.models.cartoongan import CartoonGAN, InitializationPhase
from cartoongan_tf.networks.discriminators import PatchDiscriminator
from cartoongan_tf.networks.features import VGG19Features
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.networks.palettes import Palette, measure
from cartoongan_tf.pictures import images


def pictures(seed, mean, mix, count=6):
    """Normally distributed colours, far from the ends of the range."""
    random = np.random.default_rng(seed)
    colors = random.normal(size=(count, 24, 32, 3)) @ np.array(mix) + mean
    return list(colors.clip(0, 255).round().astype(np.uint8))


PHOTOS = pictures(1, (120, 130, 140), np.eye(3) * 18)
CARTOONS = pictures(2, (140, 110, 70), ((20, 9, 0), (0, 14, 5), (3, 0, 9)))


@pytest.fixture(scope="module")
def palette():
    palette = Palette()
    palette.adapt(PHOTOS, CARTOONS)
    return palette


def map_all(palette, pictures):
    mapped = palette(images.to_signed(np.stack(pictures)))
    return images.to_levels(np.asarray(mapped)).reshape(-1, 3)


def test_mean_and_covariance_become_the_cartoons(palette):
    mapped = map_all(palette, PHOTOS)
    wanted = np.stack(CARTOONS).reshape(-1, 3).astype(float)
    np.testing.assert_allclose(mapped.mean(0), wanted.mean(0), atol=0.05)
    np.testing.assert_allclose(np.cov(mapped.T), np.cov(wanted.T), atol=1.5)


def test_it_is_the_least_move(palette):
    """Any other map to the same covariance turns the colours on the way."""
    matrix = np.asarray(palette.matrix)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-5)
    assert np.all(np.linalg.eigvalsh(matrix) > 0)


def test_photos_in_the_palette_stay_as_they_are():
    palette = Palette()
    palette.adapt(PHOTOS, PHOTOS)
    mapped = map_all(palette, PHOTOS)
    np.testing.assert_allclose(mapped, np.stack(PHOTOS).reshape(-1, 3), atol=0.02)


def test_unadapted_it_changes_nothing():
    photo = images.to_signed(np.stack(PHOTOS))
    np.testing.assert_array_equal(Palette()(photo), photo)


def test_sets_of_one_grey_have_a_map():
    grey = [np.full((8, 8, 3), 90, np.uint8)]
    palette = Palette()
    palette.adapt(grey, CARTOONS)
    assert np.all(np.isfinite(np.asarray(palette.matrix)))
    mean = np.stack(CARTOONS).reshape(-1, 3).mean(0)
    np.testing.assert_allclose(map_all(palette, grey)[0], mean, atol=0.05)


def test_colours_stay_in_range(palette):
    ends = np.array([[[[-1, -1, -1], [1, 1, 1], [1, -1, 1]]]], np.float32)
    mapped = np.asarray(palette(ends))
    assert mapped.min() >= -1 and mapped.max() <= 1


def test_it_is_float32_under_mixed_precision():
    layer = Palette(dtype="mixed_bfloat16")
    assert layer(np.zeros((1, 2, 2, 3), "float32")).dtype == "float32"


def test_round_trip(palette, tmp_path):
    model = keras.Sequential([keras.Input((None, None, 3)), palette])
    model.save(tmp_path / "palette.keras")
    loaded = keras.saving.load_model(tmp_path / "palette.keras")
    photo = images.to_signed(np.stack(PHOTOS))
    np.testing.assert_array_equal(loaded(photo), model(photo))


def test_content_wants_the_photo_in_the_palette(palette):
    keras.utils.set_random_seed(3)
    parts = Generator(4, 1), PatchDiscriminator(2, "none")
    features = VGG19Features("random", "block1_conv2", seed=1)
    photo = images.to_signed(np.stack(PHOTOS))
    gan = CartoonGAN(*parts, features)
    gan.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0), palette=palette)
    found = float(gan.train_step([photo] * 3)["content_loss"])
    fake = features(parts[0](photo))
    wanted, other = (
        float(np.abs(fake - features(target)).mean())
        for target in (palette(photo), photo)
    )
    assert found == pytest.approx(wanted, rel=1e-4)
    assert abs(wanted - other) > 1e-2


@pytest.mark.slow
def test_the_initialization_phase_learns_the_palette(palette):
    keras.utils.set_random_seed(3)
    generator = Generator(4, 1)
    phase = InitializationPhase(
        generator, VGG19Features("random", "block1_conv2", seed=1)
    )
    phase.compile(keras.optimizers.Adam(1e-2), palette=palette)
    photo = images.to_signed(np.stack(PHOTOS))

    def error():
        return float(np.abs(np.asarray(generator(photo)) - palette(photo)).mean())

    before = error()
    for _ in range(60):
        phase.train_step([photo])
    assert error() < before / 2


def test_pictures_of_any_size_are_measured_even_one_pixel():
    one = np.array([[[10, 200, 30]]], np.uint8)
    mean, spread = measure([one])
    np.testing.assert_allclose(images.to_levels(mean), one[0, 0], atol=1e-4)
    palette = Palette()
    palette.adapt([one], CARTOONS)
    mapped = map_all(palette, [one])
    wanted = np.stack(CARTOONS).reshape(-1, 3).mean(0)
    np.testing.assert_allclose(mapped[0], wanted, atol=1)
    strip = np.repeat(np.arange(256, dtype=np.uint8), 200)[None, :, None].repeat(3, 2)
    np.testing.assert_allclose(measure([strip])[0], 0, atol=0.01)
