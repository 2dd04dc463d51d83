"""One training step in JAX, of the package's own networks, features and losses.

What `CartoonGAN.train_step`, `InitializationPhase` and `Distiller` do with TensorFlow's
tapes is done here with JAX's, for cards on which TensorFlow is not to be had; a test
holds the results equal. Import it before Keras: it chooses Keras's backend.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax  # noqa: E402
import keras  # noqa: E402
from jax import numpy as jnp  # noqa: E402

from cartoongan_tf.models import losses  # noqa: E402
from cartoongan_tf.models.schedules import HoldThenDecay  # noqa: E402
from cartoongan_tf.models.settings import (  # noqa: E402
    BALANCE_STEP,
    BALANCED_WEIGHTS,
)
from cartoongan_tf.networks.layers import DetailBands  # noqa: E402


def values_of(variables) -> list:
    """The arrays that variables hold."""
    return [variable.value for variable in variables]


def function_of(network):
    """A network as a pure function of its trainable values and a picture."""
    fixed = values_of(network.non_trainable_variables)

    def call(values, picture):
        answer, _ = network.stateless_call(values, fixed, picture, training=True)
        return answer

    return call


class Onward(HoldThenDecay):
    """The schedule of a training that goes on: its first `done` steps are behind it."""

    def __init__(self, learning_rate, steps, done):
        super().__init__(learning_rate, steps)
        self.done = done

    def __call__(self, step):
        return super().__call__(step + self.done)


def adam(network, rate: float, steps: int, beta_1: float, beta_2: float, done: int = 0):
    """Keras's Adam for a network, its rate as in training: held, then falling to 0.

    After `done` steps its moments begin anew, and so does their bias correction. Of no
    `steps` the rate is one of the optimizer's values, for `set_rate`.
    """
    schedule = Onward(rate, steps, done) if steps else rate
    optimizer = keras.optimizers.Adam(schedule, beta_1, beta_2)
    optimizer.build(network.trainable_variables)
    return optimizer


def set_rate(optimizer, values: list, rate: float) -> list:
    """The optimizer's values with another rate: by the clock, say."""
    at = [v is optimizer._learning_rate for v in optimizer.variables].index(True)
    return [*values[:at], jnp.float32(rate), *values[at + 1 :]]


