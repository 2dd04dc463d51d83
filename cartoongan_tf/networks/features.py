"""What a picture shows, apart from how it is drawn: frozen VGG19 features."""

import os
import warnings
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from cartoongan_tf.networks.choices import LAYERS
from cartoongan_tf.pictures import images

# VGG19 up to conv4_4: convolutions a block, and their channels.
_BLOCKS = ((2, 64), (2, 128), (4, 256), (4, 512))
CONVOLUTIONS = tuple(
    f"block{block}_conv{index}"
    for block, (depth, _) in enumerate(_BLOCKS, 1)
    for index in range(1, depth + 1)
)

WAYS_OUT = (
    "Ways out: run once with internet; `--vgg-weights FILE` with "
    "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5 (Keras's releases on GitHub, "
    "fchollet/deep-learning-models) or your own .weights.h5; or `--vgg-weights "
    "random`, which keeps a photo's shapes less well"
)


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class CaffePreprocessing(layers.Layer):
    """RGB in -1..1 to VGG19's input: BGR, 0..255, its training set's mean taken off."""

    def call(self, inputs):
        bgr = ops.flip(images.to_levels(inputs), axis=-1)
        return bgr - ops.convert_to_tensor(images.CAFFE_MEAN_BGR, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class VGG19Features(keras.Model):
    """VGG19 up to conv4_4, before its ReLU: the content features of CartoonGAN.

    Frozen, and float32 under any policy: in bfloat16 the content gradient's cosine to
    the right one is 0.969, in float16 without loss scaling 0.657.

    Args:
        weights: `"imagenet"` (Keras's download, kept in `~/.keras`), a weights file of
            `keras.applications.VGG19(include_top=False)`, or `"random"`: He-normal from
            `seed`, no download; they keep shapes, less faithfully.
        layer: One of `LAYERS`, taken before its ReLU; the paper's is the last, conv4_4.
            Of random weights block2_conv2 keeps more: each random layer loses some.
        image_size: Pictures are resized to this many pixels square before the network,
            or not at all with None. The authors' code used 224.
        shrink: Pictures are shrunk by this whole number, its squares of pixels to their
            means, after `image_size`. Shallow layers hold every pixel, and forbid flat
            colour and lines with it; so they leave to the style what is finer.
        seed: Of random weights.

    Input `(batch, height, width, 3)`, RGB, -1..1. Output
    `(batch, height / 8, width / 8, 512)`, float32.

    Raises:
        ValueError: When the weights cannot be had; the message names the ways out.

    Reference: CartoonGAN, CVPR 2018, section 3.2.2; the layer before its ReLU as in the
    authors' code.
    """

    def __init__(
        self,
        weights="imagenet",
        layer=LAYERS[-1],
        image_size=None,
        shrink=1,
        seed=0,
        name=None,
        **kwargs,
    ):
        if not isinstance(shrink, int) or shrink < 1:
            raise ValueError(
                "`shrink` must be a whole number of at least 1. "
                f"Received: shrink={shrink!r}"
            )
        if layer not in LAYERS:
            raise ValueError(
                f"`layer` must be one of {', '.join(LAYERS)}. Received: layer={layer!r}"
            )
        kwargs.pop("dtype", None)
        x = photo = keras.Input((None, None, 3), name="photo", dtype="float32")
        if image_size is not None:
            x = layers.Resizing(image_size, image_size, dtype="float32")(x)
        if shrink > 1:
            x = layers.AveragePooling2D(shrink, dtype="float32", name="shrink")(x)
        x = CaffePreprocessing(dtype="float32", name="caffe")(x)
        (x,) = _convolve(x, (layer,), seed, layers.MaxPooling2D, linear=layer)
        super().__init__(photo, x, name=name, **kwargs)
        self.trainable = False
        self.layer = layer
        self.image_size = image_size
        self.shrink = shrink
        self.seed = seed
        self.origin = str(weights)
        if weights != "random":
            _copy_weights(_load_vgg19(weights), self)

    def get_config(self):
        # The weights travel in the file: a reload must not download them again.
        return {
            "name": self.name,
            "weights": "random",
            "layer": self.layer,
            "image_size": self.image_size,
            "shrink": self.shrink,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class VGG19Layers(keras.Model):
    """VGG19's answers at several layers, after their ReLUs: for neural style transfer.

    Frozen, and float32 under any policy. Average pooling in place of maximum, which
    gives style transfer cleaner pictures.

    Args:
        names: Of `CONVOLUTIONS`, in any order, at least one.
        weights: As of `VGG19Features`.
        seed: Of random weights.

    Input `(batch, height, width, 3)`, RGB, -1..1, sides from 8. Output a list, in the
    order of `names`: `(batch, height', width', channels)` each, float32.

    Raises:
        ValueError: When the weights cannot be had; the message names the ways out.

    Reference: Gatys et al., CVPR 2016, section 2.
    """

    def __init__(self, names, weights="imagenet", seed=0, name=None, **kwargs):
        names = tuple(names)
        if not names or set(names) - set(CONVOLUTIONS):
            raise ValueError(
                f"`names` must be of {', '.join(CONVOLUTIONS)}. Received: names={names}"
            )
        kwargs.pop("dtype", None)
        photo = keras.Input((None, None, 3), name="photo", dtype="float32")
        x = CaffePreprocessing(dtype="float32", name="caffe")(photo)
        answers = _convolve(x, names, seed, layers.AveragePooling2D)
        super().__init__(photo, answers, name=name, **kwargs)
        self.trainable = False
        self.names = names
        self.seed = seed
        self.origin = str(weights)
        if weights != "random":
            _copy_weights(_load_vgg19(weights), self)

    def get_config(self):
        # The weights travel in the file: a reload must not download them again.
        return {
            "name": self.name,
            "names": list(self.names),
            "weights": "random",
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


def _convolve(x, names, seed, pooling, linear=None):
    """VGG19's convolutions up to the last that is named: the answers of those named.

    Args:
        x: What `CaffePreprocessing` gave.
        names: Of `CONVOLUTIONS`.
        seed: Of the weights, He-normal.
        pooling: Layer class, before each block but the first.
        linear: Name of the convolution that gets no ReLU.
    """
    found = {}
    for block, (depth, channels) in enumerate(_BLOCKS, 1):
        for index in range(1, depth + 1):
            if index == 1 and block > 1:
                x = pooling(2, dtype="float32", name=f"block{block - 1}_pool")(x)
            name = f"block{block}_conv{index}"
            found[name] = x = layers.Conv2D(
                channels,
                3,
                padding="same",
                activation=None if name == linear else "relu",
                kernel_initializer=keras.initializers.HeNormal(
                    seed=seed + 10 * block + index
                ),
                dtype="float32",
                name=name,
            )(x)
            if set(names) <= set(found):
                return [found[name] for name in names]


def _load_vgg19(weights: str) -> keras.Model:
    """Keras's own VGG19 without its top, with ImageNet's weights or a file's."""
    if weights == "imagenet":
        try:
            return keras.applications.VGG19(include_top=False, weights="imagenet")
        except Exception as error:  # urllib's, ssl's, socket's, h5py's
            raise ValueError(
                f"VGG19's ImageNet weights cannot be downloaded ({error}). {WAYS_OUT}"
            ) from error
    path = Path(weights)
    if not path.is_file():
        raise ValueError(
            "`--vgg-weights` must be imagenet, random or a file that exists. "
            f"Received: {os.fspath(weights)}"
        )
    vgg = keras.applications.VGG19(include_top=False, weights=None)
    # Keras only warns of layers that a file leaves out: they would stay random.
    vgg.set_weights([np.full(w.shape, np.nan, np.float32) for w in vgg.weights])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            vgg.load_weights(path)
        left_out = [w.path for w in vgg.weights if np.isnan(w.numpy()).any()]
        if left_out:
            raise ValueError(f"it leaves out {left_out[0]}")
    except Exception as error:  # h5py's OSError, Keras's ValueError, KeyError
        reason = str(error).strip().splitlines()[0]
        raise ValueError(
            "`--vgg-weights` must be a weights file of "
            "keras.applications.VGG19(include_top=False), .h5 or .weights.h5. "
            f"Received: {path} ({reason})"
        ) from error
    return vgg


def _copy_weights(vgg: keras.Model, features: keras.Model) -> None:
    for layer in features.layers:
        if layer.weights:
            layer.set_weights(vgg.get_layer(layer.name).get_weights())
