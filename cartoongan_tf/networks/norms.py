"""U-GAT-IT's norms: of maps, between instance and layer norm; of kernels, spectral."""

import keras
from keras import ops

from cartoongan_tf.networks.statistics import Measuring


class _Share(keras.constraints.Constraint):
    """Keeps a weight within 0..1, whatever the optimizer made of it."""

    def __call__(self, weight):
        return ops.clip(weight, 0.0, 1.0)


class _Mixture(Measuring):
    """Instance norm and layer norm of the same map, mixed by a weight `rho` a channel.

    `rho` is 1 for instance norm and 0 for layer norm; training keeps it between. What
    layer norm must know follows from the channels' means and variances, so that given
    ones (`networks/statistics.py`) serve both.
    """

    START = 0.0

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        super().build(input_shape)
        self.rho = self.add_weight(
            name="rho",
            shape=(self.channels,),
            initializer=keras.initializers.Constant(self.START),
            constraint=_Share(),
            autocast=False,
            aggregation="only_first_replica",  # all clip the same
        )

    def mixed(self, x, gamma, beta):
        """The map, float32, normalized by both and mixed, scaled and shifted."""
        mean, variance = self.measured(x)
        layer_mean = ops.mean(mean, axis=-1, keepdims=True)
        # The mean of the channels' variances, and the variance of their means.
        apart = ops.square(mean - layer_mean)
        layer_variance = ops.mean(variance + apart, axis=-1, keepdims=True)
        rho = ops.convert_to_tensor(self.rho)
        instance = rho * ops.rsqrt(variance + self.epsilon)
        layer = (1.0 - rho) * ops.rsqrt(layer_variance + self.epsilon)
        scale = (instance + layer) * gamma
        shift = (instance * mean + layer * layer_mean) * gamma
        return x * scale + (beta - shift)

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class LayerInstanceNormalization(_Mixture):
    """LIN: a mixture of instance norm and layer norm, each channel with its own share.

    Begins as layer norm. Statistics and the affine map are float32 whatever the compute
    dtype; variances are the biased ones.

    Args:
        epsilon: Added to both variances, inside the root.

    Input and output: `(batch, height, width, channels)`.

    Reference: Kim et al., U-GAT-IT, ICLR 2020, https://arxiv.org/abs/1907.10830
    """

    def build(self, input_shape):
        super().build(input_shape)
        channels = (self.channels,)
        self.gamma = self.add_weight(name="gamma", shape=channels, initializer="ones")
        self.beta = self.add_weight(name="beta", shape=channels, initializer="zeros")

    def call(self, inputs):
        x = ops.cast(inputs, "float32")
        gamma, beta = (ops.cast(each, "float32") for each in (self.gamma, self.beta))
        return ops.cast(self.mixed(x, gamma, beta), self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class AdaptiveLayerInstanceNormalization(_Mixture):
    """AdaLIN: as LIN, but scaled and shifted by what the network says of the picture.

    Begins as nine tenths of instance norm.

    Args:
        epsilon: Added to both variances, inside the root.

    Input, a list of three:
        x: `(batch, height, width, channels)`.
        gamma: `(batch, 1, 1, channels)`, what it is multiplied by.
        beta: `(batch, 1, 1, channels)`, what is added.

    Output: as `x`.

    Reference: Kim et al., U-GAT-IT, ICLR 2020, section 2.1.1, equation 1.
    """

    # The authors' PyTorch code; their TensorFlow code begins with 1 and takes off 0.1
    # wherever it is used.
    START = 0.9

    def build(self, input_shape):
        super().build(input_shape[0])

    def call(self, inputs):
        x, gamma, beta = (ops.cast(each, "float32") for each in inputs)
        return ops.cast(self.mixed(x, gamma, beta), self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape[0]


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class SpectralConv2D(keras.layers.Layer):
    """A convolution without padding whose kernel is divided by its spectral norm.

    Every call in training takes one step of the power iteration towards the kernel's
    largest singular value, from where the last one ended. The kernel itself stays as
    the optimizer left it, and the gradient knows of the division; Keras's own
    `SpectralNormalization` overwrites it, past the optimizer.

    Args:
        filters: Channels of the output.
        kernel_size: Side of the kernel.
        strides: Of both axes.
        use_bias: Whether something is added to each channel.
        kernel_initializer: Of the kernel.

    Input `(batch, height, width, channels)`. The norm is computed in float32 under any
    dtype policy.

    Reference: Miyato et al., ICLR 2018, https://arxiv.org/abs/1802.05957
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters, self.kernel_size = filters, kernel_size
        self.strides, self.use_bias = strides, use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        side = self.kernel_size
        self.kernel = self.add_weight(
            name="kernel",
            shape=(side, side, input_shape[-1], self.filters),
            initializer=self.kernel_initializer,
            autocast=False,
        )
        self.direction = self.add_weight(
            name="direction",
            shape=(1, self.filters),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",  # all come to the same
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.filters,), initializer="zeros"
            )

    def normalized(self, training=False):
        """The kernel as it is used, float32; in training after one more step."""
        kernel = ops.convert_to_tensor(self.kernel)
        matrix = ops.reshape(kernel, (-1, self.filters))
        still = ops.stop_gradient(matrix)
        right = ops.convert_to_tensor(self.direction)
        left = _unit(ops.matmul(right, ops.transpose(still)))
        if training:
            right = ops.stop_gradient(_unit(ops.matmul(left, still)))
            self.direction.assign(right)
        else:
            right = _unit(ops.matmul(left, still))
        largest = ops.sum(ops.matmul(left, matrix) * right)
        return kernel / largest

    def call(self, inputs, training=False):
        kernel = ops.cast(self.normalized(training), self.compute_dtype)
        y = ops.conv(inputs, kernel, self.strides, "valid")
        return y + self.bias if self.use_bias else y

    def compute_output_shape(self, input_shape):
        batch, *sides, _ = input_shape
        shrunk = (
            side if side is None else (side - self.kernel_size) // self.strides + 1
            for side in sides
        )
        return (batch, *shrunk, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


def _unit(vector):
    return vector * ops.rsqrt(ops.sum(ops.square(vector)) + 1e-12)
