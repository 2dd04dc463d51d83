"""Discriminators: networks that tell an artist's cartoon from the rest."""

import keras
from keras import layers

from cartoongan_tf.networks import vgg
from cartoongan_tf.networks.choices import NORMALIZATIONS
from cartoongan_tf.networks.features import CaffePreprocessing
from cartoongan_tf.networks.layers import DetailBands, InstanceNormalization
from cartoongan_tf.networks.network import Network, check_at_least, check_one_of


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class PatchDiscriminator(Network):
    """The paper's patch discriminator: one logit for every 4x4 pixels.

    Args:
        filters: Channels of the first layer; 32 in the paper. The rest scale with it.
        normalization: `"instance"`, as in the paper, or `"none"`.
        bands: See the picture through `DetailBands`; not in the paper. With it, and
            with logits that start near 0, as they do here in any case, it sees
            something within hundreds of steps (docs/experiment.md).

    Input `(batch, height, width, 3)`, RGB, -1..1, sides multiples of 4. Output
    `(batch, height / 4, width / 4, 1)`, logits, float32 under any dtype policy.

    Reference: CartoonGAN, CVPR 2018, section 3.1 and figure 2.
    """

    ARGUMENTS = ("filters", "normalization", "bands")

    def __init__(
        self,
        filters=32,
        normalization="instance",
        bands=False,
        dtype=None,
        name=None,
        **kwargs,
    ):
        check_at_least("filters", filters, 1)
        check_one_of("normalization", normalization, NORMALIZATIONS)
        policy = keras.dtype_policies.get(dtype or keras.config.dtype_policy())

        def conv(x, channels, name, stride=1, bias=True, **changes):
            return layers.Conv2D(
                channels,
                3,
                stride,
                padding="same",
                use_bias=bias,
                name=name,
                **{"kernel_initializer": "he_normal", "dtype": policy, **changes},
            )(x)

        def normalized(x, channels, name):
            x = conv(x, channels, name, bias=normalization == "none")
            if normalization == "instance":
                x = InstanceNormalization(dtype=policy, name=f"{name}_in")(x)
            return leaky(x, name)

        def leaky(x, name):
            return layers.LeakyReLU(0.2, dtype=policy, name=f"{name}_lrelu")(x)

        picture = keras.Input((None, None, 3), name="picture")
        x = DetailBands(dtype=policy, name="bands")(picture) if bands else picture
        x = leaky(conv(x, filters, "conv1"), "conv1")
        x = conv(x, 2 * filters, "conv2_1", stride=2)
        x = normalized(x, 4 * filters, "conv2_2")
        x = conv(x, 4 * filters, "conv3_1", stride=2)
        x = normalized(x, 8 * filters, "conv3_2")
        x = normalized(x, 8 * filters, "conv4")
        near_zero = keras.initializers.RandomNormal(stddev=0.01)
        logits = conv(x, 1, "logits", dtype="float32", kernel_initializer=near_zero)

        super().__init__(picture, logits, name=name, **kwargs)
        self.filters = filters
        self.normalization = normalization
        self.bands = bands
        self.policy = policy


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class FeatureDiscriminator(Network):
    """A discriminator that sees pictures as VGG16 does: it need not learn to see.

    Small heads on frozen features of three depths, each with a logit for every 4x4
    pixels. Painted panels and photos differ in what only deep networks tell apart, and
    `PatchDiscriminator` sees nothing of it for hundreds of steps, this one within a
    hundred (docs/pepper.md).

    Args:
        filters: Channels of the heads.

    Input `(batch, height, width, 3)`, RGB, -1..1, sides multiples of 4. Output
    `(batch, height / 4, width / 4, 3)`, logits, float32 under any dtype policy. The
    features follow the policy: heads learn to live with what sixteen bits lose, as a
    content loss cannot.

    Raises:
        ValueError: When the package's weights of VGG16 are damaged.

    Reference: A. Sauer et al., "Projected GANs Converge Faster", NeurIPS 2021; heads on
    frozen features are theirs, its random projections are left out.
    """

    ARGUMENTS = ("filters",)
    # The layers, and the root mean square of what they answer to photos and drawings.
    TAPS = {"block1_conv2": 200.0, "block2_conv2": 400.0, "block3_conv3": 400.0}

    def __init__(self, filters=64, dtype=None, name=None, **kwargs):
        check_at_least("filters", filters, 1)
        policy = keras.dtype_policies.get(dtype or keras.config.dtype_policy())

        def conv(x, channels, kernel, name, **changes):
            return layers.Conv2D(
                channels,
                kernel,
                padding="same",
                name=name,
                **{"kernel_initializer": "he_normal", "dtype": policy, **changes},
            )(x)

        picture = keras.Input((None, None, 3), name="picture")
        x = CaffePreprocessing(dtype="float32", name="caffe")(picture)
        seen = vgg.convolve(
            "vgg16", x, tuple(self.TAPS), 0, layers.MaxPooling2D, dtype=policy
        )
        features = keras.Model(picture, seen)
        vgg.fill("vgg16", "imagenet", features)
        features.trainable = False

        near_zero = keras.initializers.RandomNormal(stddev=0.01)
        heads = []
        for (tap, size), x in zip(self.TAPS.items(), seen, strict=True):
            x = layers.Rescaling(1 / size, dtype=policy, name=f"{tap}_scaled")(x)
            x = conv(x, filters, 1, f"{tap}_mix")
            x = layers.LeakyReLU(0.2, dtype=policy, name=f"{tap}_mix_lrelu")(x)
            shrink = 2 ** (3 - int(tap[5]))
            if shrink > 1:
                x = layers.AveragePooling2D(shrink, dtype=policy, name=f"{tap}_mean")(x)
            x = conv(x, filters, 3, f"{tap}_look")
            x = layers.LeakyReLU(0.2, dtype=policy, name=f"{tap}_look_lrelu")(x)
            options = {"dtype": "float32", "kernel_initializer": near_zero}
            heads.append(conv(x, 1, 1, f"{tap}_logits", **options))
        logits = layers.Concatenate(dtype="float32", name="logits")(heads)

        super().__init__(picture, logits, name=name, **kwargs)
        for layer in features.layers:
            layer.trainable = False
        self.filters = filters
        self.policy = policy