class Joint:
    """The joint phase: the state of a training, and its jitted step.

    Args:
        generator: `[-1, 1]` RGB to the same.
        discriminator: `[-1, 1]` RGB to logits.
        features: Frozen content features, or None where `initialize` is not called.
        plan: A `Plan`: losses, weights, rates and averages are read from it.
        steps: Of the whole joint phase, for the rates; 0 where `set_rate` sets them.
        palette: A `Palette`, an `Abstraction` or both in turn, or None: what content is
            compared with.
        done: Of `steps`, those that were taken before.
    """

    def __init__(
        self, generator, discriminator, features, plan, steps, palette=None, done=0
    ):
        self.generator, self.discriminator = generator, discriminator
        self.plan, self.palette = plan, palette
        self.done = done
        rest = steps, plan.beta_1, plan.beta_2, done
        self.g_optimizer = adam(generator, plan.learning_rate, *rest)
        self.d_optimizer = adam(discriminator, plan.d_learning_rate, *rest)
        self.draw = function_of(generator)
        self.judge = function_of(discriminator)
        see = function_of(features)
        self.see = lambda picture: see([], picture)
        self.d_loss_of, self.g_loss_of = losses.ADVERSARIAL[plan.adversarial_loss]
        self.content_of = losses.CONTENT[plan.content_loss]
        self.answer = jax.nn.sigmoid if plan.adversarial_loss == "log" else lambda x: x
        self.step = jax.jit(self._step, donate_argnums=0)

    def start(self) -> dict:
        """The state before the first step, of the networks' present values."""
        g, d = (
            [jnp.array(value) for value in values_of(network.trainable_variables)]
            for network in (self.generator, self.discriminator)
        )
        return {
            "g": g,
            "d": d,
            "g_optimizer": values_of(self.g_optimizer.variables),
            "d_optimizer": values_of(self.d_optimizer.variables),
            "average": [jnp.array(value) for value in g],
            "weight": jnp.float32(self.plan.content_weight),
            "steps": jnp.float32(self.done),
        }

    def finish(self, state: dict, averaged: bool = True) -> None:
        """Puts a state's values into the networks: the generator's average, or not."""
        average = averaged and self.plan.ema
        for network, values in (
            (self.generator, state["average" if average else "g"]),
            (self.discriminator, state["d"]),
        ):
            for variable, value in zip(
                network.trainable_variables, values, strict=True
            ):
                variable.assign(value)

    def _step(self, state, photo, cartoon, smooth):
        """One simultaneous update of both networks; the new state, and what it saw."""
        plan, weight = self.plan, state["weight"]
        wanted = photo if self.palette is None else self.palette(photo)
        cut = self._make_cut(photo, state["steps"])
        cartoon, smooth = cut(cartoon), cut(smooth)
        target = self.see(cut(wanted))
        fake, through_generator = jax.vjp(lambda g: self.draw(g, photo), state["g"])

        def play(d, fake):
            drawn = self.judge(d, jnp.concatenate([cartoon, smooth], 0))
            on_cartoon, on_smooth = jnp.split(drawn, 2)
            on_fake = self.judge(d, cut(fake))
            edges = on_smooth if plan.edges else None
            d_loss = self.d_loss_of(on_cartoon, edges, on_fake)
            return (d_loss, self.g_loss_of(on_fake)), (on_cartoon, on_smooth, on_fake)

        (d_loss, g_loss), through_play, answers = jax.vjp(
            play, state["d"], fake, has_aux=True
        )
        one, none = jnp.ones_like(d_loss), jnp.zeros_like(d_loss)
        d_gradients, _ = through_play((one, none))
        _, adversarial = through_play((none, one))
        content_loss, content = jax.value_and_grad(
            lambda fake: self.content_of(self.see(cut(fake)), target)
        )(fake)
        towards = adversarial + weight * content
        if plan.grain:
            grain = jax.grad(losses.measure_grain)(fake)
            long = _norm(adversarial) / jnp.maximum(_norm(grain), 1e-30)
            towards += plan.grain * long * grain
        if plan.tone:
            tone = jax.grad(losses.measure_tone)(fake, wanted)
            long = _norm(adversarial) / jnp.maximum(_norm(tone), 1e-30)
            towards += plan.tone * long * tone
        (g_gradients,) = through_generator(towards.astype(fake.dtype))
        if plan.d_floor:
            learns = d_loss >= plan.d_floor
            d_gradients = [learns * each for each in d_gradients]

        new = dict(state, steps=state["steps"] + 1.0)
        new["g"], new["g_optimizer"] = self.g_optimizer.stateless_apply(
            state["g_optimizer"], self._clip(g_gradients), state["g"]
        )
        new["d"], new["d_optimizer"] = self.d_optimizer.stateless_apply(
            state["d_optimizer"], self._clip(d_gradients), state["d"]
        )
        stays = jnp.minimum(plan.ema, (1.0 + state["steps"]) / (10.0 + state["steps"]))
        new["average"] = [
            average + (1.0 - stays) * (value - average)
            for average, value in zip(state["average"], new["g"], strict=True)
        ]
        norms = [_norm(each) for each in (content, adversarial)]
        ratio = weight * norms[0] / jnp.maximum(norms[1], 1e-30)
        if plan.balance:
            sane = jnp.isfinite(ratio) & (ratio > 0)
            change = plan.balance / jnp.where(sane, ratio, plan.balance)
            first = sane & (state["steps"] == 0)
            change = jnp.where(first, change, change**BALANCE_STEP)
            new["weight"] = jnp.clip(weight * change, *BALANCED_WEIGHTS)
        means = [jnp.mean(self.answer(each)) for each in answers]
        return new, {
            "g_loss": g_loss + weight * content_loss,
            "d_loss": d_loss,
            "content_loss": content_loss,
            "d_cartoon": means[0],
            "d_smooth": means[1],
            "d_fake": means[2],
            "content_ratio": ratio,
            "content_weight": weight,
        }

    def _make_cut(self, photo, step):
        """This step's window of all pictures; its place is not TensorFlow's."""
        jitter = self.plan.jitter
        if not jitter:
            return lambda x: x
        key = jax.random.fold_in(jax.random.key(17), step.astype(jnp.int32))
        top, left = jax.random.randint(key, (2,), 0, jitter + 1)
        height, width = (side - jitter for side in photo.shape[1:3])

        def cut(x):
            start = (0, top, left, 0)
            return jax.lax.dynamic_slice(x, start, (len(x), height, width, x.shape[3]))

        return cut

    def _clip(self, gradients):
        return clip(gradients, self.plan.clip_norm)


