"""Generators: networks that turn a photo into a cartoon."""

import keras
from keras import layers

from cartoongan_tf.networks.layers import (
    BilinearUpsampling,
    InstanceNormalization,
    ReflectionPadding2D,
)
from cartoongan_tf.networks.network import Network, check_at_least
from cartoongan_tf.networks.palettes import Palette

# The published networks' epsilon. With 1e-5 a channel whose variance is tiny is damped,
# and their pictures change.
EPSILON = 1e-9
# Measured peak above the idle process, at 1 and 4 megapixels: 12.5 to 13.1 bytes a
# pixel and filter for the paper's generator (its 64-channel maps at full resolution).
BYTES_PER_FILTER = 14


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class Generator(Network):
    """The paper's generator: down, residual blocks, up.

    Fully convolutional: any height and width that are multiples of 4, from 8. Layers
    carry the names of the authors' release (`conv04_1`, `in04_1`, `deconv01_1` ...),
    which makes them the contract of `porting.authors`.

    The paper's 11,129,667 parameters count a bias in front of every instance norm,
    where it has no effect on the output, a gradient of zero, and turns Adam's rounding
    noise into steps. Those 4,736 are left out: 11,124,931 remain.

    Args:
        filters: Channels of the first layer; 64 in the paper. The rest scale with it.
        num_blocks: Residual blocks; 8 in the paper.
        recolor: End in a `Palette`, which changes nothing until it is fitted; see
            `models/recoloring.py`. Not in the paper.

    Input and output: `(batch, height, width, 3)`, RGB, -1..1. The output is float32
    under any dtype policy.

    Example:
        >>> generator = Generator()
        >>> cartoon = generator(photo)

    Reference: CartoonGAN, CVPR 2018, section 3.1 and figure 2.
    """

    ARGUMENTS = ("filters", "num_blocks", "recolor")

    def __init__(
        self,
        filters=64,
        num_blocks=8,
        dtype=None,
        name=None,
        recolor=False,
        **kwargs,
    ):
        check_at_least("filters", filters, 1)
        check_at_least("num_blocks", num_blocks, 0)
        policy = keras.dtype_policies.get(dtype or keras.config.dtype_policy())

        def conv(x, channels, name, stride=1, kernel=3, bias=False):
            return layers.Conv2D(
                channels,
                kernel,
                stride,
                padding="same" if (stride, kernel) == (1, 3) else "valid",
                use_bias=bias,
                kernel_initializer="he_normal",
                dtype=policy,
                name=name,
            )(x)

        def reflected(x, channels, name, kernel=3, bias=False):
            # Reflection in the 7x7 layers and the blocks, zeros elsewhere: both are
            # needed for the published weights to give the published pictures.
            padding = kernel // 2
            x = ReflectionPadding2D(padding, dtype=policy, name=f"{name}_pad")(x)
            return layers.Conv2D(
                channels,
                kernel,
                use_bias=bias,
                kernel_initializer="he_normal",
                dtype=policy,
                name=name,
            )(x)

        def norm(x, name, relu=True):
            x = InstanceNormalization(EPSILON, dtype=policy, name=name)(x)
            return layers.ReLU(dtype=policy, name=f"{name}_relu")(x) if relu else x

        def down(x, channels, name):
            # PyTorch pads a strided convolution by one on both sides; TensorFlow's
            # "same" would pad one side only, a shift by a pixel.
            x = layers.ZeroPadding2D(1, dtype=policy, name=f"{name}_pad")(x)
            return conv(x, channels, name, stride=2, bias=True)

        def up(x, channels, name):
            # PyTorch's padding 1, output padding 1: drop the first row and column.
            x = layers.Conv2DTranspose(
                channels,
                3,
                2,
                padding="valid",
                kernel_initializer=BilinearUpsampling(),
                dtype=policy,
                name=name,
            )(x)
            return layers.Cropping2D(
                ((1, 0), (1, 0)), dtype=policy, name=f"{name}_crop"
            )(x)

        photo = keras.Input((None, None, 3), name="photo")
        x = norm(reflected(photo, filters, "conv01_1", kernel=7), "in01_1")
        for stage in (2, 3):
            channels = filters * 2 ** (stage - 1)
            x = down(x, channels, f"conv0{stage}_1")
            x = norm(conv(x, channels, f"conv0{stage}_2"), f"in0{stage}_1")
        for block in range(4, 4 + num_blocks):
            shortcut = x
            x = norm(reflected(x, channels, f"conv{block:02d}_1"), f"in{block:02d}_1")
            x = reflected(x, channels, f"conv{block:02d}_2")
            x = norm(x, f"in{block:02d}_2", relu=False)
            x = layers.Add(dtype=policy, name=f"add{block:02d}")([shortcut, x])
        for stage in (1, 2):
            channels //= 2
            x = up(x, channels, f"deconv0{stage}_1")
            x = conv(x, channels, f"deconv0{stage}_2")
            x = norm(x, f"in{3 + num_blocks + stage:02d}_1")
        x = reflected(x, 3, "deconv03_1", kernel=7, bias=True)
        # float32: sixteen bits would quantize the picture itself.
        cartoon = layers.Activation("tanh", dtype="float32", name="cartoon")(x)

        if recolor:
            cartoon = Palette(name="recolored")(cartoon)

        super().__init__(photo, cartoon, name=name, **kwargs)
        self.filters = filters
        self.num_blocks = num_blocks
        self.recolor = recolor
        self.bytes_per_pixel = BYTES_PER_FILTER * filters
        self.policy = policy


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class ResnetGenerator(Network):
    """CycleGAN's generator: down, residual blocks, up; for the baseline.

    It lies here, not in `baselines`, because `load_generator` must know it. Instance
    norms have no bias in front of them, and are affine where CycleGAN's are not.

    Args:
        filters: Channels of the first layer; 64 in CycleGAN. The rest scale with it.
        num_blocks: Residual blocks; 9 in CycleGAN at 256 pixels.

    Input and output: `(batch, height, width, 3)`, RGB, -1..1, sides multiples of 4 from
    8. The output is float32 under any dtype policy.

    Reference: Zhu et al., ICCV 2017, https://arxiv.org/abs/1703.10593, appendix 7.2.
    """

    ARGUMENTS = ("filters", "num_blocks")

    def __init__(self, filters=64, num_blocks=9, dtype=None, name=None, **kwargs):
        check_at_least("filters", filters, 1)
        check_at_least("num_blocks", num_blocks, 0)
        policy = keras.dtype_policies.get(dtype or keras.config.dtype_policy())
        start = keras.initializers.RandomNormal(stddev=0.02)  # CycleGAN, section 7.1

        def conv(x, channels, name, kernel=3, stride=1, bias=False):
            return layers.Conv2D(
                channels,
                kernel,
                stride,
                use_bias=bias,
                kernel_initializer=start.clone(),
                dtype=policy,
                name=name,
            )(x)

        def reflected(x, channels, name, kernel=3, bias=False):
            padding = kernel // 2
            x = ReflectionPadding2D(padding, dtype=policy, name=f"{name}_pad")(x)
            return conv(x, channels, name, kernel, bias=bias)

        def norm(x, name, relu=True):
            x = InstanceNormalization(dtype=policy, name=f"{name}_in")(x)
            return layers.ReLU(dtype=policy, name=f"{name}_relu")(x) if relu else x

        photo = keras.Input((None, None, 3), name="photo")
        x = norm(reflected(photo, filters, "first", kernel=7), "first")
        for stage in (1, 2):
            name = f"down{stage}"
            x = layers.ZeroPadding2D(1, dtype=policy, name=f"{name}_pad")(x)
            x = norm(conv(x, filters * 2**stage, name, stride=2), name)
        channels = 4 * filters
        for block in range(1, num_blocks + 1):
            one, two = (f"block{block}_{half}" for half in "ab")
            y = norm(reflected(x, channels, one), one)
            y = norm(reflected(y, channels, two), two, relu=False)
            x = layers.Add(dtype=policy, name=f"block{block}")([x, y])
        for stage in (1, 2):
            name = f"up{stage}"
            # PyTorch's padding 1, output padding 1, as in `Generator`.
            x = layers.Conv2DTranspose(
                channels // 2**stage,
                3,
                2,
                use_bias=False,
                kernel_initializer=start.clone(),
                dtype=policy,
                name=name,
            )(x)
            crop = ((1, 0), (1, 0))
            x = layers.Cropping2D(crop, dtype=policy, name=f"{name}_crop")(x)
            x = norm(x, name)
        x = reflected(x, 3, "last", kernel=7, bias=True)
        cartoon = layers.Activation("tanh", dtype="float32", name="cartoon")(x)

        super().__init__(photo, cartoon, name=name, **kwargs)
        self.filters = filters
        self.num_blocks = num_blocks
        self.bytes_per_pixel = BYTES_PER_FILTER * filters
        self.policy = policy
