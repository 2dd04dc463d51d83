"""Layers that Keras does not have in the form that CartoonGAN needs."""

import keras
import numpy as np
from keras import ops

from cartoongan_tf.networks.statistics import Measuring

# Below it a channel that hardly varies is scaled so much that `x * scale` and
# `mean * scale` cancel out to their rounding errors.
SMALL_EPSILON = 1e-6


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class InstanceNormalization(Measuring):
    """Normalizes every channel of every picture by its own mean and variance.

    Or by a mean and a variance that are given: see `networks/statistics.py`.

    `y = (x - mean) / sqrt(variance + epsilon) * gamma + beta`, with the biased variance
    over height and width. Written as mean, squared difference and rsqrt, which TFLite
    runs 1.46 times faster than the reshapes of `GroupNormalization(groups=-1)`; and,
    unless epsilon is tiny, as `x * scale + shift`, which saves a pass over the map.
    Statistics and the affine map are float32 whatever the compute dtype.

    A mean is that of the rows' means: adding up a quarter of a million pixels in one go
    rounds, in TensorFlow and in ONNX Runtime, and channels that hardly vary show it
    (the published hayao at 512: 4.5e-4 off in one go, 4.5e-6 by rows). XNNPACK adds up
    exactly enough, and has one fast operation for both axes: `by_rows = False`.

    Args:
        epsilon: Added to the variance, inside the root. It is part of a trained model:
            1e-3 in place of the published networks' 1e-9 moves their output by 0.27.

        start: Of the scale, before training: less for the end of a residual block,
            which then begins as nearly nothing.

    Input and output: `(batch, height, width, channels)`.

    Reference: Ulyanov et al., 2016, https://arxiv.org/abs/1607.08022
    """

    def __init__(self, epsilon=1e-5, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.epsilon, self.start = epsilon, start

    def build(self, input_shape):
        super().build(input_shape)
        channels = (input_shape[-1],)
        self.gamma = self.add_weight(
            name="gamma",
            shape=channels,
            initializer=keras.initializers.Constant(self.start),
        )
        self.beta = self.add_weight(name="beta", shape=channels, initializer="zeros")

    def call(self, inputs):
        x = ops.cast(inputs, "float32")
        mean, variance = self.measured(x)
        scale = ops.rsqrt(variance + self.epsilon) * ops.cast(self.gamma, "float32")
        beta = ops.cast(self.beta, "float32")
        if self.epsilon < SMALL_EPSILON:
            y = (x - mean) * scale + beta
        else:
            y = x * scale + (beta - mean * scale)
        return ops.cast(y, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        own = {"epsilon": self.epsilon, "start": self.start}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class GlobalMean(Measuring):
    """The mean of every channel of every picture, or one that is given.

    Input `(batch, height, width, channels)`, output `(batch, 1, 1, channels)`.
    """

    def call(self, inputs):
        mean, _ = self.measured(ops.cast(inputs, "float32"))
        return ops.cast(mean, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 1, 1, input_shape[-1])


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class ReflectionPadding2D(keras.layers.Layer):
    """Mirrors a picture's borders outwards, the border pixel itself not repeated.

    Args:
        padding: Rows and columns added at each side; less than the picture's sides.

    Input `(batch, height, width, channels)`, output larger by twice the padding.
    """

    # Whether to be built of slices, for TFLite: MIRROR_PAD falls out of XNNPACK and
    # takes as long as a convolution. Not kept in files; `exporting.tflite` sets it.
    by_slices = False

    def __init__(self, padding=1, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding

    def call(self, inputs):
        if self.by_slices:
            rows = reflect_by_slices(inputs, self.padding, axis=1)
            return reflect_by_slices(rows, self.padding, axis=2)
        margin = (self.padding, self.padding)
        return ops.pad(inputs, ((0, 0), margin, margin, (0, 0)), mode="reflect")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        grow = 2 * self.padding
        height, width = (s if s is None else s + grow for s in (height, width))
        return (batch, height, width, channels)

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}


def reflect_by_slices(x, padding: int, axis: int):
    """Mirrors the borders of one axis, whose size is known, as ReflectionPadding2D."""
    side = x.shape[axis]

    def line(place):
        index = [slice(None)] * 4
        index[axis] = slice(place, place + 1)
        return x[tuple(index)]

    before = [line(place) for place in range(padding, 0, -1)]
    after = [line(side - 2 - place) for place in range(padding)]
    return ops.concatenate([*before, x, *after], axis=axis)


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class DepthToSpace(keras.layers.Layer):
    """Lays out every pixel's channels as a square of pixels.

    Args:
        side: Of the square.

    Input `(batch, height, width, side * side * channels)`, row by row of the square;
    output `(batch, side * height, side * width, channels)`.

    Reference: Shi et al., CVPR 2016, https://arxiv.org/abs/1609.05158
    """

    def __init__(self, side=2, **kwargs):
        super().__init__(**kwargs)
        self.side = side

    def call(self, inputs):
        if keras.backend.backend() == "tensorflow":
            # One operation in TFLite; reshapes of rank 6 fall out of XNNPACK.
            import tensorflow as tf

            return tf.nn.depth_to_space(inputs, self.side)
        side = self.side
        _, height, width, channels = ops.shape(inputs)
        channels //= side * side
        x = ops.reshape(inputs, (-1, height, width, side, side, channels))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (-1, height * side, width * side, channels))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        side = self.side
        height, width = (s if s is None else s * side for s in (height, width))
        return (batch, height, width, channels // (side * side))

    def get_config(self):
        return {**super().get_config(), "side": self.side}


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class Enlarge(keras.layers.Layer):
    """Enlarges pictures bilinearly, to twice their sides.

    Keras's own `UpSampling2D(interpolation="bilinear")` cannot be traced at sizes that
    are not known yet (3.15).

    Input and output: `(batch, height, width, channels)`.
    """

    def call(self, inputs):
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            sides = 2 * tf.shape(inputs)[1:3]
            if None not in inputs.shape[1:3]:
                sides = [2 * side for side in inputs.shape[1:3]]
            return tf.cast(tf.image.resize(inputs, sides), inputs.dtype)
        _, height, width, _ = ops.shape(inputs)
        return ops.image.resize(inputs, (2 * height, 2 * width), "bilinear")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        height, width = (s if s is None else 2 * s for s in (height, width))
        return (batch, height, width, channels)


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class EnlargeTo(Enlarge):
    """Enlarges pictures bilinearly to twice their sides, cut to those of others.

    Of a map with an odd side half of it has a row or column more than that.

    Input, a list of two `(batch, height, width, channels)`: the small pictures, and the
    others, of twice their sides or one less. Output as the others, but for channels.
    """

    def call(self, inputs):
        small, others = inputs
        x = super().call(small)
        known = others.shape[1:3]
        if None not in known:
            return x if x.shape[1:3] == known else x[:, : known[0], : known[1]]
        height, width = ops.shape(others)[1:3]
        return x[:, :height, :width]

    def compute_output_shape(self, input_shape):
        small, others = input_shape
        return (*others[:3], small[3])


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class DetailBands(keras.layers.Layer):
    """A picture as three pictures, of fine, middle and coarse detail, as strong.

    Detail is faint: in photos and cartoons the fine and the middle band have a 15th to
    a 35th of the variance of light and shade, and a network sees them late. Here each
    band of a Laplacian pyramid, not shrunk, has a deviation of 0.4 to 1.2.

    Input `(batch, height, width, 3)`, RGB in -1..1, sides from 9. Output
    `(batch, height, width, 9)`, computed in float32 under any policy.

    Reference: Burt and Adelson, 1983, for the pyramid and its kernel. The gains are
    ours, rounded.
    """

    GAINS = (12.0, 6.0, 1.5)

    def call(self, inputs):
        x = ops.cast(inputs, "float32")
        middle = self._blur(x, 1)
        coarse = self._blur(middle, 2)
        bands = x - middle, middle - coarse, coarse
        scaled = [band * gain for band, gain in zip(bands, self.GAINS, strict=True)]
        return ops.cast(ops.concatenate(scaled, axis=-1), self.compute_dtype)

    def _blur(self, x, spread):
        taps = np.zeros(4 * spread + 1, np.float32)
        taps[::spread] = (1, 4, 6, 4, 1)
        kernel = np.tile((taps / taps.sum())[:, None, None, None], (1, 1, 3, 1))
        margin = (2 * spread, 2 * spread)
        x = ops.pad(x, ((0, 0), margin, margin, (0, 0)), mode="reflect")
        x = ops.depthwise_conv(x, kernel)
        return ops.depthwise_conv(x, kernel.transpose(1, 0, 2, 3))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 9)


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class BilinearUpsampling(keras.initializers.Initializer):
    """Starts a transposed convolution of stride 2 as bilinear enlargement.

    Random weights begin as a checkerboard, since of a 3x3 kernel at stride 2 one output
    pixel in four is reached by a single tap and one by four. Here every pair of
    channels starts with the same bilinear kernel times a He-normal number, and what the
    network draws begins smooth.

    Args:
        seed: Of the numbers.
    """

    def __init__(self, seed=None):
        self.seed = seed
        self.mix = keras.initializers.HeNormal(seed=seed)

    def __call__(self, shape, dtype=None):
        height, width, channels_out, channels_in = shape
        # HeNormal takes the second last for its fan-in
        mix = self.mix((1, 1, channels_in, channels_out), dtype=dtype or "float32")
        mix = ops.transpose(mix, (0, 1, 3, 2))
        tent = [
            1.0 - np.abs(np.arange(side) - (side - 1) / 2) / ((side + 1) / 2)
            for side in (height, width)
        ]
        kernel = np.outer(*tent)[..., None, None]
        return ops.convert_to_tensor(kernel, dtype=dtype) * mix

    def get_config(self):
        return {"seed": self.seed}
