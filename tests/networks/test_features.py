"""VGG19 features against `keras.applications.VGG19`."""

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.evaluation import kernels
from cartoongan_tf.networks import vgg as vggs
from cartoongan_tf.networks.features import (
    LAYERS,
    VGG16_LAYERS,
    StyleFeatures,
    VGG16Features,
    VGG16Layers,
    VGG19Features,
    VGG19Layers,
    make_features,
)
from cartoongan_tf.networks.palettes import Palette
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def vgg():
    """Keras's own network with random weights: the structure is what is compared."""
    keras.utils.set_random_seed(7)
    return keras.applications.VGG19(include_top=False, weights=None)


@pytest.fixture(scope="module")
def weights(vgg, tmp_path_factory):
    path = tmp_path_factory.mktemp("vgg") / "vgg19.weights.h5"
    vgg.save_weights(path)
    return path


def photo(size=32, seed=0):
    levels = np.random.default_rng(seed).integers(0, 256, (2, size, size, 3))
    return levels, (levels / 127.5 - 1).astype(np.float32)


def test_every_weight_is_that_of_keras_applications(vgg, weights):
    features = VGG19Features(weights)
    ours = {la.name: la for la in features.layers if la.weights}
    theirs = [la.name for la in vgg.layers if la.weights]
    assert list(ours) == theirs[: theirs.index("block4_conv4") + 1]
    for name, layer in ours.items():
        for mine, its in zip(
            layer.get_weights(), vgg.get_layer(name).get_weights(), strict=True
        ):
            assert np.array_equal(mine, its), name


@pytest.mark.parametrize("layer", LAYERS)
def test_features_are_keras_vgg19s_before_the_relu(vgg, weights, layer):
    levels, signed = photo()
    ours = VGG19Features(weights, layer)(signed).numpy()
    caffe = keras.applications.vgg19.preprocess_input(levels.astype(np.float32))
    theirs = keras.Model(vgg.input, vgg.get_layer(layer).output)(caffe).numpy()
    assert ours.min() < 0
    scale = np.abs(theirs).max()
    assert np.abs(np.maximum(ours, 0) - theirs).max() / scale < 1e-5


def test_the_old_h5_format_of_the_download_is_read(vgg, tmp_path):
    path = tmp_path / "notop.h5"
    vgg.save(path)  # legacy HDF5, weights by layer as in Keras's own file
    first = VGG19Features(path).get_layer("block1_conv1").get_weights()[0]
    assert np.array_equal(first, vgg.get_layer("block1_conv1").get_weights()[0])


def test_features_are_at_an_eighth_and_frozen():
    features = VGG19Features("random")
    assert features(photo()[1]).shape == (2, 4, 4, 512)
    assert not features.trainable_variables
    assert features.non_trainable_variables


def test_random_weights_come_from_the_seed():
    x = photo()[1]
    same = [VGG19Features("random", LAYERS[1], seed=s)(x) for s in (1, 1, 2)]
    assert np.array_equal(same[0], same[1])
    assert not np.array_equal(same[0], same[2])


def test_features_stay_float32_under_a_mixed_policy():
    x = photo()[1]
    expected = VGG19Features("random", LAYERS[0])(x)
    keras.config.set_dtype_policy("mixed_float16")
    y = VGG19Features("random", LAYERS[0])(x)
    assert y.dtype == tf.float32
    assert np.array_equal(y, expected)


def test_pictures_are_resized_when_asked():
    features = VGG19Features("random", LAYERS[1], image_size=64)
    assert features(photo(32)[1]).shape == (2, 32, 32, 128)


def test_features_round_trip_without_a_download(weights, tmp_path):
    features = VGG19Features(weights, LAYERS[1])
    features.save(tmp_path / "f.keras")
    x = photo()[1]
    loaded = keras.models.load_model(tmp_path / "f.keras")
    assert np.array_equal(loaded(x), features(x))


def test_gradient_flows_to_the_picture():
    features = VGG19Features("random", LAYERS[1])
    x = tf.constant(photo()[1])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_mean(features(x))
    assert float(tf.norm(tape.gradient(y, x))) > 0


