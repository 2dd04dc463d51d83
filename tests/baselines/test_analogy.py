"""Facts about Deep Image Analogy."""

import numpy as np
import pytest

from cartoongan_tf.baselines import analogy
from cartoongan_tf.baselines.analogy import DeepImageAnalogy
from cartoongan_tf.networks.features import VGG16Layers, VGG19Layers
from cartoongan_tf.pictures import images, memory
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def features():
    return VGG16Layers(DeepImageAnalogy.LAYERS["vgg16"], pooling="max")


@pytest.fixture(scope="module")
def photo():
    return samples.draw_photo(1, 64, 80)


@pytest.fixture(scope="module")
def cartoon():
    return samples.draw_cartoon(2, "hayao", 72, 66)


def textured(seed, height, width):
    """A picture without two like places."""
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3))
    return images.resize(noise.astype(np.uint8)[::2, ::2], height, width)


def test_layers_and_constants_are_the_papers():
    first = [f"block{block}_conv1" for block in (1, 2, 3, 4)]
    assert DeepImageAnalogy.LAYERS == {
        "vgg19": (*first, "block5_conv1"),
        "vgg16": (*first, "block4_pool"),
    }
    assert analogy.SIDES == (5, 5, 3, 3, 3)
    assert analogy.KEPT == (0.1, 0.6, 0.7, 0.8)
    assert (analogy.ROUNDS, analogy.THRESHOLD, analogy.VOTE_SIDE) == (10, 0.05, 3)


@pytest.mark.parametrize("size", [(64, 80), (67, 49)])
def test_a_picture_after_itself_is_the_picture(features, size):
    pixels = textured(0, *size)
    draw = DeepImageAnalogy(pixels, features, rounds=2)
    there, back = draw.fields(pixels)
    expected = np.stack(np.mgrid[: size[0], : size[1]], -1)
    assert np.array_equal(there, expected) and np.array_equal(back, expected)
    assert np.array_equal(draw(pixels), pixels)


def test_a_drawn_scene_after_itself_is_almost_the_picture(features, photo):
    """Flat colour has many like places; which is taken is not seen."""
    drawn = DeepImageAnalogy(photo, features, rounds=2)(photo)
    assert np.abs(drawn.astype(int) - photo).mean() < 1


def test_parts_are_found_again_on_a_shifted_copy(features):
    whole = textured(0, 112, 128)
    part = whole[16:80, 32:112]  # by places of the coarsest layer
    draw = DeepImageAnalogy(whole, features, rounds=4)
    there, back = draw.fields(part)
    # VGG's answers near the border are others: it sees black beyond.
    inner = slice(12, -12)
    shift = there - np.stack(np.mgrid[:64, :80], -1)
    assert (shift[inner, inner] == (16, 32)).all(-1).mean() > 0.95
    shift = back[16:80, 32:112] - np.stack(np.mgrid[:64, :80], -1)
    assert (shift[inner, inner] == 0).all(-1).mean() > 0.9
    error = np.abs(draw(part).astype(int) - part)[inner, inner].mean()
    assert error < 4


def test_a_result_is_made_of_the_pictures_colours_where_the_photo_has_its(
    features, photo, cartoon
):
    seen = []
    draw = DeepImageAnalogy(cartoon, features, rounds=3)
    result = draw(photo, seen.append)
    assert result.shape == photo.shape and result.dtype == np.uint8
    # A vote is a mean of pixels: never beyond the picture's own levels.
    low, high = cartoon.min((0, 1)), cartoon.max((0, 1))
    assert (result >= low).all() and (result <= high).all()
    far = np.linalg.norm(photo.mean((0, 1)) - cartoon.mean((0, 1)))
    assert np.linalg.norm(result.mean((0, 1)) - cartoon.mean((0, 1))) < far
    layers = [each["layer"] for each in seen]
    assert layers == sorted(layers, reverse=True) and set(layers) == {1, 2, 3, 4, 5}
    for each in seen:
        assert 0 <= each.get("alike", 0) <= 2.001 and 0 <= each.get("loss", 0) < 10
    assert 20 < len(seen) <= draw.steps_a_photo


def test_the_same_seed_gives_the_same_picture(features, photo, cartoon):
    first, second, other = (
        DeepImageAnalogy(cartoon, features, 2, seed=seed)(photo) for seed in (5, 5, 6)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("shape", [(1, 1), (3, 40), (17, 16), (50, 9)])
def test_pictures_of_any_size_are_drawn_after_any(features, cartoon, shape):
    small = samples.draw_photo(1, 50, 50)[: shape[0], : shape[1]]
    cartoon = cartoon[:40, :37]
    assert DeepImageAnalogy(cartoon, features, 1)(small).shape == small.shape
    assert DeepImageAnalogy(small, features, 1)(cartoon).shape == cartoon.shape


def test_large_photos_are_drawn_small_and_enlarged(features, photo, cartoon):
    small = images.shrink(images.Picture(photo), 40).pixels
    draw = DeepImageAnalogy(cartoon, features, 1, size=40)
    expected = images.resize(draw(small), *photo.shape[:2])
    assert np.array_equal(draw(photo), expected)


def test_vgg19_serves_it_with_its_conv5_1():
    pixels = textured(0, 48, 48)
    layers = VGG19Layers(DeepImageAnalogy.LAYERS["vgg19"], "random", pooling="max")
    assert np.array_equal(DeepImageAnalogy(pixels, layers, 1)(pixels), pixels)


def test_bad_values_and_too_little_memory_are_refused(
    features, photo, cartoon, monkeypatch
):
    for name, value in (("rounds", 0), ("size", 7), ("size", np.inf)):
        with pytest.raises(ValueError, match=f"`{name}` must be .*Received: {name}="):
            DeepImageAnalogy(cartoon, features, **{name: value})
    draw = DeepImageAnalogy(cartoon, features, 1)
    monkeypatch.setattr(memory, "available", lambda: 10**6)
    with pytest.raises(ValueError, match="must fit in memory.*80x64.*--size "):
        draw(photo)
