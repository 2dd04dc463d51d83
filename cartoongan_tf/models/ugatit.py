"""U-GAT-IT, the baseline that attends to what tells photos and cartoons apart."""

import keras
import tensorflow as tf

from cartoongan_tf.models import gradients
from cartoongan_tf.models.averages import WeightAverage
from cartoongan_tf.models.cartoongan import prepare_optimizer
from cartoongan_tf.models.cyclegan import both
from cartoongan_tf.models.losses import l1_content_loss, least_squares_g_loss
from cartoongan_tf.models.settings import (
    BETA_1,
    CAM_WEIGHT,
    CYCLE_WEIGHT,
    IDENTITY_WEIGHT,
    WEIGHT_DECAY,
)
from cartoongan_tf.networks import network

LEARNING_RATE = 1e-4  # U-GAT-IT, appendix
NETWORKS = (
    "generator",
    "discriminator",
    "back_generator",
    "photo_discriminator",
)


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class UGATIT(keras.Model):
    """Photo to cartoon and back, each way with two discriminators, all with attention.

    Fed with the batches of `CartoonGAN`, `(photo, cartoon, smooth)`, each
    `(batch, image_size, image_size, 3)` RGB in -1..1, sides from 96; `smooth` is not
    looked at.

    Metrics: `g_loss` (all terms, both ways, without the weights' decay), `d_loss` (of
    all discriminators), `cycle_loss`, `identity_loss` (mean absolute errors, both ways,
    not weighted), `cam_loss` (cross-entropies of the generators' class activations,
    both ways, not weighted; 2.77 for a network that cannot tell), and the
    discriminators' mean answers, 1 for real: `d_cartoon` and `d_fake` of one domain's,
    `d_photo` and `d_fake_photo` of the other's.

    Both optimizers step at once, where the authors' code updates the discriminators
    first: as in all our models.

    Args:
        generator: Photo to cartoon, `AttentionGenerator`.
        discriminator: Of cartoons, `AttentionDiscriminator`.
        back_generator: Cartoon to photo.
        photo_discriminator: Of photos.

    Example:
        >>> gan = UGATIT(AttentionGenerator(), AttentionDiscriminator(),
        ...              AttentionGenerator(), AttentionDiscriminator())
        >>> gan.compile()
        >>> gan.fit(load_dataset("data/paprika", batch_size=1), epochs=100)

    Reference: Kim et al., "U-GAT-IT: Unsupervised Generative Attentional Networks with
    Adaptive Layer-Instance Normalization for Image-to-Image Translation", ICLR 2020,
    https://arxiv.org/abs/1907.10830, section 2.2.
    """

    METRICS = (
        "g_loss",
        "d_loss",
        "cycle_loss",
        "identity_loss",
        "cam_loss",
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
        name=None,
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.back_generator = back_generator
        self.photo_discriminator = photo_discriminator
        self.watched = _watch(generator)
        self.back_watched = _watch(back_generator)
        self.built = True  # as its parts are
        self.trackers = {name: keras.metrics.Mean(name=name) for name in self.METRICS}

    def compile(
        self,
        g_optimizer=None,
        d_optimizer=None,
        cycle_weight=CYCLE_WEIGHT,
        identity_weight=IDENTITY_WEIGHT,
        cam_weight=CAM_WEIGHT,
        weight_decay=WEIGHT_DECAY,
        ema=0.0,
        clip_norm=0.0,
        jit_compile=False,
    ):
        """Sets both optimizers (Adam by default) and the weights of the losses.

        Args:
            g_optimizer: Of both generators together.
            d_optimizer: Of all discriminators together.
            cycle_weight: Of the cycle loss; the adversarial losses have weight 1.
            identity_weight: Of the identity loss.
            cam_weight: Of the generators' class activation loss.
            weight_decay: Of half of all kernels' squares, which is added to both
                losses, as in the authors' code; not Adam's own decay, which is
                decoupled.
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
            ("identity_weight", identity_weight),
            ("cam_weight", cam_weight),
            ("weight_decay", weight_decay),
            ("clip_norm", clip_norm),
        ):
            if value < 0:
                raise ValueError(
                    f"`{argument}` must not be negative. Received: {argument}={value}"
                )
        self.g_optimizer = prepare_optimizer(
            g_optimizer or keras.optimizers.Adam(LEARNING_RATE, BETA_1),
            both(self.generator, self.back_generator),
        )
        self.d_optimizer = prepare_optimizer(
            d_optimizer or keras.optimizers.Adam(LEARNING_RATE, BETA_1),
            both(self.discriminator, self.photo_discriminator),
        )
        self.cycle_weight, self.identity_weight = cycle_weight, identity_weight
        self.cam_weight, self.weight_decay = cam_weight, weight_decay
        self.clip_norm = clip_norm
        self.average = WeightAverage(self.generator, ema) if ema else None

    @property
    def metrics(self):
        return list(self.trackers.values())

    def call(self, photo, training=None):
        return self.generator(photo, training=training)

    def train_step(self, data):
        """One simultaneous update of all networks."""
        photo, cartoon = data[0], data[1]
        g_variables = both(self.generator, self.back_generator).trainable_variables
        d_variables = both(
            self.discriminator, self.photo_discriminator
        ).trainable_variables
        replicas = gradients.replicas()
        with tf.GradientTape() as tape:
            fake, same_cartoon, cam = _draw(self.watched, photo, cartoon)
            fake_photo, same_photo, back_cam = _draw(self.back_watched, cartoon, photo)
            cycle_loss = l1_content_loss(
                self.back_generator(fake, training=True), photo
            ) + l1_content_loss(self.generator(fake_photo, training=True), cartoon)
            identity_loss = l1_content_loss(same_cartoon, cartoon)
            identity_loss += l1_content_loss(same_photo, photo)
            cam_loss = cam + back_cam
            on_fake = self.discriminator(fake, training=True)
            on_fake_photo = self.photo_discriminator(fake_photo, training=True)
            answers = (*on_fake, *on_fake_photo)
            g_loss = (
                tf.add_n([least_squares_g_loss(each) for each in answers])
                + self.cycle_weight * cycle_loss
                + self.identity_weight * identity_loss
                + self.cam_weight * cam_loss
            )
            scaled = self._scale(self.g_optimizer, g_loss, g_variables, replicas)
        g_gradients = tape.gradient(scaled, g_variables)
        with tf.GradientTape() as tape:
            d_loss, on_cartoon = _judge(self.discriminator, cartoon, fake)
            photo_d_loss, on_photo = _judge(self.photo_discriminator, photo, fake_photo)
            d_loss += photo_d_loss
            scaled = self._scale(self.d_optimizer, d_loss, d_variables, replicas)
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
            "identity_loss": identity_loss,
            "cam_loss": cam_loss,
            "d_cartoon": on_cartoon,
            "d_fake": _mean_answer(on_fake),
            "d_photo": on_photo,
            "d_fake_photo": _mean_answer(on_fake_photo),
        }
        for name, value in values.items():
            self.trackers[name].update_state(value)
        return self.get_metrics_result()

    def _scale(self, optimizer, loss, variables, replicas):
        """A loss with the kernels' decay, as this device and sixteen bits need it."""
        if self.weight_decay:
            kernels = [v for v in variables if v.name == "kernel"]
            decay = tf.add_n([tf.nn.l2_loss(v.value) for v in kernels])
            loss += self.weight_decay * decay
        return optimizer.scale_loss(loss / replicas)

    def get_config(self):
        return network.serialize(self, *NETWORKS)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return network.deserialize(cls, config)


def _watch(generator):
    """A generator that gives, beside its picture, the map that it attends to."""
    return keras.Model(
        generator.input, [generator.output, generator.get_layer("cam").input]
    )


def _draw(watched, source, target):
    """What a generator makes of its source and of its target, and its loss in telling
    them apart.
    """
    drawn, attended = watched(tf.concat([source, target], 0), training=True)
    on_source, on_target = tf.split(watched.get_layer("cam").logits(attended), 2)
    entropy = tf.nn.sigmoid_cross_entropy_with_logits
    told = tf.reduce_mean(entropy(tf.ones_like(on_source), on_source))
    told += tf.reduce_mean(entropy(tf.zeros_like(on_target), on_target))
    return *tf.split(drawn, 2), told


def _judge(discriminator, real, fake):
    """One domain's loss, and the mean answer to its real pictures."""
    answers = discriminator(tf.concat([real, fake], 0), training=True)
    loss, reals = 0.0, []
    for each in answers:
        on_real, on_fake = tf.split(each, 2)
        loss += tf.reduce_mean(tf.square(on_real - 1.0))
        loss += tf.reduce_mean(tf.square(on_fake))
        reals.append(on_real)
    return loss, _mean_answer(reals)


def _mean_answer(answers):
    """Of the local and the global logits, alike; the attention's are not counted."""
    return (tf.reduce_mean(answers[0]) + tf.reduce_mean(answers[2])) / 2