def test_bad_weights_are_refused_before_training(tmp_path):
    with pytest.raises(ValueError, match="imagenet, random or a file.*absent.h5"):
        VGG19Features(tmp_path / "absent.h5")
    (tmp_path / "text.h5").write_text("no weights")
    with pytest.raises(ValueError, match="must be a weights file of .*text.h5"):
        VGG19Features(tmp_path / "text.h5")
    with pytest.raises(ValueError, match="`layer` must be one of"):
        VGG19Features("random", "block9_conv1")


def test_weights_of_another_network_are_refused(tmp_path):
    vgg16 = keras.applications.VGG16(include_top=False, weights=None)
    vgg16.save_weights(tmp_path / "vgg16.weights.h5")
    with pytest.raises(ValueError, match="must be a weights file of"):
        VGG19Features(tmp_path / "vgg16.weights.h5")


def test_a_file_that_fills_only_some_layers_is_refused(vgg, tmp_path):
    # Keras itself only warns, and leaves the rest at random.
    path = tmp_path / "some.weights.h5"
    vgg.save_weights(path)
    with h5py.File(path, "r+") as file:
        names = [n for n in file["layers"] if "conv2d_7" in n]
        assert names
        del file["layers"][names[0]]
    with pytest.raises(ValueError, match="must be a weights file of"):
        VGG19Features(path)


def test_a_failed_download_names_the_ways_out(monkeypatch):
    def refuse(*args, **kwargs):
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.utils, "get_file", refuse)
    monkeypatch.setattr("keras.src.utils.file_utils.get_file", refuse)
    with pytest.raises(ValueError, match="--content-network vgg16.*--vgg-weights"):
        VGG19Features("imagenet")


# ---------------------------------------------------------------- several layers


def test_several_layers_are_keras_vgg19s_with_average_pooling(vgg, weights):
    names = ("block3_conv2", "block1_conv1", "block2_conv2")
    levels, signed = photo()
    ours = VGG19Layers(names, weights)(signed)
    x = keras.applications.vgg19.preprocess_input(levels.astype(np.float32))
    theirs = {}
    for layer in vgg.layers[1:]:
        is_pool = isinstance(layer, keras.layers.MaxPooling2D)
        x = keras.layers.AveragePooling2D(2)(x) if is_pool else layer(x)
        theirs[layer.name] = x.numpy()
    for name, found in zip(names, ours, strict=True):
        scale = np.abs(theirs[name]).max()
        assert np.abs(found - theirs[name]).max() / scale < 1e-5, name


def test_no_layer_is_made_beyond_the_last_that_is_asked_for():
    layers = VGG19Layers(["block1_conv2", "block2_conv1"], "random")
    assert layers.layers[-1].name == "block2_conv1"
    assert not layers.trainable_variables


