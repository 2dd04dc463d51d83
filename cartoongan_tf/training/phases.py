"""The phases of a plan, their networks and optimizers, and all that they vary."""

import keras
import tensorflow as tf

from cartoongan_tf.models.cartoongan import CartoonGAN, InitializationPhase
from cartoongan_tf.models.cyclegan import CycleGAN, PatchGAN
from cartoongan_tf.models.pools import FakePool
from cartoongan_tf.models.recoloring import Recoloring
from cartoongan_tf.models.schedules import HoldThenDecay
from cartoongan_tf.models.ugatit import UGATIT
from cartoongan_tf.networks.abstraction import Abstraction
from cartoongan_tf.networks.attention import (
    AttentionDiscriminator,
    AttentionGenerator,
)
from cartoongan_tf.networks.discriminators import (
    FeatureDiscriminator,
    PatchDiscriminator,
)
from cartoongan_tf.networks.features import make_features
from cartoongan_tf.networks.generators import Generator, ResnetGenerator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.networks.palettes import Palette
from cartoongan_tf.networks.vgg import Unavailable
from cartoongan_tf.plans.plans import PRECISIONS, Plan
from cartoongan_tf.training import devices


def make_phases(plan: Plan, strategy):
    """What a plan trains, on a strategy's devices: `Phases`, `CyclePhases` ..."""
    kinds = {"cartoongan": Phases, "cyclegan": CyclePhases, "ugatit": AttentionPhases}
    return kinds[plan.model](plan, strategy)


class Phases:
    """The two phases of a CartoonGAN.

    Args:
        plan: Of a CartoonGAN.
        strategy: Devices that the networks are made for.

    `generator` and `networks`, by name, are there from the start; `init` and `joint`,
    the models that are trained, after `compile`.
    """

    def __init__(self, plan: Plan, strategy):
        self.plan, self.strategy = plan, strategy
        keras.utils.set_random_seed(plan.seed)
        dtype = PRECISIONS[plan.mixed_precision]
        self.generator, self.discriminator = devices.create(
            strategy,
            lambda: make_generator(plan, dtype),
            lambda: make_discriminator(plan, dtype),
        )
        self.networks = {
            "generator": self.generator,
            "discriminator": self.discriminator,
        }

    def load_features(self, may_replace: bool = True) -> str | None:
        """Loads the content network, `features`.

        Args:
            may_replace: VGG16, whose weights are in the package, may take the place of
                a VGG19 that cannot be downloaded. Not so in a run that goes on.

        Returns:
            Why VGG16 took VGG19's place; None where the plan's network was loaded.

        Raises:
            ValueError: When its weights cannot be had.
        """
        plan, note = self.plan, None
        options = {
            "layer": plan.content_layer,
            "image_size": plan.content_size or None,
            "shrink": plan.content_shrink,
            "seed": plan.seed,
            "precision": plan.content_precision,
        }
        network, weights = plan.content_network, plan.vgg_weights
        with self.strategy.scope():
            try:
                self.features = make_features(network, weights, **options)
            except Unavailable as error:
                if not may_replace:
                    raise
                note = str(error).split(". Ways out")[0]
            downloads = (network, weights) == ("vgg19", "imagenet")
            if downloads and devices.is_many(self.strategy):
                # All processes must compare by one network.
                if devices.sum_processes(self.strategy, int(note is not None)):
                    note = note or "VGG19 cannot be downloaded by another worker"
            if note is not None:
                self.features = make_features("vgg16", **options)
        return note

    def compile(self, init_steps: int, joint_steps: int, image_size: int) -> None:
        """Makes the models and optimizers; call `load_features` before.

        Args:
            init_steps: Steps of the initialization phase.
            joint_steps: Steps of the joint phase.
            image_size: Side of the pictures.
        """
        plan = self.plan
        self.palette = None
        if plan.palette:
            (self.palette,) = devices.create(self.strategy, Palette)
        wanted = self.palette
        if plan.abstraction:
            steps = [self.palette, Abstraction(plan.abstraction)]
            wanted = keras.Sequential([step for step in steps if step is not None])
        common = {
            "palette": wanted,
            "content_loss": plan.content_loss,
            "clip_norm": plan.clip_norm,
            "accumulate": plan.accumulate,
        }
        with self.strategy.scope():
            self.init = InitializationPhase(self.generator, self.features)
            self.init.compile(
                _adam(plan, plan.init_learning_rate, init_steps),
                pixels=plan.init_loss == "pixels",
                **common,
            )
            pool = FakePool(plan.pool, image_size, plan.seed) if plan.pool else None
            self.joint = CartoonGAN(self.generator, self.discriminator, self.features)
            self.joint.compile(
                _adam(plan, plan.learning_rate, joint_steps),
                _adam(plan, plan.d_learning_rate, joint_steps),
                plan.adversarial_loss,
                content_weight=plan.content_weight,
                balance=plan.balance,
                d_floor=plan.d_floor,
                edges=plan.edges,
                pool=pool,
                recoloring=Recoloring(self.generator) if plan.recolor else None,
                ema=plan.ema,
                jitter=plan.jitter,
                grain=plan.grain,
                tone=plan.tone,
                **common,
            )

    def adapt(self, photos, cartoons) -> None:
        """Learns what is learnt from the pictures as a whole, before a new run."""
        if self.palette is not None:
            self.palette.adapt(photos, cartoons)

    def set_changes(self) -> None:
        """What a resumed run may have been asked to do otherwise, after its restore."""
        if not self.plan.balance:
            self.joint.content_weight.assign(self.plan.content_weight)

    def parts(self) -> dict[str, list[tf.Variable]]:
        """Every variable that the run's future depends on, by a name for the group."""
        init, joint = self.init, self.joint
        return {
            "generator": _values(self.generator.variables),
            # Without the frozen features of one that sees by them.
            "discriminator": _values(self.discriminator.trainable_variables),
            "init_optimizer": _values(init.optimizer.variables),
            "g_optimizer": _values(joint.g_optimizer.variables),
            "d_optimizer": _values(joint.d_optimizer.variables),
            "average": joint.average.variables if joint.average else [],
            "recoloring": joint.recoloring.variables if joint.recoloring else [],
            "palette": _values(self.palette.variables) if self.palette else [],
            "pool": _values(joint.pool.variables) if joint.pool else [],
            "weight": [joint.content_weight],
            # Means of the epoch under way: the history of a resumed run shows no seam.
            "means": _means(init, joint),
        }


