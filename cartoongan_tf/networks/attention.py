"""U-GAT-IT's networks, which weigh their channels by what tells the domains apart."""

import keras
from keras import layers, ops

from cartoongan_tf.networks.layers import (
    GlobalMean,
    InstanceNormalization,
    ReflectionPadding2D,
)
from cartoongan_tf.networks.network import Network, check_at_least
from cartoongan_tf.networks.norms import (
    AdaptiveLayerInstanceNormalization,
    LayerInstanceNormalization,
    SpectralConv2D,
)

LEAST_SIZE = 96  # a side that the global discriminator can halve five times, and pad
# Measured peak above the idle process, as that of the paper's generator.
BYTES_PER_FILTER = 29


def _start():
    """Uniform, a third of the variance that keeps a signal: PyTorch's own.

    The authors' TensorFlow code takes a deviation of 0.02 for every layer, which at a
    narrower width than theirs leaves nothing of what says gamma and beta.
    """
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class ClassActivation(keras.layers.Layer):
    """Weighs a map's channels by how much they tell of the domain a picture is from.

    The weights are those of two linear classifiers, one of the channels' means and one
    of their maxima over the picture. Their answers, `logits`, are for training alone:
    what comes out depends on the weights, not on the pools, so that a part of a picture
    is drawn as in the whole.

    Args:
        spectral: Whether the classifiers' weights are divided by their norm before they
            classify, as in a discriminator.

    Input `(batch, height, width, channels)`. Output the same with twice the channels:
    by the one's weights, and by the other's.

    Reference: Kim et al., U-GAT-IT, ICLR 2020, section 2.1.1; its class activation maps
    are those of Zhou et al., CVPR 2016. Two classifiers, without a bias, as in the
    authors' PyTorch code.
    """

    def __init__(self, spectral=False, **kwargs):
        super().__init__(**kwargs)
        self.spectral = spectral

    def build(self, input_shape):
        channels = input_shape[-1]
        reach = channels**-0.5
        self.kernel = self.add_weight(
            name="kernel",
            shape=(2, channels),
            initializer=keras.initializers.RandomUniform(-reach, reach),
            autocast=False,
        )

    def call(self, inputs):
        kernel = ops.cast(self.kernel, self.compute_dtype)
        return ops.concatenate([inputs * kernel[0], inputs * kernel[1]], axis=-1)

    def logits(self, x):
        """What both classifiers say of a map: float32 `(batch, 2)`, mean, then maximum.

        Args:
            x: What the layer was called with.
        """
        x = ops.cast(x, "float32")
        kernel = ops.convert_to_tensor(self.kernel)
        if self.spectral:  # of a vector the norm is the largest singular value
            kernel *= ops.rsqrt(
                ops.sum(ops.square(kernel), axis=1, keepdims=True) + 1e-12
            )
        pooled = ops.stack([ops.mean(x, (1, 2)), ops.max(x, (1, 2))], axis=1)
        return ops.sum(pooled * kernel, axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 2 * input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "spectral": self.spectral}


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class ClassLogits(keras.layers.Layer):
    """A `ClassActivation`'s answers, as a layer of a network.

    Args:
        activation: The `ClassActivation`, which owns the weights.

    Input `(batch, height, width, channels)`, output `(batch, 2)`, float32.
    """

    def __init__(self, activation, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.activation = activation

    def build(self, input_shape):
        if not self.activation.built:
            self.activation.build(input_shape)
            self.activation.built = True

    def call(self, inputs):
        return self.activation.logits(inputs)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 2)

    def get_config(self):
        activation = keras.saving.serialize_keras_object(self.activation)
        return {**super().get_config(), "activation": activation}

    @classmethod
    def from_config(cls, config):
        activation = keras.saving.deserialize_keras_object(config["activation"])
        return cls(**{**config, "activation": activation})


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class AttentionGenerator(Network):
    """U-GAT-IT's generator in its light form: down, attention, AdaLIN blocks, up.

    The light form makes gamma and beta of the channels' means, where the full one reads
    every pixel of a map of one size: 268 of its 279.0 million parameters. So pictures
    may have any size, and the two forms are the same in all else.

    The authors' PyTorch code has 10,589,888 parameters; here instance norms are affine,
    as in their TensorFlow code: 4,992 more.

    Args:
        filters: Channels of the first layer; 64 in U-GAT-IT. The rest scale with it.
        num_blocks: Residual blocks before the attention, and as many AdaLIN blocks
            behind it; 4 in U-GAT-IT.

    Input and output: `(batch, height, width, 3)`, RGB, -1..1, sides multiples of 4 from
    8. The output is float32 under any dtype policy.

    Reference: Kim et al., U-GAT-IT, ICLR 2020, https://arxiv.org/abs/1907.10830,
    section 2.1.1 and appendix; https://github.com/znxlwm/UGATIT-pytorch, `--light`.
    """

    ARGUMENTS = ("filters", "num_blocks")

    def __init__(self, filters=64, num_blocks=4, dtype=None, name=None, **kwargs):
        check_at_least("filters", filters, 1)
        check_at_least("num_blocks", num_blocks, 0)
        policy = keras.dtype_policies.get(dtype or keras.config.dtype_policy())

        def conv(x, channels, name, kernel=3, stride=1, bias=False):
            return layers.Conv2D(
                channels,
                kernel,
                stride,
                use_bias=bias,
                kernel_initializer=_start(),
                dtype=policy,
                name=name,
            )(x)

        def reflected(x, channels, name, kernel=3, stride=1):
            padding = kernel // 2
            x = ReflectionPadding2D(padding, dtype=policy, name=f"{name}_pad")(x)
            return conv(x, channels, name, kernel, stride)

        def relu(x, name):
            return layers.ReLU(dtype=policy, name=f"{name}_relu")(x)

        def instance(x, name):
            return InstanceNormalization(dtype=policy, name=f"{name}_in")(x)

        def adaptive(x, name):
            norm = AdaptiveLayerInstanceNormalization
            return norm(dtype=policy, name=f"{name}_adalin")([x, gamma, beta])

        def block(x, name, norm):
            y = norm(reflected(x, channels, f"{name}_a"), f"{name}_a")
            y = reflected(relu(y, f"{name}_a"), channels, f"{name}_b")
            y = norm(y, f"{name}_b")
            return layers.Add(dtype=policy, name=name)([x, y])

        photo = keras.Input((None, None, 3), name="photo")
        x = relu(instance(reflected(photo, filters, "first", 7), "first"), "first")
        for stage in (1, 2):
            down = f"down{stage}"
            x = reflected(x, filters * 2**stage, down, stride=2)
            x = relu(instance(x, down), down)
        channels = 4 * filters
        for number in range(1, num_blocks + 1):
            x = block(x, f"block{number}", instance)

        x = ClassActivation(dtype=policy, name="cam")(x)
        x = relu(conv(x, channels, "cam_mix", 1, bias=True), "cam_mix")
        said = GlobalMean(dtype=policy, name="mean")(x)
        for step in ("said1", "said2"):
            said = relu(conv(said, channels, step, 1), step)
        gamma, beta = (conv(said, channels, part, 1) for part in ("gamma", "beta"))
        for number in range(1, num_blocks + 1):
            x = block(x, f"adaptive{number}", adaptive)

        for stage in (1, 2):
            up = f"up{stage}"
            x = layers.UpSampling2D(2, dtype=policy, name=f"{up}_enlarged")(x)
            x = reflected(x, channels // 2**stage, up)
            x = LayerInstanceNormalization(dtype=policy, name=f"{up}_lin")(x)
            x = relu(x, up)
        x = reflected(x, 3, "last", 7)
        # float32: sixteen bits would quantize the picture itself.
        cartoon = layers.Activation("tanh", dtype="float32", name="cartoon")(x)

        super().__init__(photo, cartoon, name=name, **kwargs)
        self.filters = filters
        self.num_blocks = num_blocks
        self.bytes_per_pixel = BYTES_PER_FILTER * filters
        self.policy = policy


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class AttentionDiscriminator(Network):
    """U-GAT-IT's two discriminators of one domain, with spectral norms and attention.

    The local one sees 70x70 pixels with each logit, the global one 286x286.

    Args:
        filters: Channels of the first layers; 64 in U-GAT-IT. The rest scale with it.

    Input `(batch, height, width, 3)`, RGB, -1..1, sides from 96. Output, a list of
    four, all float32 under any dtype policy:
        local: `(batch, height / 8 - 2, width / 8 - 2, 1)`, logits.
        local_cam: `(batch, 2)`, logits of the class activation.
        global: `(batch, height / 32 - 2, width / 32 - 2, 1)`, sides rounded down.
        global_cam: `(batch, 2)`.

    Reference: Kim et al., U-GAT-IT, ICLR 2020, section 2.1.2 and appendix.
    """

    ARGUMENTS = ("filters",)
    HALVINGS = {"local": 3, "global": 5}

    def __init__(self, filters=64, dtype=None, name=None, **kwargs):
        check_at_least("filters", filters, 1)
        policy = keras.dtype_policies.get(dtype or keras.config.dtype_policy())

        def spectral(x, channels, name, stride=1, bias=True, dtype=policy):
            x = ReflectionPadding2D(1, dtype=dtype, name=f"{name}_pad")(x)
            conv = SpectralConv2D(
                channels, 4, stride, bias, _start(), dtype=dtype, name=name
            )
            return conv(x)

        def leaky(x, name):
            return layers.LeakyReLU(0.2, dtype=policy, name=f"{name}_lrelu")(x)

        picture = keras.Input((None, None, 3), name="picture")
        answers = []
        for part, halvings in self.HALVINGS.items():
            x, channels = picture, filters
            for number in range(1, halvings + 1):
                each = f"{part}_conv{number}"
                x = leaky(spectral(x, channels, each, 2), each)
                channels *= 2
            x = leaky(spectral(x, channels, f"{part}_wide"), f"{part}_wide")
            cam = ClassActivation(spectral=True, dtype=policy, name=f"{part}_cam")
            said = ClassLogits(cam, name=f"{part}_cam_logits")(x)
            mix = layers.Conv2D(
                channels,
                1,
                kernel_initializer=_start(),
                dtype=policy,
                name=f"{part}_mix",
            )
            x = leaky(mix(cam(x)), f"{part}_mix")
            logits = spectral(x, 1, f"{part}_logits", bias=False, dtype="float32")
            answers += [logits, said]

        super().__init__(picture, answers, name=name, **kwargs)
        self.filters = filters
        self.policy = policy