def test_several_layers_round_trip_and_stay_float32(tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    layers = VGG19Layers(["block2_conv1", "block1_conv1"], "random", seed=3)
    layers.save(tmp_path / "l.keras")
    loaded = keras.models.load_model(tmp_path / "l.keras")
    assert loaded.get_config() == layers.get_config()
    x = photo()[1]
    for mine, its in zip(loaded(x), layers(x), strict=True):
        assert mine.dtype == tf.float32
        assert np.array_equal(mine, its)


@pytest.mark.parametrize("names", [(), ("block6_conv1",), ("block1_conv1", "x")])
def test_unknown_layers_are_refused(names):
    with pytest.raises(ValueError, match="`names` must be of block1_conv1.*Received"):
        VGG19Layers(names, "random")


# ---------------------------------------------------------------- VGG16


@pytest.fixture(scope="module")
def vgg16(tmp_path_factory):
    """Keras's own VGG16 with random weights, and a file of them."""
    keras.utils.set_random_seed(8)
    network = keras.applications.VGG16(include_top=False, weights=None)
    path = tmp_path_factory.mktemp("vgg16") / "vgg16.weights.h5"
    network.save_weights(path)
    return network, path


@pytest.mark.parametrize("layer", VGG16_LAYERS)
def test_vgg16s_features_are_keras_vgg16s_before_the_relu(vgg16, layer):
    network, path = vgg16
    levels, signed = photo()
    ours = VGG16Features(path, layer)(signed).numpy()
    caffe = keras.applications.vgg16.preprocess_input(levels.astype(np.float32))
    theirs = keras.Model(network.input, network.get_layer(layer).output)(caffe).numpy()
    assert ours.min() < 0
    assert np.abs(np.maximum(ours, 0) - theirs).max() / np.abs(theirs).max() < 1e-5


def content_gradient(features, x, target):
    """Of the mean absolute difference of features, by the tape."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_mean(tf.abs(features(x) - target))
    return float(loss), tape.gradient(loss, x).numpy()


@pytest.mark.parametrize("layer", VGG16_LAYERS[2:])
def test_the_content_gradient_is_that_of_finite_differences(layer):
    features = VGG16Features(layer=layer)
    x, other = photo()[1][:1], photo(seed=5)[1][:1]
    target = features(other)
    _, gradient = content_gradient(features, x, target)
    direction = np.sign(gradient)
    step = 1e-3
    up, down = (
        content_gradient(features, x + way * step * direction, target)[0]
        for way in (1, -1)
    )
    assert (up - down) / (2 * step) == pytest.approx(np.abs(gradient).sum(), rel=0.02)


@pytest.mark.parametrize(
    "layer, least", ((VGG16_LAYERS[2], 0.9999), (VGG16_LAYERS[3], 0.9997))
)
def test_rounding_to_float16_leaves_the_content_gradient_as_it_is(
    layer, least, tmp_path
):
    # The shipped weights with random digits where rounding took some away: all that
    # rounds to them is as likely to have been the original.
    rng = np.random.default_rng(0)
    with np.load(vggs.SHIPPED) as file:
        arrays = {name: file[name].astype(np.float32) for name in file}
    for name, kernel in arrays.items():
        if name.endswith("kernel"):
            step = np.spacing(np.abs(kernel).astype(np.float16)).astype(np.float32)
            kernel += step * rng.uniform(-0.5, 0.5, kernel.shape)
    np.savez(tmp_path / "whole.npz", **arrays)
    photos = samples.draw_photos(2, 0, 64, 64)
    x, other = (images.to_signed(photo[None]) for photo in photos)
    gradients = []
    for weights in ("imagenet", tmp_path / "whole.npz"):
        features = VGG16Features(weights, layer)
        gradients.append(content_gradient(features, x, features(other))[1].ravel())
    one, two = gradients
    cosine = one @ two / np.linalg.norm(one) / np.linalg.norm(two)
    assert cosine >= least


def test_the_shipped_weights_know_photos_from_noise(shared):
    # A trained network answers to a photo with few strong channels, noise with none.
    path = next((shared / "photos").glob("*.jpg"))
    picture = keras.utils.img_to_array(keras.utils.load_img(path))[None, :256, :256]
    noise = np.random.default_rng(0).permutation(picture.reshape(-1, 3))
    features = VGG16Features()
    seen, unseen = (
        np.maximum(features(x.reshape(picture.shape) / 127.5 - 1), 0).max((0, 1, 2))
        for x in (picture, noise)
    )
    assert np.percentile(seen, 90) > 1.5 * np.percentile(unseen, 90)


def test_vgg16_layers_are_keras_vgg16s_and_need_no_download(vgg16):
    network, path = vgg16
    levels, signed = photo()
    ours, _ = VGG16Layers(["block1_conv2", "block2_conv1"], path)(signed)
    caffe = keras.applications.vgg16.preprocess_input(levels.astype(np.float32))
    part = keras.Model(network.input, network.get_layer("block1_conv2").output)
    scale = np.abs(part(caffe)).max()
    assert np.abs(ours - part(caffe)).max() / scale < 1e-5
    assert VGG16Layers(["block1_conv1"]).origin == "imagenet"


@pytest.mark.parametrize(
    "network, weights, layer, expected",
    (
        ("vgg16", "imagenet", "block4_conv4", ("vgg16", "block4_conv3", "imagenet")),
        ("vgg16", "random", "block3_conv3", ("vgg19", "block3_conv4", "random")),
        ("random", "imagenet", "block1_conv2", ("vgg19", "block1_conv2", "random")),
        ("vgg19", "random", "block4_conv4", ("vgg19", "block4_conv4", "random")),
    ),
)
def test_features_are_made_by_the_names_of_a_plan(network, weights, layer, expected):
    features = make_features(network, weights, layer, seed=1)
    assert (features.NETWORK, features.layer, features.origin) == expected


def test_style_features_are_each_channels_mean_and_deviation():
    levels, signed = photo(48)
    for name, answer in zip(StyleFeatures.NAMES, StyleFeatures()(signed), strict=True):
        raw = VGG16Features(layer=name)(signed).numpy()
        expected = np.concatenate([raw.mean((1, 2)), raw.std((1, 2))], 1)
        assert np.allclose(answer, expected, rtol=1e-3, atol=1e-2), name


def test_features_in_bfloat16_answer_in_float32_and_come_back_so(tmp_path):
    features = VGG16Features(layer=VGG16_LAYERS[1], precision="bfloat16")
    x = photo()[1]
    y = features(x).numpy()
    exact = VGG16Features(layer=VGG16_LAYERS[1])(x).numpy()
    assert y.dtype == np.float32
    assert 0 < np.abs(y - exact).max() < 0.05 * np.abs(exact).max()
    features.save(tmp_path / "f.keras")
    assert np.array_equal(keras.models.load_model(tmp_path / "f.keras")(x), y)


@pytest.mark.slow
def test_photos_in_the_artists_palette_or_not_are_further_than_other_pages(shared):
    def pieces(pattern):
        for path in sorted((shared / "comics").glob(pattern)):
            page = images.read(path).pixels
            if page.shape[0] >= 700:
                yield page[300:700, 100:600]

    def look(pictures):
        windows = kernels.cut_windows(pictures)
        seen = [network(images.to_signed(window[None])) for window in windows]
        return [np.concatenate(layer) for layer in zip(*seen, strict=True)]

    network = StyleFeatures()
    photos = [
        images.read(path).pixels
        for path in sorted((shared / "photos-free").glob("*.jpg"))[::12]
    ]
    pages = list(pieces("e1[0-9]p[0-9]*.jpg"))
    pages, others = pages[::2], pages[1::2]
    palette = Palette()
    palette.adapt(photos, pages)
    moved = [images.to_uint8(palette(images.to_signed(p)[None]))[0] for p in photos]
    artist = look(pages)
    for layer, reference in enumerate(artist):
        far, tinted, near = (
            kernels.kernel_distance(look(pictures)[layer], reference)
            for pictures in (photos, moved, others)
        )
        assert min(far, tinted) > 2 * near, (far, tinted, near)


@pytest.mark.parametrize("kind", (VGG16Layers, VGG19Layers))
@pytest.mark.parametrize("pooling", ("average", "max"))
def test_the_layers_between_two_lead_from_the_ones_answer_to_the_others(kind, pooling):
    names = "block1_conv1", "block2_conv2", "block3_pool", "block3_conv1"
    layers = kind(names, "random", pooling=pooling)
    x = tf.constant(photo()[1])
    answers = dict(zip(names, layers(x), strict=True))
    for start, end in (
        (None, "block2_conv2"),
        ("block1_conv1", "block3_conv1"),
        ("block3_conv1", "block3_pool"),
    ):
        found = layers.between(start, end)(x if start is None else answers[start])
        assert np.allclose(found, answers[end], rtol=1e-4, atol=1e-3), (start, end)


def test_vgg19_has_a_fifth_block_and_a_pooling_after_each():
    names = "block4_pool", "block5_conv1", "block5_pool"
    fourth, fifth, last = VGG19Layers(names, "random")(np.zeros((1, 64, 32, 3), "f"))
    assert fourth.shape == fifth.shape == (1, 4, 2, 512) and last.shape[1:3] == (2, 1)
    with pytest.raises(ValueError, match="`names` must be of"):
        VGG16Layers(["block5_conv1"], "random")
    with pytest.raises(ValueError, match="`pooling` must be one of average, max.*none"):
        VGG19Layers(names, "random", pooling="none")
