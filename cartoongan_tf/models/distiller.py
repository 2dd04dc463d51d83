"""A small generator taught to draw what a large one draws, as a Keras model."""

import keras
import tensorflow as tf

from cartoongan_tf.models import gradients
from cartoongan_tf.models.averages import WeightAverage
from cartoongan_tf.models.cartoongan import prepare_optimizer
from cartoongan_tf.models.losses import (
    distance,
    least_squares_d_loss,
    least_squares_g_loss,
    strength_of_detail,
    unrest,
)
from cartoongan_tf.networks import network
from cartoongan_tf.networks.layers import DetailBands


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class Distiller(keras.Model):
    """A student learns a teacher's pictures, lines above all.

    The loss is the mean absolute difference of pixels, of three bands of detail
    (`DetailBands`: lines are a small part of a picture's variance, and L1 of pixels
    alone blurs them away), of those bands' strength, and of features, where there are
    some. Differences of pictures are least for lines that are too faint, wherever the
    student is unsure of their place; those of strength, taken over a few pixels, ask
    for lines as strong as the teacher's. So does the adversarial term: a discriminator
    learns to tell the teacher's pictures from the same with their edges smoothed, and
    from the student's.

    Fed with batches of `(photo, cartoon)`, with a discriminator of `(photo, cartoon,
    smooth)`: float32 RGB in -1..1. A cartoon may be NaN where nothing is to be learnt:
    there it is taken to be what the student draws.

    Metrics: `loss`, `pixel_loss`, `detail_loss`, `strength_loss`, `feature_loss`,
    `g_loss` (the adversarial term, unweighted), `d_loss`.

    Args:
        student: `[-1, 1]` RGB to the same.
        features: Frozen features of a picture, such as `VGG19Features`, or None.
        discriminator: `[-1, 1]` RGB to logits, or None.
    """

    METRICS = (
        "loss",
        "pixel_loss",
        "detail_loss",
        "strength_loss",
        "feature_loss",
        "g_loss",
        "d_loss",
    )

    def __init__(self, student, features=None, discriminator=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        # `generator`, as in the other models: callbacks draw with it.
        self.student = self.generator = student
        self.features = features
        self.discriminator = discriminator
        self.bands = DetailBands(dtype="float32")
        self.settled = False
        self.trackers = {name: keras.metrics.Mean(name=name) for name in self.METRICS}

    def compile(
        self,
        optimizer=None,
        d_optimizer=None,
        detail_weight=0.5,
        strength_weight=0.0,
        calm_weight=0.0,
        feature_weight=0.0,
        adversarial_weight=0.0,
        clip_norm=0.0,
        ema=0.0,
        jit_compile=False,
    ):
        """Sets the optimizers (Adam by default) and the weights of the loss's terms.

        Args:
            optimizer: The student's.
            d_optimizer: The discriminator's.
            detail_weight: Of the bands; the pixels have 1.
            strength_weight: Of the bands' strength.
            calm_weight: Of the strength beyond the teacher's where the teacher draws
                next to none. A line in a plain sky is seen at once, and the other
                terms, means over pictures, hardly know of it.
            feature_weight: Of the features.
            adversarial_weight: Of the adversarial term.
            clip_norm: Largest norm of the student's gradient; 0 for any.
            ema: Momentum of the student's running average, `average`; 0 for none.
            jit_compile: Compile the step by XLA.

        Raises:
            ValueError: For a negative weight, or one whose network is missing.
        """
        super().compile(
            optimizer=prepare_optimizer(optimizer, self.generator),
            jit_compile=jit_compile,
        )
        for name, value, needed in (
            ("detail_weight", detail_weight, self.bands),
            ("strength_weight", strength_weight, self.bands),
            ("calm_weight", calm_weight, self.bands),
            ("feature_weight", feature_weight, self.features),
            ("adversarial_weight", adversarial_weight, self.discriminator),
        ):
            if value < 0:
                raise ValueError(
                    f"`{name}` must not be negative. Received: {name}={value}"
                )
            if value and needed is None:
                raise ValueError(
                    f"`{name}` must be 0 without its network. Received: {name}={value}"
                )
        self.detail_weight, self.feature_weight = detail_weight, feature_weight
        self.strength_weight, self.calm_weight = strength_weight, calm_weight
        self.adversarial_weight, self.clip_norm = adversarial_weight, clip_norm
        self.average = WeightAverage(self.generator, ema) if ema else None
        self.d_optimizer = None
        if adversarial_weight:
            self.d_optimizer = prepare_optimizer(d_optimizer, self.discriminator)

    @property
    def metrics(self):
        return list(self.trackers.values())

    def call(self, photo, training=None):
        return self.generator(photo, training=training)

    def settle(self) -> None:
        """Lets batch norms keep the statistics they have, as they do in use.

        Learnt on by those of each batch, they would never be used with the weights that
        training ends with. Trace the step anew after it.
        """
        self.settled = True

    def compute_loss(self, x=None, y=None, y_pred=None, **kwargs):
        """The loss without its adversarial term.

        Args:
            x: Photos; not needed.
            y: The teacher's pictures; NaN where they are not to be learnt.
            y_pred: The student's.
        """
        known = 1 - tf.reduce_mean(tf.cast(tf.math.is_nan(y), tf.float32))
        y = completed(y, y_pred)
        pixel_loss = distance(y, y_pred) / known
        wanted, bands = self.bands(y), self.bands(y_pred)
        detail_loss = distance(wanted, bands) / known
        loss = pixel_loss + self.detail_weight * detail_loss
        self.trackers["pixel_loss"].update_state(pixel_loss)
        self.trackers["detail_loss"].update_state(detail_loss)
        if self.strength_weight or self.calm_weight:
            strengths = [strength_of_detail(each) for each in (wanted, bands)]
            strength_loss = distance(*strengths) / known
            self.trackers["strength_loss"].update_state(strength_loss)
            loss += self.strength_weight * strength_loss
            loss += self.calm_weight * unrest(*strengths) / known
        if self.feature_weight:
            feature_loss = distance(self.features(y), self.features(y_pred)) / known
            self.trackers["feature_loss"].update_state(feature_loss)
            loss += self.feature_weight * feature_loss
        return loss

    def train_step(self, data):
        photo, cartoon, *smooth = data
        variables = self.generator.trainable_variables
        with tf.GradientTape(persistent=True) as tape:
            fake = self.generator(photo, training=not self.settled)
            loss = self.compute_loss(photo, cartoon, fake)
            if self.adversarial_weight:
                judge = self.discriminator
                drawn = [completed(each, fake) for each in (cartoon, *smooth)]
                drawn = judge(tf.concat(drawn, 0), training=True)
                on_cartoon, on_smooth = tf.split(drawn, 2)
                on_fake = judge(fake, training=True)
                d_loss = least_squares_d_loss(on_cartoon, on_smooth, on_fake)
                g_loss = least_squares_g_loss(on_fake)
                loss += self.adversarial_weight * g_loss
                d_scaled = self.d_optimizer.scale_loss(d_loss)
            scaled = self.optimizer.scale_loss(loss)
        self.trackers["loss"].update_state(loss)
        found = tape.gradient(scaled, variables)
        gradients.apply(self.optimizer, found, variables, self.clip_norm)
        if self.average is not None:
            self.average.update()
        if self.adversarial_weight:
            variables = self.discriminator.trainable_variables
            found = tape.gradient(d_scaled, variables)
            gradients.apply(self.d_optimizer, found, variables, 0.0)
            self.trackers["g_loss"].update_state(g_loss)
            self.trackers["d_loss"].update_state(d_loss)
        return self.get_metrics_result()

    def get_config(self):
        return network.serialize(self, "student", "features", "discriminator")

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return network.deserialize(cls, config)


def completed(cartoon, fake):
    """A cartoon that is what the student draws wherever it is NaN."""
    return tf.where(tf.math.is_nan(cartoon), tf.stop_gradient(fake), cartoon)
