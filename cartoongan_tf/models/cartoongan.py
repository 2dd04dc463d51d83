"""CartoonGAN: the two phases of training, as Keras models for `fit`."""

import keras
import tensorflow as tf

from cartoongan_tf.models import gradients
from cartoongan_tf.models.averages import WeightAverage
from cartoongan_tf.models.losses import (
    ADVERSARIAL,
    CONTENT,
    measure_grain,
    measure_tone,
)
from cartoongan_tf.models.settings import (
    BALANCE_STEP,
    BALANCED_WEIGHTS,
    BETA_1,
    CONTENT_WEIGHT,
)
from cartoongan_tf.networks import network

LEARNING_RATE = 2e-4  # paper and authors' code, initialization phase
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

    def compile(
        self,
        optimizer=None,
        content_loss="l1",
        clip_norm=0.0,
        accumulate=1,
        palette=None,
        pixels=False,
        jit_compile=False,
    ):
        """Sets the generator's optimizer, Adam by default, and the content loss.

        `clip_norm`, `accumulate` and `palette` are those of `CartoonGAN.compile`. With
        `pixels` the loss compares pictures, not their features: a deep layer alone sees
        nothing of a checkerboard, in which a light generator can end.
        """
        super().compile(
            optimizer=prepare_optimizer(optimizer, self.generator),
            jit_compile=jit_compile,
        )
        self.content = pick(CONTENT, "content_loss", content_loss)
        self.clip_norm, self.accumulate = clip_norm, accumulate
        self.palette = palette or _as_it_is
        self.look = _as_it_is if pixels else self.features

    @property
    def metrics(self):
        return [self.content_tracker]

    def call(self, photo, training=None):
        return self.generator(photo, training=training)

    def train_step(self, data):
        variables = self.generator.trainable_variables

        def part(photo):
            target = self.look(self.palette(photo))
            with tf.GradientTape() as tape:
                fake = self.generator(photo, training=True)
                content_loss = self.content(self.look(fake), target)
                scaled = self.optimizer.scale_loss(content_loss / gradients.replicas())
            return [*tape.gradient(scaled, variables), content_loss]

        *summed, content_loss = gradients.mean_of_parts(part, data[:1], self.accumulate)
        gradients.apply(self.optimizer, summed, variables, self.clip_norm)
        self.content_tracker.update_state(content_loss)
        return self.get_metrics_result()

    def get_config(self):
        return network.serialize(self, "generator", "features")

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return network.deserialize(cls, config)


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class CartoonGAN(keras.Model):
    """Generator and discriminator trained together on photos and one artist's cartoons.

    Fed with batches of `(photo, cartoon, smooth)`, each `(batch, height, width, 3)` RGB
    in -1..1, `smooth` being `cartoon` with its edges smoothed.

    Metrics: `g_loss`, `d_loss`, `content_loss`; `d_cartoon`, `d_smooth`, `d_fake`, the
    discriminator's mean answers: 1 for "the artist's", 0 for "not" (three equal answers
    of 1/3 are those of a discriminator that sees nothing); `content_ratio`, the norm of
    the weighted content gradient at the generator's output against the adversarial
    one's; `content_weight`; and `contrast`, the fakes' standard deviation against the
    photos'.

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

    METRICS = (
        "g_loss",
        "d_loss",
        "content_loss",
        "d_cartoon",
        "d_smooth",
        "d_fake",
        "content_ratio",
        "content_weight",
        "contrast",
    )

    def __init__(self, generator, discriminator, features, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.features = features
        self.trackers = {name: keras.metrics.Mean(name=name) for name in self.METRICS}

    def compile(
        self,
        g_optimizer=None,
        d_optimizer=None,
        adversarial_loss="least-squares",
        content_loss="l1",
        content_weight=CONTENT_WEIGHT,
        balance=0.0,
        edges=True,
        pool=None,
        palette=None,
        d_floor=0.0,
        recoloring=None,
        ema=0.0,
        clip_norm=0.0,
        accumulate=1,
        jitter=0,
        grain=0.0,
        tone=0.0,
        jit_compile=False,
    ):
        """Sets both optimizers (Adam by default), the losses, and how a step is taken.

        Args:
            g_optimizer: The generator's.
            d_optimizer: The discriminator's.
            adversarial_loss: `"least-squares"` (authors' code) or `"log"` (paper).
            content_loss: `"l1"` (paper) or `"l2"` (ablation of section 4.3).
            content_weight: Of the content loss; the adversarial loss has weight 1.
            balance: Where above 0, the content weight is only where it begins: it
                follows the gradients, so that `content_ratio` stays near this.
            edges: Teach the discriminator that smooth pictures are not the artist's;
                False is an ablation of section 4.3.
            pool: A `FakePool` from which the discriminator gets its fakes, or None.
            palette: A `Palette`, in whose colours the content loss wants the photo
                back, or None for its own. Where content holds the colours, the
                adversarial loss need not spend itself on moving them.
            d_floor: The discriminator learns nothing from a batch on which its loss is
                below this: one that knows every fake teaches the generator little. Of
                least squares, three equal answers of 1/3 have 0.222.
            recoloring: A `Recoloring` of the generator, for `finished`, or None.
            ema: Momentum of the generator's running average, `average`; 0 for none.
            clip_norm: Largest norm of each network's gradient; 0 for any.
            accumulate: Parts in which a batch goes through the networks, one after the
                other, for less memory: the same update as in one.
            jitter: The networks see pictures with this many pixels of their sides cut
                off, at random left or right, above or below. A grid that poolings hide
                from them at one place shows at another.
            grain: How strongly detail of one pixel's size is held down, as the norm of
                that gradient against the adversarial one's. Deep features do not see a
                grain of every second pixel.
            tone: How strongly light and colour as a whole, over 8 pixels, are held to
                what content wants, in the same measure: a network with instance norms
                forgets them, and neither black is then black nor brown brown.
            jit_compile: Compile the step by XLA.

        Raises:
            ValueError: For a loss of another name, or a negative weight.
        """
        # optimizer=None: Keras would else put an RMSprop of its own into checkpoints.
        super().compile(optimizer=None, jit_compile=jit_compile)
        for name, value in (
            ("content_weight", content_weight),
            ("balance", balance),
            ("d_floor", d_floor),
            ("clip_norm", clip_norm),
            ("grain", grain),
            ("tone", tone),
        ):
            if value < 0:
                raise ValueError(
                    f"`{name}` must not be negative. Received: {name}={value}"
                )
        self.g_optimizer = prepare_optimizer(g_optimizer, self.generator)
        self.d_optimizer = prepare_optimizer(d_optimizer, self.discriminator)
        losses = pick(ADVERSARIAL, "adversarial_loss", adversarial_loss)
        self.adversarial_d, self.adversarial_g = losses
        self.answer = keras.ops.sigmoid if adversarial_loss == "log" else lambda x: x
        self.content = pick(CONTENT, "content_loss", content_loss)
        self.content_weight = tf.Variable(
            float(content_weight),
            trainable=False,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )
        self.balance, self.pool, self.clip_norm = balance, pool, clip_norm
        self.palette = palette or _as_it_is
        self.d_floor, self.recoloring = d_floor, recoloring
        self.grain, self.tone = grain, tone
        self.accumulate, self.edges, self.jitter = accumulate, edges, jitter
        self.average = WeightAverage(self.generator, ema) if ema else None

    @property
    def metrics(self):
        return list(self.trackers.values())

    def call(self, photo, training=None):
        return self.generator(photo, training=training)

    def train_step(self, data):
        """One simultaneous update of both networks, from one forward pass of each."""
        g_variables = self.generator.trainable_variables
        d_variables = self.discriminator.trainable_variables
        weight = tf.convert_to_tensor(self.content_weight)

        def part(photo, cartoon, smooth):
            g_gradients, d_gradients, norms, values = self._differentiate(
                photo, cartoon, smooth, weight
            )
            return [*g_gradients, *d_gradients, *norms, *values]

        results = gradients.mean_of_parts(part, data, self.accumulate)
        g_gradients, results = _take(results, len(g_variables))
        d_gradients, results = _take(results, len(d_variables))
        norms, values = _take(results, 2)
        if self.d_floor:
            (d_loss,) = gradients.sum_replicas([values[1] / gradients.replicas()])
            learns = tf.cast(d_loss >= self.d_floor, d_gradients[0].dtype)
            d_gradients = [learns * each for each in d_gradients]
        clip = self.clip_norm
        gradients.apply(self.g_optimizer, g_gradients, g_variables, clip)
        gradients.apply(self.d_optimizer, d_gradients, d_variables, clip)
        if self.average is not None:
            self.average.update()

        adversarial, content = (tf.sqrt(norm) for norm in gradients.sum_replicas(norms))
        ratio = tf.math.divide_no_nan(weight * content, adversarial)
        if self.balance:
            sane = tf.math.is_finite(ratio) & (ratio > 0)
            step = (self.balance / tf.where(sane, ratio, self.balance)) ** BALANCE_STEP
            first = tf.equal(self.g_optimizer.iterations, 1)
            step = tf.where(first & sane, self.balance / ratio, step)
            self.content_weight.assign(
                tf.clip_by_value(weight * step, *BALANCED_WEIGHTS)
            )
        for name, value in zip(self.METRICS[:6], values[:6], strict=True):
            self.trackers[name].update_state(value)
        finite = tf.math.is_finite(ratio)  # float16 begins with gradients that are not
        self.trackers["content_ratio"].update_state(
            tf.where(finite, ratio, 0.0), sample_weight=tf.cast(finite, tf.float32)
        )
        self.trackers["content_weight"].update_state(weight)
        self.trackers["contrast"].update_state(values[6])
        return self.get_metrics_result()

    def _differentiate(self, photo, cartoon, smooth, weight):
        """Both networks' gradients (scaled, divided by the replicas), the squared norms
        of the adversarial and the content gradient at the generator's output, and what
        the metrics need.
        """
        replicas = gradients.replicas()
        # Outside the tapes: the photo's features have no gradient to give.
        cut = self._make_cut(photo)
        cartoon, smooth = cut(cartoon), cut(smooth)
        asked = self.palette(photo)
        target = self.features(cut(asked))
        with tf.GradientTape() as g_tape:
            fake = self.generator(photo, training=True)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(fake)
            drawn = self.discriminator(tf.concat([cartoon, smooth], 0), training=True)
            on_cartoon, on_smooth = tf.split(drawn, 2)
            # Shared by both losses: for its own variables' sake the tape stops in the
            # discriminator, for the fake's sake it goes through it.
            seen = cut(fake)
            on_fake = self.discriminator(seen, training=True)
            judged = on_fake
            if self.pool is not None:
                judged = self.discriminator(cut(self.pool(fake)), training=True)
            edges = on_smooth if self.edges else None
            d_loss = self.adversarial_d(on_cartoon, edges, judged)
            adversarial_loss = self.adversarial_g(on_fake)
            content_loss = self.content(self.features(seen), target)
            scale_g = self.g_optimizer.scale_loss
            d_scaled = self.d_optimizer.scale_loss(d_loss / replicas)
            adversarial_scaled = scale_g(adversarial_loss / replicas)
            content_scaled = scale_g(content_loss / replicas)
            grain = measure_grain(fake) if self.grain else None
            tone = measure_tone(fake, asked) if self.tone else None
        # Taken apart at the picture, where they can be compared, at no cost: both must
        # come this way, and go on through the generator together.
        adversarial = tape.gradient(adversarial_scaled, fake)
        content = tape.gradient(content_scaled, fake)
        d_gradients = tape.gradient(d_scaled, self.discriminator.trainable_variables)
        wanted = adversarial + tf.cast(weight, content.dtype) * content
        if self.grain:
            wanted += self.grain * _as_long_as(tape.gradient(grain, fake), adversarial)
        if self.tone:
            wanted += self.tone * _as_long_as(tape.gradient(tone, fake), adversarial)
        del tape
        g_gradients = g_tape.gradient(
            fake, self.generator.trainable_variables, output_gradients=wanted
        )
        norms = [gradients.squared_norm(adversarial), gradients.squared_norm(content)]
        values = [
            adversarial_loss + weight * content_loss,
            d_loss,
            content_loss,
            *(tf.reduce_mean(self.answer(x)) for x in (on_cartoon, on_smooth, on_fake)),
            tf.math.divide_no_nan(_deviation(fake), _deviation(photo)),
        ]
        return g_gradients, d_gradients, norms, values

    def _make_cut(self, photo):
        """Cuts windows, this step's, the same for all pictures; see `jitter`."""
        if not self.jitter:
            return _as_it_is
        # By the step alone: a run that goes on sees what it would have seen.
        seed = tf.stack([17, tf.cast(self.g_optimizer.iterations, tf.int32)])
        top, left = tf.unstack(
            tf.random.stateless_uniform([2], seed, 0, self.jitter + 1, tf.int32)
        )
        height, width = (side - self.jitter for side in photo.shape[1:3])
        return lambda x: x[:, top : top + height, left : left + width]

    def get_config(self):
        return network.serialize(self, "generator", "discriminator", "features")

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return network.deserialize(cls, config)


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


def _as_long_as(gradient, other):
    """A gradient scaled to another's norm."""
    norms = [tf.sqrt(gradients.squared_norm(each)) for each in (other, gradient)]
    return gradient * tf.cast(tf.math.divide_no_nan(*norms), gradient.dtype)


def _as_it_is(photo):
    return photo


def _take(values: list, count: int) -> tuple[list, list]:
    return values[:count], values[count:]


def _deviation(pictures):
    """The standard deviation within each picture, on average."""
    return tf.reduce_mean(tf.math.reduce_std(pictures, axis=(1, 2, 3)))


def pick(table: dict, argument: str, name: str):
    """The entry of a table that a user named, or a ValueError that lists the names."""
    if name not in table:
        raise ValueError(
            f"`{argument}` must be one of {', '.join(table)}. "
            f"Received: {argument}={name!r}"
        )
    return table[name]
