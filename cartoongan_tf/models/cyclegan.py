"""CycleGAN, the baseline that has two of every network."""

from types import SimpleNamespace

import keras
import tensorflow as tf
from keras import layers

from cartoongan_tf.models import gradients
from cartoongan_tf.models.averages import WeightAverage
from cartoongan_tf.models.cartoongan import prepare_optimizer
from cartoongan_tf.models.losses import l1_content_loss, least_squares_g_loss
from cartoongan_tf.models.pools import FakePool
from cartoongan_tf.models.settings import CYCLE_WEIGHT
from cartoongan_tf.networks import network
from cartoongan_tf.networks.layers import InstanceNormalization
from cartoongan_tf.networks.network import Network, check_at_least

IDENTITY_SHARE = 0.5  # of the cycle weight: CycleGAN, section 5.2
POOL_SIZE = 50  # CycleGAN, section 4


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class PatchGAN(Network):
    """CycleGAN's discriminator: logits that see 70x70 pixels each.

    Instance norms have no bias in front of them, and are affine where CycleGAN's are
    not.

    Args:
        filters: Channels of the first layer; 64 in CycleGAN. The rest scale with it.

    Input `(batch, height, width, 3)`, RGB, -1..1, sides multiples of 8 from 24. Output
    `(batch, height / 8 - 2, width / 8 - 2, 1)`, logits, float32 under any dtype policy.

    Reference: Zhu et al., ICCV 2017, https://arxiv.org/abs/1703.10593, appendix 7.2.
    """

    ARGUMENTS = ("filters",)

    def __init__(self, filters=64, dtype=None, name=None, **kwargs):
        check_at_least("filters", filters, 1)
        policy = keras.dtype_policies.get(dtype or keras.config.dtype_policy())

        def conv(x, channels, name, stride, bias=False, dtype=policy):
            x = layers.ZeroPadding2D(1, dtype=dtype, name=f"{name}_pad")(x)
            return layers.Conv2D(
                channels,
                4,
                stride,
                use_bias=bias,
                kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
                dtype=dtype,
                name=name,
            )(x)

        def leaky(x, name):
            return layers.LeakyReLU(0.2, dtype=policy, name=f"{name}_lrelu")(x)

        picture = keras.Input((None, None, 3), name="picture")
        x = leaky(conv(picture, filters, "conv1", 2, bias=True), "conv1")
        for name, wider, stride in (("conv2", 2, 2), ("conv3", 4, 2), ("conv4", 8, 1)):
            x = conv(x, filters * wider, name, stride)
            x = InstanceNormalization(dtype=policy, name=f"{name}_in")(x)
            x = leaky(x, name)
        logits = conv(x, 1, "logits", 1, bias=True, dtype="float32")

        super().__init__(picture, logits, name=name, **kwargs)
        self.filters = filters
        self.policy = policy


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class CycleGAN(keras.Model):
    """Photo to cartoon and back, each way with a discriminator of its own.

    Fed with the batches of `CartoonGAN`, `(photo, cartoon, smooth)`, each
    `(batch, image_size, image_size, 3)` RGB in -1..1; `smooth` is not looked at.

    Metrics: `g_loss` (all terms, both ways), `d_loss` (sum of both discriminators'),
    `cycle_loss` and `identity_loss` (mean absolute errors, both ways, not weighted),
    and the discriminators' mean answers, 1 for real: `d_cartoon` and `d_fake` of one,
    `d_photo` and `d_fake_photo` of the other.

    Args:
        generator: Photo to cartoon, `ResnetGenerator`.
        discriminator: Of cartoons, `PatchGAN`.
        back_generator: Cartoon to photo.
        photo_discriminator: Of photos.
        image_size: Side of the pictures, which the pools of past fakes must know.
        pool_size: Past fakes kept for each discriminator.
        seed: Of the choice among them.

    Example:
        >>> gan = CycleGAN(ResnetGenerator(), PatchGAN(), ResnetGenerator(), PatchGAN())
        >>> gan.compile(identity=True)
        >>> gan.fit(load_dataset("data/paprika", batch_size=1), epochs=200)

    Reference: Zhu et al., ICCV 2017, https://arxiv.org/abs/1703.10593; the baseline of
    CartoonGAN, CVPR 2018, section 4.2.
    """

    METRICS = (
        "g_loss",
        "d_loss",
        "cycle_loss",
        "identity_loss",
        "d_cartoon",
        "d_fake",
        "d_photo",
        "d_fake_photo",
    )

    def __init__(
        self,
        generator,
        discriminator,
        back_generator,
        photo_discriminator,
        image_size=256,
        pool_size=POOL_SIZE,
        seed=0,
        name=None,
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.back_generator = back_generator
        self.photo_discriminator = photo_discriminator
        self.image_size, self.pool_size, self.seed = image_size, pool_size, seed
        self.pool = FakePool(pool_size, image_size, 2 * seed)
        self.photo_pool = FakePool(pool_size, image_size, 2 * seed + 1)
        self.identity = False
        self.built = True  # as its parts are
        self.trackers = {name: keras.metrics.Mean(name=name) for name in self.METRICS}

    def compile(
        self,
        g_optimizer=None,
        d_optimizer=None,
        cycle_weight=CYCLE_WEIGHT,
        identity=False,
        ema=0.0,
        clip_norm=0.0,
        jit_compile=False,
    ):
        """Sets both optimizers (Adam by default) and the weights of the losses.

        Args:
            g_optimizer: Of both generators together.
            d_optimizer: Of both discriminators together.
            cycle_weight: Of the cycle loss; the adversarial losses have weight 1.
            identity: Add the identity loss, at half of the cycle weight: a cartoon
                shall come out of the generator, and a photo out of the other, as it is.
            ema: Momentum of the generator's running average, `average`; 0 for none.
            clip_norm: Largest norm of the generators' gradient, and of the
                discriminators'; 0 for any.
            jit_compile: Compile the step by XLA.

        Raises:
            ValueError: For a negative weight.
        """
        super().compile(optimizer=None, jit_compile=jit_compile)
        for argument, value in (
            ("cycle_weight", cycle_weight),
            ("clip_norm", clip_norm),
        ):
            if value < 0:
                raise ValueError(
                    f"`{argument}` must not be negative. Received: {argument}={value}"
                )
        self.g_optimizer = prepare_optimizer(
            g_optimizer, both(self.generator, self.back_generator)
        )
        self.d_optimizer = prepare_optimizer(
            d_optimizer, both(self.discriminator, self.photo_discriminator)
        )
        self.cycle_weight = cycle_weight
        self.identity, self.clip_norm = identity, clip_norm
        self.average = WeightAverage(self.generator, ema) if ema else None

    @property
    def metrics(self):
        return [
            tracker
            for name, tracker in self.trackers.items()
            if self.identity or name != "identity_loss"
        ]

    def call(self, photo, training=None):
        return self.generator(photo, training=training)

    def train_step(self, data):
        """One simultaneous update of the four networks."""
        photo, cartoon = data[0], data[1]
        g_variables = both(self.generator, self.back_generator).trainable_variables
        d_variables = both(
            self.discriminator, self.photo_discriminator
        ).trainable_variables
        replicas = gradients.replicas()
        with tf.GradientTape() as tape:
            fake, same_cartoon = self._draw(self.generator, photo, cartoon)
            fake_photo, same_photo = self._draw(self.back_generator, cartoon, photo)
            cycle_loss = l1_content_loss(
                self.back_generator(fake, training=True), photo
            ) + l1_content_loss(self.generator(fake_photo, training=True), cartoon)
            on_fake = self.discriminator(fake, training=True)
            on_fake_photo = self.photo_discriminator(fake_photo, training=True)
            g_loss = (
                least_squares_g_loss(on_fake)
                + least_squares_g_loss(on_fake_photo)
                + self.cycle_weight * cycle_loss
            )
            if self.identity:
                identity_loss = l1_content_loss(same_cartoon, cartoon)
                identity_loss += l1_content_loss(same_photo, photo)
                g_loss += IDENTITY_SHARE * self.cycle_weight * identity_loss
            scaled = self.g_optimizer.scale_loss(g_loss / replicas)
        g_gradients = tape.gradient(scaled, g_variables)
        with tf.GradientTape() as tape:
            d_loss, on_cartoon = self._judge(
                self.discriminator, cartoon, self.pool(fake)
            )
            photo_d_loss, on_photo = self._judge(
                self.photo_discriminator, photo, self.photo_pool(fake_photo)
            )
            d_loss += photo_d_loss
            scaled = self.d_optimizer.scale_loss(d_loss / replicas)
        # Before either is applied: both see the networks as they were.
        d_gradients = tape.gradient(scaled, d_variables)
        clip = self.clip_norm
        gradients.apply(self.g_optimizer, g_gradients, g_variables, clip)
        gradients.apply(self.d_optimizer, d_gradients, d_variables, clip)
        if self.average is not None:
            self.average.update()
        values = {
            "g_loss": g_loss,
            "d_loss": d_loss,
            "cycle_loss": cycle_loss,
            "d_cartoon": on_cartoon,
            "d_fake": on_fake,
            "d_photo": on_photo,
            "d_fake_photo": on_fake_photo,
        }
        if self.identity:
            values["identity_loss"] = identity_loss
        for name, value in values.items():
            self.trackers[name].update_state(value)
        return self.get_metrics_result()

    def _draw(self, generator, picture, same):
        """What a generator makes of its source, and, if asked for, of its target."""
        if not self.identity:
            return generator(picture, training=True), None
        return tf.split(generator(tf.concat([picture, same], 0), training=True), 2)

    def _judge(self, discriminator, real, fake):
        """One discriminator's loss, and its answers to the real pictures."""
        both = discriminator(tf.concat([real, fake], 0), training=True)
        on_real, on_fake = tf.split(both, 2)
        errors = tf.square(on_real - 1.0) + tf.square(on_fake)
        # Half: CycleGAN, appendix 7.1, slows the discriminators down.
        return 0.5 * tf.reduce_mean(errors), on_real

    def get_config(self):
        networks_of = (
            "generator",
            "discriminator",
            "back_generator",
            "photo_discriminator",
        )
        return {
            **network.serialize(self, *networks_of),
            "image_size": self.image_size,
            "pool_size": self.pool_size,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return network.deserialize(cls, config)


def both(one, other):
    """Two networks as one, for their one optimizer."""
    return SimpleNamespace(
        layers=one.layers + other.layers,
        trainable_variables=one.trainable_variables + other.trainable_variables,
    )
