"""Facts about neural style transfer."""

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.baselines import neural_style
from cartoongan_tf.baselines.neural_style import NeuralStyle, gram, total_variation
from cartoongan_tf.networks.features import VGG19Layers
from cartoongan_tf.pictures import images, memory
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def features():
    return VGG19Layers(NeuralStyle.LAYERS["vgg19"], "random")


@pytest.fixture(scope="module")
def photo():
    return samples.draw_photo(1, 33, 46)


@pytest.fixture(scope="module")
def cartoon():
    return samples.draw_cartoon(2, "hayao", 40, 40)


def signed(pixels):
    return images.to_signed(pixels)[None]


def test_a_gram_matrix_is_the_mean_product_of_channels():
    answer = np.random.default_rng(0).normal(size=(1, 3, 5, 4)).astype(np.float32)
    flat = answer.reshape(15, 4)
    assert np.allclose(gram(tf.constant(answer))[0], flat.T @ flat / 15, atol=1e-5)


def test_total_variation_is_zero_for_flat_colour_and_counts_both_ways():
    x = np.zeros((1, 4, 6, 3), np.float32)
    assert float(total_variation(tf.constant(x))) == 0
    x[:, :, 3:] = 1  # one step of 1 in each row of 5 differences
    assert float(total_variation(tf.constant(x))) == pytest.approx(1 / 5)
    assert float(total_variation(tf.constant(x.swapaxes(1, 2)))) == pytest.approx(1 / 5)


def test_a_result_has_its_photos_size_and_is_nearer_to_the_style(
    features, photo, cartoon
):
    draw = NeuralStyle([cartoon], features, steps=25)
    seen = []
    result = draw(photo, seen.append)
    assert result.shape == photo.shape and result.dtype == np.uint8
    assert len(seen) == 25
    assert set(seen[0]) == {"content_loss", "style_loss", "smooth_loss"}
    assert seen[0]["content_loss"] == 0  # it starts as the photo
    assert seen[-1]["style_loss"] < 0.6 * seen[0]["style_loss"]
    # And what is told is what is given: the picture has just these losses, before its
    # last step and its rounding.
    content = features(signed(photo))[0]
    again = draw.losses(tf.constant(signed(result)), content)
    assert float(again["style_loss"]) == pytest.approx(seen[-1]["style_loss"], rel=0.15)


def test_the_style_moves_a_photos_brightness_towards_its_own(features, photo):
    result = NeuralStyle([photo // 2], features, steps=25)(photo)
    assert photo.mean() - result.mean() > 10


def test_more_style_weight_keeps_less_of_the_photo(features, photo, cartoon):
    errors = []
    for weight in (0.0, 0.001, 10.0):
        draw = NeuralStyle([cartoon], features, 8, style_weight=weight, smooth_weight=0)
        errors.append(np.abs(draw(photo).astype(int) - photo).mean())
    assert errors[0] == 0
    assert errors[0] < errors[1] < errors[2]


def test_more_smooth_weight_gives_a_smoother_picture(features, photo, cartoon):
    roughness = []
    for weight in (0.0, 1000.0):
        draw = NeuralStyle([cartoon], features, 8, smooth_weight=weight)
        roughness.append(float(total_variation(tf.constant(signed(draw(photo))))))
    assert roughness[1] < 0.7 * roughness[0]


def test_the_gradient_is_that_of_finite_differences(features, photo, cartoon):
    draw = NeuralStyle([cartoon[:16, :16]], features, smooth_weight=0.1)
    content = features(signed(photo[:16, :16]))[0]
    start = signed(photo[16:32, 16:32])

    def total(x):
        return draw.total(draw.losses(x, content))

    x = tf.Variable(start)
    with tf.GradientTape() as tape:
        loss = total(x)
    gradient = tape.gradient(loss, x).numpy()
    rng = np.random.default_rng(0)
    # Along the gradient, and along it where some pixels are turned round: float32 is
    # too coarse for single pixels.
    for signs in (np.ones_like(start), rng.choice([-1, 1], start.shape)):
        way = (signs * gradient / np.linalg.norm(gradient)).astype(np.float32)
        step = 0.01
        ahead, behind = (
            float(total(tf.constant(start + s * way))) for s in (step, -step)
        )
        slope = (ahead - behind) / (2 * step)
        assert slope == pytest.approx(float((gradient * way).sum()), rel=0.02)


def test_the_style_of_a_set_is_the_mean_of_its_gram_matrices(features, cartoon):
    other = samples.draw_cartoon(3, "paprika", 48, 32)
    one, two, both = (
        NeuralStyle(pictures, features).grams
        for pictures in ([cartoon], [other], iter([cartoon, other]))
    )
    for a, b, mean in zip(one, two, both, strict=True):
        assert np.allclose((a + b) / 2, mean, rtol=1e-4, atol=1e-3)
        assert not np.allclose(a, b, rtol=1e-2)


def test_the_same_call_gives_the_same_picture(features, photo, cartoon):
    first, second = (NeuralStyle([cartoon], features, 4)(photo) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("shape", [(1, 1), (3, 17), (9, 8), (40, 7)])
def test_pictures_of_any_size_are_drawn(features, cartoon, shape):
    photo = samples.draw_photo(1, 40, 40)[: shape[0], : shape[1]]
    result = NeuralStyle([cartoon], features, 2)(photo)
    assert result.shape == photo.shape


def test_large_photos_are_drawn_small_and_enlarged(features, photo, cartoon):
    small = images.shrink(images.Picture(photo), 24).pixels
    draw = NeuralStyle([cartoon], features, 3, size=24)
    expected = images.resize(draw(small), *photo.shape[:2])
    assert np.array_equal(draw(photo), expected)


def test_a_picture_too_large_for_memory_is_refused(
    features, photo, cartoon, monkeypatch
):
    draw = NeuralStyle([cartoon], features, 1)
    monkeypatch.setattr(memory, "available", lambda: 10**6)
    with pytest.raises(ValueError, match="must fit in memory.*46x33.*--size "):
        draw(photo)


@pytest.mark.parametrize(
    ("name", "value"),
    [("steps", 0), ("size", 7), ("style_weight", -1.0), ("smooth_weight", np.nan)],
)
def test_bad_values_are_refused_with_the_rule(features, cartoon, name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be .*Received: {name}="):
        NeuralStyle([cartoon], features, **{name: value})


def test_a_style_without_pictures_is_refused(features):
    with pytest.raises(ValueError, match="must have a picture"):
        NeuralStyle([], features)


def test_layers_are_those_of_the_paper_but_the_fifth_where_vgg16_has_none():
    style = [f"block{block}_conv1" for block in (1, 2, 3, 4, 5)]
    assert NeuralStyle.LAYERS == {
        "vgg19": ("block4_conv2", *style),
        "vgg16": ("block4_conv2", *style[:4]),
    }
    assert neural_style.SIZE == 512
