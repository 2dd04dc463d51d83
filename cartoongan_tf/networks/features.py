"""What a picture shows, apart from how it is drawn: frozen features of VGG networks."""

import keras
from keras import layers, ops

from cartoongan_tf.networks import vgg
from cartoongan_tf.networks.choices import LAYERS, VGG16_LAYERS
from cartoongan_tf.pictures import images

CONVOLUTIONS = vgg.convolutions("vgg19")
POOLINGS = {"average": layers.AveragePooling2D, "max": layers.MaxPooling2D}
PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class CaffePreprocessing(layers.Layer):
    """RGB in -1..1 to a VGG's input: BGR, 0..255, its training set's mean taken off."""

    def call(self, inputs):
        bgr = ops.flip(images.to_levels(inputs), axis=-1)
        return bgr - ops.convert_to_tensor(images.CAFFE_MEAN_BGR, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape


class _Features(keras.Model):
    """One layer's answers, before its ReLU: what both networks' features share."""

    NETWORK, LAYERS = None, ()

    def __init__(
        self,
        weights="imagenet",
        layer=None,
        image_size=None,
        shrink=1,
        seed=0,
        precision="float32",
        name=None,
        **kwargs,
    ):
        known = self.LAYERS
        layer = known[-1] if layer is None else layer
        if not isinstance(shrink, int) or shrink < 1:
            raise ValueError(
                "`shrink` must be a whole number of at least 1. "
                f"Received: shrink={shrink!r}"
            )
        if layer not in known:
            raise ValueError(
                f"`layer` must be one of {', '.join(known)}. Received: layer={layer!r}"
            )
        kwargs.pop("dtype", None)
        x = photo = keras.Input((None, None, 3), name="photo", dtype="float32")
        if image_size is not None:
            x = layers.Resizing(image_size, image_size, dtype="float32")(x)
        if shrink > 1:
            x = layers.AveragePooling2D(shrink, dtype="float32", name="shrink")(x)
        x = CaffePreprocessing(dtype="float32", name="caffe")(x)
        (x,) = vgg.convolve(
            self.NETWORK,
            x,
            (layer,),
            seed,
            layers.MaxPooling2D,
            linear=(layer,),
            dtype=PRECISIONS[precision],
        )
        if precision != "float32":
            x = layers.Activation("linear", dtype="float32", name="answer")(x)
        super().__init__(photo, x, name=name, **kwargs)
        self.trainable = False
        self.layer = layer
        self.image_size = image_size
        self.shrink = shrink
        self.seed = seed
        self.precision = precision
        self.origin = str(weights)
        if weights != "random":
            vgg.fill(self.NETWORK, weights, self)

    def get_config(self):
        # The weights travel in the file: a reload must not download them again.
        return {
            "name": self.name,
            "weights": "random",
            "layer": self.layer,
            "image_size": self.image_size,
            "shrink": self.shrink,
            "seed": self.seed,
            "precision": self.precision,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class VGG19Features(_Features):
    """VGG19 up to conv4_4, before its ReLU: the content features of CartoonGAN.

    Frozen, and float32 under any policy but where `precision` asks for less: in
    bfloat16 the content gradient's cosine to the right one is 0.969, in float16 without
    loss scaling 0.657.

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
        precision: `"float32"` or `"bfloat16"`, of the convolutions.

    Input `(batch, height, width, 3)`, RGB, -1..1. Output
    `(batch, height / 8, width / 8, 512)`, float32.

    Raises:
        ValueError: When the weights cannot be had; the message names the ways out.

    Reference: CartoonGAN, CVPR 2018, section 3.2.2; the layer before its ReLU as in the
    authors' code.
    """

    NETWORK, LAYERS = "vgg19", LAYERS


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class VGG16Features(_Features):
    """VGG16 up to conv4_3, before its ReLU: content features that need no download.

    The weights, trained on ImageNet, are in the package, rounded to float16. Everything
    else is as in `VGG19Features`, whose conv4_4 has as many channels at the same size.

    Args:
        weights: `"imagenet"` (the package's), a weights file of
            `keras.applications.VGG16(include_top=False)`, or `"random"`.
        layer: One of `VGG16_LAYERS`, taken before its ReLU; the last by default.
        image_size: As of `VGG19Features`, and so are the others.
        shrink: Whole number by which pictures are shrunk.
        seed: Of random weights.
        precision: As of `VGG19Features`; in bfloat16 the cosine is 0.988 here.

    Input `(batch, height, width, 3)`, RGB, -1..1. Output
    `(batch, height / 8, width / 8, 512)`, float32.

    Raises:
        ValueError: When the package's weights are not those that it came with, or a
            file's are of another network.

    Reference: K. Simonyan and A. Zisserman, "Very Deep Convolutional Networks for
    Large-Scale Image Recognition", 2015, configuration D.
    """

    NETWORK, LAYERS = "vgg16", VGG16_LAYERS


def make_features(network, weights="imagenet", layer=LAYERS[-1], **options):
    """Content features by the names that a run's plan has.

    Args:
        network: `"vgg19"`, `"vgg16"`, or `"random"`: VGG19 with random weights.
        weights: As of the two classes; `"random"` makes any network random.
        layer: Of `LAYERS` or `VGG16_LAYERS`; of the other network's the one of the same
            block is taken.
        options: `image_size`, `shrink`, `seed` and `precision`.

    Returns:
        `VGG19Features` or `VGG16Features`.

    Raises:
        vgg.Unavailable: When weights must be downloaded, and cannot be.
        ValueError: When weights or a name are not as they must be.
    """
    if "random" in (network, weights):
        network, weights = "vgg19", "random"
    kind = {"vgg19": VGG19Features, "vgg16": VGG16Features}[network]
    for names in (LAYERS, VGG16_LAYERS):
        if layer in names:
            layer = kind.LAYERS[names.index(layer)]
            break
    return kind(weights, layer, **options)


class _Layers(keras.Model):
    """Several layers' answers: what both networks have in common there."""

    NETWORK = None

    def __init__(
        self,
        names,
        weights="imagenet",
        seed=0,
        pooling="average",
        name=None,
        **kwargs,
    ):
        names = tuple(names)
        known = *vgg.convolutions(self.NETWORK), *vgg.pools(self.NETWORK)
        if not names or set(names) - set(known):
            raise ValueError(
                f"`names` must be of {', '.join(known)}. Received: names={names}"
            )
        if pooling not in POOLINGS:
            raise ValueError(
                f"`pooling` must be one of {', '.join(POOLINGS)}. "
                f"Received: pooling={pooling!r}"
            )
        kwargs.pop("dtype", None)
        photo = keras.Input((None, None, 3), name="photo", dtype="float32")
        x = CaffePreprocessing(dtype="float32", name="caffe")(photo)
        answers = vgg.convolve(self.NETWORK, x, names, seed, POOLINGS[pooling])
        super().__init__(photo, answers, name=name, **kwargs)
        self.trainable = False
        self.names = names
        self.pooling = pooling
        self.seed = seed
        self.origin = str(weights)
        if weights != "random":
            vgg.fill(self.NETWORK, weights, self)

    def get_config(self):
        # The weights travel in the file: a reload must not download them again.
        return {
            "name": self.name,
            "names": list(self.names),
            "weights": "random",
            "seed": self.seed,
            "pooling": self.pooling,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)

    def between(self, start, end):
        """The layers after `start` up to `end`: from the one's answer to the other's.

        Args:
            start: A layer's name, or None for the photo.
            end: A later layer's name.

        Returns:
            A `keras.Model` that shares this one's weights.
        """
        names = [layer.name for layer in self.layers]
        first = 1 if start is None else names.index(start) + 1  # 0 is the photo
        channels = 3 if start is None else self.layers[first - 1].output.shape[-1]
        x = entry = keras.Input((None, None, channels), dtype="float32")
        for layer in self.layers[first : names.index(end) + 1]:
            x = layer(x)
        return keras.Model(entry, x)


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class VGG19Layers(_Layers):
    """VGG19's answers at several layers, after their ReLUs: for what draws after them.

    Frozen, and float32 under any policy.

    Args:
        names: Of `CONVOLUTIONS`, or poolings such as `block4_pool`, in any order, at
            least one.
        weights: As of `VGG19Features`.
        seed: Of random weights.
        pooling: `"average"`, which gives style transfer cleaner pictures, or `"max"`,
            which the network was trained with.

    Input `(batch, height, width, 3)`, RGB, -1..1, sides from 8. Output a list, in the
    order of `names`: `(batch, height', width', channels)` each, float32.

    Raises:
        ValueError: When the weights cannot be had; the message names the ways out.

    Reference: Gatys et al., CVPR 2016, section 2.
    """

    NETWORK = "vgg19"


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class VGG16Layers(_Layers):
    """VGG16's answers at several layers, as `VGG19Layers`; its weights are here.

    Args:
        names: Of VGG16's convolutions up to block4_conv3, and its poolings.
        weights: As of `VGG16Features`.
        seed: Of random weights.
        pooling: `"average"` or `"max"`.

    Input and output as of `VGG19Layers`.
    """

    NETWORK = "vgg16"


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class StyleFeatures(keras.Model):
    """What `evaluation.kernels` compares: each channel's mean and deviation in VGG16.

    Of conv3_3, where strokes and textures are told apart, and of conv4_3, parts of
    things; both before their ReLUs. Frozen, and float32 under any policy.

    Input `(batch, height, width, 3)`, RGB, -1..1. Output two tensors, `(batch, 512)`
    and `(batch, 1024)`, float32: all means, then all deviations.

    Raises:
        ValueError: When the package's weights are damaged.

    Reference: X. Huang and S. Belongie, "Arbitrary Style Transfer in Real-time with
    Adaptive Instance Normalization", ICCV 2017, for means and deviations as a style.
    """

    NAMES = ("block3_conv3", "block4_conv3")

    def __init__(self, name=None, **kwargs):
        kwargs.pop("dtype", None)
        photo = keras.Input((None, None, 3), name="photo", dtype="float32")
        x = CaffePreprocessing(dtype="float32", name="caffe")(photo)
        answers = vgg.convolve(
            "vgg16", x, self.NAMES, 0, layers.MaxPooling2D, linear=self.NAMES
        )
        measured = [
            Moments(dtype="float32", name=f"{tap}_moments")(answer)
            for tap, answer in zip(self.NAMES, answers, strict=True)
        ]
        super().__init__(photo, measured, name=name, **kwargs)
        self.trainable = False
        vgg.fill("vgg16", "imagenet", self)

    def get_config(self):
        return {"name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class Moments(layers.Layer):
    """Mean and deviation of each channel: `(b, h, w, c)` to `(b, 2c)`."""

    def call(self, inputs):
        mean, variance = ops.moments(inputs, axes=[1, 2])
        return ops.concatenate([mean, ops.sqrt(variance)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 2 * input_shape[-1])
