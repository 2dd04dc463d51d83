"""A generator for phones."""

import keras
from keras import layers

from cartoongan_tf.networks.choices import NORMS, PADDINGS
from cartoongan_tf.networks.layers import (
    DepthToSpace,
    Enlarge,
    EnlargeTo,
    GlobalMean,
    InstanceNormalization,
    ReflectionPadding2D,
)
from cartoongan_tf.networks.network import Network, check_at_least, check_one_of
from cartoongan_tf.networks.palettes import Palette


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class LightGenerator(Network):
    """A small generator whose every operation XNNPACK runs.

    Most of the work lies in a trunk of dense residual blocks at a quarter of the
    picture's sides, where colours are decided; a skip from half its sides carries the
    lines around it; the last layer draws four pixels at a time (depth to space), so
    that no layer has the picture's full size. Dense convolutions, not separable ones:
    those only gain in static int8.

    Args:
        width: Channels at half size.
        trunk: Channels at a quarter of the size.
        num_blocks: Residual blocks of the trunk.
        deep: Residual blocks behind them at an eighth of the picture's sides, of
            `2 * trunk` channels: each has four times the weights of one of the trunk
            and sees twice as far, for the same time. 0 for none.
        block_norms: Instance norms in each block at a quarter, 0 to 2.
        deep_norms: In each at an eighth, where they cost half as much.
        norm: `"instance"` sees the whole picture, as the paper's generator does;
            `"batch"` folds into the convolutions and quantizes fully, but sees no
            further than its convolutions reach; `"global"` is batch norm, and in each
            block the channels' means over the picture scale and shift them; `"none"`
            keeps a photo's light and colour, and draws a part as it draws the whole.
        padding: `"zeros"`, or `"reflect"`, which costs time, down to a quarter.
        recolor: End in a `Palette`, as in `Generator`.

    Input and output: `(batch, height, width, 3)`, RGB, -1..1, sides multiples of 4 from
    8. The output is float32 under any dtype policy.
    """

    ARGUMENTS = (
        *("width", "trunk", "num_blocks", "deep"),
        *("block_norms", "deep_norms", "norm", "padding", "recolor"),
    )

    def __init__(
        self,
        width=16,
        trunk=64,
        num_blocks=5,
        norm="instance",
        deep=0,
        padding="zeros",
        recolor=False,
        block_norms=1,
        deep_norms=1,
        dtype=None,
        name=None,
        **kwargs,
    ):
        check_at_least("width", width, 1)
        check_at_least("trunk", trunk, 1)
        check_at_least("num_blocks", num_blocks, 0)
        check_at_least("deep", deep, 0)
        check_one_of("block_norms", block_norms, (0, 1, 2))
        check_one_of("deep_norms", deep_norms, (0, 1, 2))
        check_one_of("norm", norm, NORMS)
        check_one_of("padding", padding, PADDINGS)
        policy = keras.dtype_policies.get(dtype or keras.config.dtype_policy())

        plain = norm == "none"

        def conv(x, channels, name, stride=1, kernel=3, bias=plain, start=2.0):
            # At an eighth zeros all the same: 8 pixels have one cell there.
            reflects = padding == "reflect" and stride == 1 and kernel > 1
            reflects = reflects and not name.startswith("deep")
            if reflects:
                x = ReflectionPadding2D(kernel // 2, dtype=policy, name=f"{name}_pad")(
                    x
                )
            return layers.Conv2D(
                channels,
                kernel,
                stride,
                padding="valid" if reflects else "same",
                use_bias=bias,
                kernel_initializer=keras.initializers.VarianceScaling(start),
                dtype=policy,
                name=name,
            )(x)

        def normed(x, name, relu=True, start=1.0):
            if norm == "instance":
                x = InstanceNormalization(start=start, dtype=policy, name=f"{name}_in")(
                    x
                )
            elif not plain:
                x = layers.BatchNormalization(dtype=policy, name=f"{name}_bn")(x)
            return layers.ReLU(dtype=policy, name=f"{name}_relu")(x) if relu else x

        def look(x, name):
            """Scales and shifts channels by what their means say of the picture."""
            mean = GlobalMean(dtype=policy, name=f"{name}_mean")(x)
            scale, shift = (
                layers.Conv2D(
                    x.shape[-1],
                    1,
                    kernel_initializer="zeros",  # begins as no look at all
                    dtype=policy,
                    name=f"{name}_{part}",
                )(mean)
                for part in ("scale", "shift")
            )
            scaled = layers.Multiply(dtype=policy, name=f"{name}_scaled")([x, scale])
            shifted = layers.Add(dtype=policy, name=f"{name}_shifted")([scaled, shift])
            return layers.Add(dtype=policy, name=f"{name}_seen")([x, shifted])

        def blocks(x, channels, count, norms, name):
            for block in range(1, 1 + count):
                shortcut, first, second = x, f"{name}{block}_1", f"{name}{block}_2"
                if norm == "instance" and norms == 0:
                    x = conv(x, channels, first, bias=True)
                    x = layers.ReLU(dtype=policy, name=f"{first}_relu")(x)
                else:
                    x = normed(conv(x, channels, first), first)
                if norm == "global":
                    x = look(x, f"{name}{block}")
                if norm == "none" or norm == "instance" and norms < 2:
                    x = conv(x, channels, second, bias=True, start=0.2)
                else:
                    start = 0.2 if norm == "instance" else 1.0
                    x = normed(conv(x, channels, second), second, False, start)
                x = layers.Add(dtype=policy, name=f"{name}{block}_add")([shortcut, x])
            return x

        photo = keras.Input((None, None, 3), name="photo")
        lines = x = normed(conv(photo, width, "half1", 2, kernel=5), "half1")
        x = normed(conv(x, trunk, "down", 2), "down")
        x = blocks(x, trunk, num_blocks, block_norms, "block")
        if deep:
            # A kernel of 2 lies alike on maps of even and of odd sides.
            wide = 2 * trunk
            deeper = normed(conv(x, wide, "deep_down", 2, kernel=2), "deep_down")
            deeper = blocks(deeper, wide, deep, deep_norms, "deep")
            deeper = conv(deeper, trunk, "deep_up", kernel=1, bias=True, start=0.2)
            deeper = EnlargeTo(dtype=policy, name="deep_enlarge")([deeper, x])
            x = layers.Add(dtype=policy, name="deep_add")([x, deeper])
        x = conv(x, 2 * width, "reduce", kernel=1, bias=True)
        x = Enlarge(dtype=policy, name="enlarge")(x)
        x = layers.Concatenate(dtype=policy, name="join")([x, lines])
        for name in ("half2", "half3"):
            # Maps of this size are what instance norm costs most on, and what it has to
            # say of the whole picture is said.
            without = norm in ("instance", "none")
            x = conv(x, 2 * width, name, bias=without)
            if without:
                x = layers.ReLU(dtype=policy, name=f"{name}_relu")(x)
            else:
                x = normed(x, name)
        # Near grey at first: strong random detail drives all pixels into tanh's ends,
        # where no gradient brings them back.
        x = conv(x, 12, "draw", bias=True, start=0.02)
        # float32: sixteen bits would quantize the picture itself.
        x = DepthToSpace(2, dtype="float32", name="spread")(x)
        cartoon = layers.Activation("tanh", dtype="float32", name="cartoon")(x)
        if recolor:
            cartoon = Palette(name="recolored")(cartoon)

        super().__init__(photo, cartoon, name=name, **kwargs)
        self.width = width
        self.recolor = recolor
        self.trunk = trunk
        self.num_blocks = num_blocks
        self.norm = norm
        self.deep = deep
        self.block_norms, self.deep_norms = block_norms, deep_norms
        self.padding = padding
        self.policy = policy
        # Measured at 1 and 4 megapixels: 8 for each channel of the half-size maps.
        self.bytes_per_pixel = max(10 * width, trunk)