class Initialization:
    """The phase before: the generator alone learns to give the photo back.

    Args:
        joint: The `Joint` whose generator, features and palette it is.
        steps: Of the phase, for its rate.
        done: Of them, those that were taken before.
    """

    def __init__(self, joint: Joint, steps: int, done: int = 0):
        self.joint = joint
        plan = joint.plan
        rest = steps, plan.beta_1, plan.beta_2, done
        self.optimizer = adam(joint.generator, plan.init_learning_rate, *rest)
        self.step = jax.jit(self._step, donate_argnums=(0, 1))

    def start(self):
        """The optimizer's state before the first step."""
        return values_of(self.optimizer.variables)

    def _step(self, g, optimizer, photo):
        joint = self.joint
        wanted = photo if joint.palette is None else joint.palette(photo)
        by_pixels = joint.plan.init_loss == "pixels"
        look = (lambda x: x) if by_pixels else joint.see
        target = look(wanted)

        def loss_of(g):
            return joint.content_of(look(joint.draw(g, photo)), target)

        loss, gradients = jax.value_and_grad(loss_of)(g)
        gradients = clip(gradients, joint.plan.clip_norm)
        g, optimizer = self.optimizer.stateless_apply(optimizer, gradients, g)
        return g, optimizer, loss


class LessonLoss:
    """`Distiller.compute_loss`: pixels, bands of detail, the bands' strength.

    Args:
        lesson: A `Lesson`: the weights are read from it.
    """

    def __init__(self, lesson):
        self.lesson = lesson
        self.bands = DetailBands(dtype="float32")

    def __call__(self, fake, cartoon):
        wanted, bands = self.bands(cartoon), self.bands(fake)
        strengths = [losses.strength_of_detail(each) for each in (wanted, bands)]
        return (
            losses.distance(cartoon, fake)
            + self.lesson.detail_weight * losses.distance(wanted, bands)
            + self.lesson.strength_weight * losses.distance(*strengths)
            + self.lesson.calm_weight * losses.unrest(*strengths)
        )


class Lessons:
    """A light generator learns what a teacher draws: `Distiller` without its critic.

    Args:
        student: The light generator.
        teacher: The large one.
        lesson: A `Lesson`: weights and rate are read from it.
    """

    def __init__(self, student, teacher, lesson):
        self.student, self.lesson = student, lesson
        self.optimizer = adam(student, lesson.learning_rate, lesson.steps, 0.9, 0.99)
        self.draw = function_of(student)
        shows = function_of(teacher)
        known = values_of(teacher.trainable_variables)
        self.show = jax.jit(lambda photo: shows(known, photo))
        self.loss_of = LessonLoss(lesson)
        self.step = jax.jit(self._step, donate_argnums=(0, 1))

    def start(self) -> tuple[list, list]:
        """The student's values and the optimizer's before the first step."""
        values = values_of(self.student.trainable_variables)
        return [jnp.array(v) for v in values], values_of(self.optimizer.variables)

    def finish(self, values) -> None:
        """Puts values into the student."""
        for variable, value in zip(
            self.student.trainable_variables, values, strict=True
        ):
            variable.assign(value)

    def _step(self, values, optimizer, photo, cartoon):
        loss, gradients = jax.value_and_grad(
            lambda values: self.loss_of(self.draw(values, photo), cartoon)
        )(values)
        values, optimizer = self.optimizer.stateless_apply(
            optimizer, clip(gradients, 1.0), values
        )
        return values, optimizer, loss


def clip(gradients, most: float):
    """Gradients whose norm together is at most this; 0 for any."""
    if not most:
        return gradients
    norm = jnp.sqrt(sum(_norm(each) ** 2 for each in gradients))
    return [each * (most / jnp.maximum(norm, most)) for each in gradients]


def _norm(x):
    return jnp.sqrt(jnp.sum(jnp.square(x.astype(jnp.float32))))
