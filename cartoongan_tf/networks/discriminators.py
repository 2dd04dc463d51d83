"""Discriminators: networks that tell an artist's cartoon from the rest."""

import keras
from keras import layers

from cartoongan_tf.networks.choices import NORMALIZATIONS
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
