"""Facts about CNNMRF."""

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.baselines import cnnmrf, patches
from cartoongan_tf.baselines.cnnmrf import CNNMRF, Library
from cartoongan_tf.networks.features import VGG16Layers
from cartoongan_tf.pictures import images, memory
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def features():
    return VGG16Layers(CNNMRF.LAYERS["vgg16"], pooling="max")


@pytest.fixture(scope="module")
def photo():
    return samples.draw_photo(1, 48, 64)


@pytest.fixture(scope="module")
def cartoon():
    return samples.draw_cartoon(2, "hayao", 64, 56)


def test_layers_and_constants_are_the_authors():
    style = "block3_conv1", "block4_conv1"
    for network in ("vgg16", "vgg19"):
        assert CNNMRF.LAYERS[network] == ("block4_conv2", *style)
    assert (cnnmrf.SIDE, cnnmrf.STRIDE, cnnmrf.SCALES) == (3, 2, 3)
    assert (cnnmrf.STEPS, cnnmrf.SIZE) == (100, 384)


def test_patches_are_found_again_on_a_shifted_copy():
    whole = np.random.default_rng(0).normal(size=(24, 25, 6)).astype(np.float32)
    library = Library(whole)
    # By even shifts: the library's patches lie two places apart.
    wanted, covered = library.redraw(whole[4:19, 6:21])
    assert covered.all() and np.allclose(wanted, whole[4:19, 6:21], atol=1e-6)
    # And brighter ones too: the correlation is normalized.
    wanted, _ = library.redraw(3 * whole[4:19, 6:21])
    assert np.allclose(wanted, whole[4:19, 6:21], atol=1e-6)


def test_each_patch_is_drawn_of_its_most_alike():
    rng = np.random.default_rng(0)
    answer, other = rng.random((5, 7, 4)), rng.random((8, 6, 4))
    wanted, _ = Library(other).redraw(answer)
    total, count = np.zeros_like(answer), np.zeros((5, 7, 1))
    for y in (0, 2):
        for x in (0, 2, 4):
            patch = answer[y : y + 3, x : x + 3]
            pieces = [
                other[v : v + 3, u : u + 3] for v in (0, 2, 4, 5) for u in (0, 2, 3)
            ]
            alike = [(patch * p).sum() / np.linalg.norm(p) for p in pieces]
            total[y : y + 3, x : x + 3] += pieces[int(np.argmax(alike))]
            count[y : y + 3, x : x + 3] += 1
    assert np.allclose(wanted, total / count, atol=1e-5)


def test_after_itself_a_picture_is_pulled_nowhere(features, photo):
    draw = CNNMRF(photo, features)
    signed = images.to_signed(photo)[None]
    answers = features(signed)[1:]
    for answer, (wanted, covered) in zip(answers, draw.targets(signed), strict=True):
        assert np.allclose(wanted, answer, rtol=1e-4, atol=1e-2)
        assert np.array_equal(np.unique(covered), [1])
    small = photo[:40, :40]  # too small to be begun coarsely
    result = CNNMRF(small, features, steps=5, smooth_weight=0)(small)
    assert np.abs(result.astype(int) - small).max() <= 1


def test_steps_bring_a_photo_nearer_to_the_pictures_patches(features, photo, cartoon):
    draw = CNNMRF(cartoon, features, steps=20)

    def alike(pixels):
        """The mean correlation of each patch to its most alike."""
        found = []
        answers = draw._answers(images.to_signed(pixels)[None])[1:]
        for answer, library in zip(answers, draw.styles[0], strict=True):
            grid = [patches.starts(side, 3, 2) for side in answer.shape[:2]]
            cut = patches.unit(patches.cut(answer, 3, *grid))
            found.append((cut @ library.unit.T).max(1).mean())
        return np.mean(found)

    seen = []
    result = draw(photo, seen.append)
    assert result.shape == photo.shape and result.dtype == np.uint8
    assert alike(result) > alike(photo) + 0.1
    assert [each["scale"] for each in seen] == [0.5] * 20 + [1.0] * 20
    for at in (0, 10, 20, 30):  # the targets change between
        losses = [each["loss"] for each in seen[at : at + 10]]
        assert losses == sorted(losses, reverse=True)
    # What is drawn keeps more of the photo with less style.
    less = CNNMRF(cartoon, features, steps=20, style_weight=0.01)(photo)
    error, more = (np.abs(each.astype(int) - photo).mean() for each in (less, result))
    assert error < 0.7 * more


def test_more_smooth_weight_gives_a_smoother_picture(features, photo, cartoon):
    rough = []
    for weight in (0.0, 100.0):
        draw = CNNMRF(cartoon, features, steps=10, smooth_weight=weight)
        rough.append(np.abs(np.diff(draw(photo).astype(int), axis=1)).mean())
    assert rough[1] < 0.7 * rough[0]


def test_the_gradient_is_that_of_finite_differences(features, photo, cartoon):
    draw = CNNMRF(cartoon, features, smooth_weight=10.0)
    x = tf.constant(images.to_signed(photo)[None])
    content = draw._answer(x[:, ::-1])[0]
    targets = draw.targets(x)
    _, gradient = draw._pull(x, content, targets)
    way = gradient / tf.norm(gradient)
    ahead, behind = (
        float(draw._pull(x + s * way, content, targets)[0]) for s in (0.01, -0.01)
    )
    assert (ahead - behind) / 0.02 == pytest.approx(float(tf.norm(gradient)), rel=0.02)


def test_the_same_call_gives_the_same_picture(features, photo, cartoon):
    first, second = (CNNMRF(cartoon, features, 3)(photo) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("shape", [(1, 1), (3, 60), (25, 24), (70, 9)])
def test_pictures_of_any_size_are_drawn_after_any(features, cartoon, shape):
    small = samples.draw_photo(1, 70, 70)[: shape[0], : shape[1]]
    assert CNNMRF(cartoon, features, 2)(small).shape == small.shape
    assert CNNMRF(small, features, 2)(cartoon).shape == cartoon.shape


def test_large_photos_are_drawn_small_and_enlarged(features, photo, cartoon):
    small = images.shrink(images.Picture(photo), 40).pixels
    draw = CNNMRF(cartoon, features, 2, size=40)
    expected = images.resize(draw(small), *photo.shape[:2])
    assert np.array_equal(draw(photo), expected)


def test_bad_values_and_too_little_memory_are_refused(
    features, photo, cartoon, monkeypatch
):
    for name, value in (
        ("steps", 0), ("size", 7), ("style_weight", -1.0), ("smooth_weight", np.nan),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=f"`{name}` must be .*Received: {name}="):
            CNNMRF(cartoon, features, **{name: value})
    draw = CNNMRF(cartoon, features, 1)
    monkeypatch.setattr(memory, "available", lambda: 10**6)
    with pytest.raises(ValueError, match="must fit in memory.*64x48.*--size "):
        draw(photo)