class CyclePhases:
    """The one phase of CycleGAN, the baseline; as `Phases` otherwise.

    Args:
        plan: Of a CycleGAN.
        strategy: Devices that the networks are made for.
    """

    init = None
    generator_class, discriminator_class = ResnetGenerator, PatchGAN

    def __init__(self, plan: Plan, strategy):
        self.plan, self.strategy = plan, strategy
        keras.utils.set_random_seed(plan.seed)
        dtype = PRECISIONS[plan.mixed_precision]

        def draw():
            return self.generator_class(plan.filters, plan.num_blocks, dtype=dtype)

        def judge():
            return self.discriminator_class(plan.d_filters, dtype=dtype)

        makers = {
            "generator": draw,
            "discriminator": judge,
            "back_generator": draw,
            "photo_discriminator": judge,
        }
        networks = devices.create(strategy, *makers.values())
        self.networks = dict(zip(makers, networks, strict=True))
        self.generator = self.networks["generator"]

    def load_features(self, may_replace: bool = True) -> None:
        """Nothing: there is no content loss."""

    def compile(self, init_steps: int, joint_steps: int, image_size: int) -> None:
        """Makes the model and its optimizers; `init_steps` are none."""
        plan = self.plan
        with self.strategy.scope():
            self.joint = CycleGAN(
                **self.networks,
                image_size=image_size,
                pool_size=plan.pool,
                seed=plan.seed,
            )
            self.joint.compile(
                _adam(plan, plan.learning_rate, joint_steps),
                _adam(plan, plan.d_learning_rate, joint_steps),
                cycle_weight=plan.cycle_weight,
                identity=plan.identity,
                ema=plan.ema,
                clip_norm=plan.clip_norm,
            )

    def adapt(self, photos, cartoons) -> None:
        """Nothing."""

    def set_changes(self) -> None:
        """Nothing: what can be changed is read from the plan."""

    def parts(self) -> dict[str, list[tf.Variable]]:
        """Every variable that the run's future depends on, by a name for the group."""
        joint = self.joint
        return {
            **{name: _values(each.variables) for name, each in self.networks.items()},
            "g_optimizer": _values(joint.g_optimizer.variables),
            "d_optimizer": _values(joint.d_optimizer.variables),
            "average": joint.average.variables if joint.average else [],
            "pool": _values(self.pools()),
            "means": _means(joint),
        }

    def pools(self) -> list:
        """The variables of the pools of past fakes."""
        return self.joint.pool.variables + self.joint.photo_pool.variables


class AttentionPhases(CyclePhases):
    """The one phase of U-GAT-IT; as `CyclePhases` otherwise."""

    generator_class = AttentionGenerator
    discriminator_class = AttentionDiscriminator

    def compile(self, init_steps: int, joint_steps: int, image_size: int) -> None:
        """Makes the model and its optimizers; `init_steps` are none."""
        plan = self.plan
        with self.strategy.scope():
            self.joint = UGATIT(**self.networks)
            self.joint.compile(
                _adam(plan, plan.learning_rate, joint_steps),
                _adam(plan, plan.d_learning_rate, joint_steps),
                cycle_weight=plan.cycle_weight,
                identity_weight=plan.identity_weight,
                cam_weight=plan.cam_weight,
                weight_decay=plan.weight_decay,
                ema=plan.ema,
                clip_norm=plan.clip_norm,
            )

    def pools(self) -> list:
        """None: U-GAT-IT keeps no past fakes."""
        return []


def make_generator(plan: Plan, dtype):
    """The generator of a plan of a CartoonGAN."""
    if plan.generator == "light":
        width = max(1, plan.filters // 4)
        return LightGenerator(
            width,
            plan.filters,
            plan.num_blocks,
            plan.norm,
            recolor=plan.recolor,
            dtype=dtype,
        )
    return Generator(plan.filters, plan.num_blocks, dtype, recolor=plan.recolor)


def make_discriminator(plan: Plan, dtype):
    """The discriminator of a plan of a CartoonGAN."""
    if plan.discriminator == "features":
        return FeatureDiscriminator(plan.d_filters, dtype=dtype)
    return PatchDiscriminator(plan.d_filters, plan.d_normalization, plan.d_bands, dtype)


def _means(*models) -> list[tf.Variable]:
    return [v.value for m in models for t in m.metrics for v in t.variables]


def _values(variables) -> list[tf.Variable]:
    return [variable.value for variable in variables]


def _adam(plan: Plan, learning_rate: float, steps: int):
    schedule = HoldThenDecay(learning_rate, max(1, steps))
    return keras.optimizers.Adam(schedule, plan.beta_1, plan.beta_2)
