"""CartoonGAN: the two phases of training, as Keras models for `fit`."""

import keras
import tensorflow as tf

from cartoongan_tf.losses import ADVERSARIAL, CONTENT

# The effective weight of the published models. The paper says 10, but the authors' code
# backpropagates its VGG preprocessing by 1 / 127.5 where the chain rule asks for 127.5:
# 10 / 127.5^2. At a true 10 no style appears.
CONTENT_WEIGHT = 6e-4
LEARNING_RATE = 2e-4  # paper and authors' code, initialization phase
BETA_1 = 0.5  # authors' code
INITIAL_SCALE = 2.0**15  # of float16 losses: keeps the content gradient's small values


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class InitializationPhase(keras.Model):
    """The generator alone learns to give the photo back: the phase before the joint
    one.

    Fed with batches of `(photo, cartoon, smooth)`, of which it takes the photo.

    Args:
        generator: `[-1, 1]` RGB to the same.
        features: Frozen content features of a picture, `VGG19Features`.

    Reference: CartoonGAN, CVPR 2018, section 3.3.
    """

    def __init__(self, generator, features, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.generator = generator
        self.features = features
        self.content_tracker = keras.metrics.Mean(name="content_loss")

    def compile(self, optimizer=None, content_loss="l1", jit_compile=False):
        """Sets the generator's optimizer, Adam by default, and the content loss."""
        super().compile(
            optimizer=prepare_optimizer(optimizer, self.generator),
            jit_compile=jit_compile,
        )
        self.content = pick(CONTENT, "content_loss", content_loss)

    @property
    def metrics(self):
        return [self.content_tracker]

    def call(self, photo, training=None):
        return self.generator(photo, training=training)

    def train_step(self, data):
        photo = data[0]
        target = self.features(photo)
        with tf.GradientTape() as tape:
            fake = self.generator(photo, training=True)
            content_loss = self.content(self.features(fake), target)
            scaled = self.optimizer.scale_loss(content_loss)
        variables = self.generator.trainable_variables
        self.optimizer.apply(tape.gradient(scaled, variables), variables)
        self.content_tracker.update_state(content_loss)
        return self.get_metrics_result()

    def get_config(self):
        return _serialize(self, "generator", "features")

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return _deserialize(cls, config)


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class CartoonGAN(keras.Model):
    """Generator and discriminator trained together on photos and one artist's cartoons.

    Fed with batches of `(photo, cartoon, smooth)`, each `(batch, height, width, 3)` RGB
    in -1..1, `smooth` being `cartoon` with its edges smoothed.

    Metrics: `g_loss`, `d_loss`, `content_loss`, and `d_cartoon`, `d_smooth`, `d_fake`,
    the discriminator's mean answers: 1 for "the artist's", 0 for "not". Three equal
    answers of 1/3 are those of a discriminator that sees nothing.

    Args:
        generator: `[-1, 1]` RGB to the same.
        discriminator: `[-1, 1]` RGB to logits.
        features: Frozen content features of a picture, `VGG19Features`.

    Example:
        >>> gan = CartoonGAN(Generator(), PatchDiscriminator(), VGG19Features())
        >>> gan.compile()
        >>> gan.fit(load_dataset("data/paprika"), epochs=100)

    Reference: CartoonGAN, CVPR 2018, section 3.2.
    """

    def __init__(self, generator, discriminator, features, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.features = features
        self.trackers = {
            metric: keras.metrics.Mean(name=metric)
            for metric in (
                "g_loss",
                "d_loss",
                "content_loss",
                "d_cartoon",
                "d_smooth",
                "d_fake",
            )
        }

    def compile(
        self,
        g_optimizer=None,
        d_optimizer=None,
        adversarial_loss="least-squares",
        content_loss="l1",
        content_weight=CONTENT_WEIGHT,
        jit_compile=False,
    ):
        """Sets both optimizers (Adam by default) and the losses.

        Args:
            g_optimizer: The generator's.
            d_optimizer: The discriminator's.
            adversarial_loss: `"least-squares"` (authors' code) or `"log"` (paper).
            content_loss: `"l1"` (paper) or `"l2"` (ablation of section 4.3).
            content_weight: Of the content loss; the adversarial loss has weight 1.
            jit_compile: Compile the step by XLA.

        Raises:
            ValueError: For a loss of another name, or a negative weight.
        """
        # optimizer=None: Keras would else put an RMSprop of its own into checkpoints.
        super().compile(optimizer=None, jit_compile=jit_compile)
        if content_weight < 0:
            raise ValueError(
                "`content_weight` must not be negative. "
                f"Received: content_weight={content_weight}"
            )
        self.g_optimizer = prepare_optimizer(g_optimizer, self.generator)
        self.d_optimizer = prepare_optimizer(d_optimizer, self.discriminator)
        losses = pick(ADVERSARIAL, "adversarial_loss", adversarial_loss)
        self.adversarial_d, self.adversarial_g = losses
        self.answer = keras.ops.sigmoid if adversarial_loss == "log" else lambda x: x
        self.content = pick(CONTENT, "content_loss", content_loss)
        self.content_weight = content_weight

    @property
    def metrics(self):
        return list(self.trackers.values())

    def call(self, photo, training=None):
        return self.generator(photo, training=training)

    def train_step(self, data):
        """One simultaneous update of both networks, from one forward pass of each."""
        photo, cartoon, smooth = data
        # Outside the tapes: the photo's features have no gradient to give.
        target = self.features(photo)
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake = self.generator(photo, training=True)
            drawn = self.discriminator(tf.concat([cartoon, smooth], 0), training=True)
            on_cartoon, on_smooth = tf.split(drawn, 2)
            # Shared by both losses: d_tape is asked for the discriminator's variables
            # alone and stops there, g_tape goes on into the generator.
            on_fake = self.discriminator(fake, training=True)
            d_loss = self.adversarial_d(on_cartoon, on_smooth, on_fake)
            content_loss = self.content(self.features(fake), target)
            g_loss = self.adversarial_g(on_fake) + self.content_weight * content_loss
            g_scaled = self.g_optimizer.scale_loss(g_loss)
            d_scaled = self.d_optimizer.scale_loss(d_loss)
        for optimizer, tape, loss, network in (
            (self.g_optimizer, g_tape, g_scaled, self.generator),
            (self.d_optimizer, d_tape, d_scaled, self.discriminator),
        ):
            variables = network.trainable_variables
            optimizer.apply(tape.gradient(loss, variables), variables)
        for name, value in (
            ("g_loss", g_loss),
            ("d_loss", d_loss),
            ("content_loss", content_loss),
            ("d_cartoon", self.answer(on_cartoon)),
            ("d_smooth", self.answer(on_smooth)),
            ("d_fake", self.answer(on_fake)),
        ):
            self.trackers[name].update_state(value)
        return self.get_metrics_result()

    def get_config(self):
        return _serialize(self, "generator", "discriminator", "features")

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return _deserialize(cls, config)


def prepare_optimizer(optimizer, network):
    """Adam where none is given, with loss scaling under float16, built for `network`.

    Keras wraps its own single optimizer only. Built before tracing: `scale_loss` traced
    earlier would bake in the first scale.
    """
    if optimizer is None:
        optimizer = keras.optimizers.Adam(LEARNING_RATE, beta_1=BETA_1)
    is_scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    is_half = any(layer.compute_dtype == "float16" for layer in network.layers)
    if is_half and not is_scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(
            optimizer, initial_scale=INITIAL_SCALE
        )
    optimizer.build(network.trainable_variables)
    return optimizer


def pick(table: dict, argument: str, name: str):
    """The entry of a table that a user named, or a ValueError that lists the names."""
    if name not in table:
        raise ValueError(
            f"`{argument}` must be one of {', '.join(table)}. "
            f"Received: {argument}={name!r}"
        )
    return table[name]


def _serialize(model, *parts):
    config = {
        part: keras.saving.serialize_keras_object(getattr(model, part))
        for part in parts
    }
    return {"name": model.name, **config}


def _deserialize(cls, config):
    parts = {
        key: keras.saving.deserialize_keras_object(value)
        if isinstance(value, dict)
        else value
        for key, value in config.items()
    }
    return cls(**parts)
