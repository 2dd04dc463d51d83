"""Facts about the training step in JAX: it is TensorFlow's.

JAX runs in a process of its own, since Keras has one backend a process.
"""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.models.cartoongan import CartoonGAN, InitializationPhase
from cartoongan_tf.models.distiller import Distiller
from cartoongan_tf.models.schedules import HoldThenDecay
from cartoongan_tf.networks.discriminators import PatchDiscriminator
from cartoongan_tf.networks.features import VGG16Features
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.networks.palettes import Palette
from cartoongan_tf.plans.lessons import Lesson
from cartoongan_tf.plans.plans import Plan

ROOT = Path(__file__).resolve().parents[2]
STEPS, LONG = 3, 40  # taken; of the whole phase
LAYER = "block2_conv2"
SIZE = 32
PLAN = Plan(
    "mine",
    "data/mine",
    filters=4,
    num_blocks=1,
    d_filters=4,
    content_weight=0.01,
    balance=0.3,
    ema=0.9,
    clip_norm=1.0,
    init_learning_rate=1e-3,
    learning_rate=1e-3,
    d_learning_rate=1e-3,
)
LESSON = Lesson("mine", "t.keras", "photos", steps=LONG)

SETUP = """
import sys
sys.modules["tensorflow"] = None  # as on a machine that has none
import jax_step, numpy as np
from jax import numpy as jnp
from cartoongan_tf.networks.discriminators import PatchDiscriminator
from cartoongan_tf.networks.features import VGG16Features
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.networks.palettes import Palette
from cartoongan_tf.plans.lessons import Lesson
from cartoongan_tf.plans.plans import Plan
given = dict(np.load(sys.argv[1]))
def weights(name):
    keys = sorted(key for key in given if key.startswith(name + "/"))
    return [given[key] for key in keys]
def made(network, name):
    network.set_weights(weights(name))
    return network
found = {}
def keep(name, values):
    for number, value in enumerate(values):
        found[f"{name}/{number:03d}"] = np.asarray(value)
"""
END = """
np.savez(sys.argv[2], **found)
"""
JOINT = """
plan = Plan(**{plan!r})
palette = made(Palette(), "palette")
generator = made(Generator(plan.filters, plan.num_blocks), "generator")
judge = PatchDiscriminator(plan.d_filters, plan.d_normalization, plan.d_bands)
joint = jax_step.Joint(generator, made(judge, "discriminator"),
                       VGG16Features(layer={layer!r}), plan, {long}, palette)
state = joint.start()
for step in range({steps}):
    state, logs = joint.step(state, *(given[f"{{n}}{{step}}"] for n in "pcs"))
    keep(f"logs{{step}}", [logs[name] for name in sorted(logs)])
joint.finish(state)
keep("average", generator.get_weights())
joint.finish(state, averaged=False)
keep("generator", generator.get_weights())
keep("discriminator", judge.get_weights())
keep("weight", [state["weight"]])
"""
INIT = """
plan = Plan(**{plan!r})
generator = made(Generator(plan.filters, plan.num_blocks), "generator")
judge = PatchDiscriminator(plan.d_filters)
joint = jax_step.Joint(generator, judge, VGG16Features(layer={layer!r}), plan, 9)
init = jax_step.Initialization(joint, {long})
state, optimizer = joint.start(), init.start()
for step in range({steps}):
    state["g"], optimizer, loss = init.step(state["g"], optimizer, given[f"p{{step}}"])
    keep(f"logs{{step}}", [loss])
joint.finish(state, averaged=False)
keep("generator", generator.get_weights())
"""
DISTILL = """
student = made(LightGenerator(4, 8, 1), "generator")
teacher = made(Generator(4, 1), "teacher")
lessons = jax_step.Lessons(student, teacher, Lesson(**{lesson!r}))
values, optimizer = lessons.start()
for step in range({steps}):
    photo = given[f"p{{step}}"]
    shown = lessons.show(photo)
    values, optimizer, loss = lessons.step(values, optimizer, photo, shown)
    keep(f"logs{{step}}", [loss])
lessons.finish(values)
keep("generator", student.get_weights())
"""


@pytest.fixture(scope="module")
def batches():
    rng = np.random.default_rng(0)
    shape = (STEPS, 3, 2, SIZE, SIZE, 3)
    coarse = rng.uniform(-1, 1, (STEPS, 3, 2, 8, 8, 3))
    smooth = np.kron(coarse, np.ones((1, 1, 1, 4, 4, 1)))
    return (0.8 * smooth + 0.2 * rng.uniform(-1, 1, shape)).astype(np.float32)


def in_jax(code, folder, batches, **networks):
    """What a process under JAX leaves in `found`."""
    pytest.importorskip("jax", reason="`pip install jax` runs the step in JAX")
    given = {
        f"{name}{step}": batches[step, place]
        for step in range(STEPS)
        for place, name in enumerate("pcs")
    }
    for name, network in networks.items():
        for number, value in enumerate(network.get_weights()):
            given[f"{name}/{number:03d}"] = value
    np.savez(folder / "given.npz", **given)
    done = subprocess.run(
        [sys.executable, "-c", SETUP + code + END, "given.npz", "found.npz"],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'benchmarks'}",
            "JAX_PLATFORMS": "cpu",
            "CUDA_VISIBLE_DEVICES": "",
        },
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    found = dict(np.load(folder / "found.npz"))

    def values(name):
        return [found[key] for key in sorted(found) if key.startswith(f"{name}/")]

    return values


def adam(rate):
    schedule = HoldThenDecay(rate, LONG)
    return keras.optimizers.Adam(schedule, PLAN.beta_1, PLAN.beta_2)


def check(theirs, ours):
    for one, other in zip(theirs, ours, strict=True):
        assert np.abs(one - other).max() < 1e-4


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    (
        {},
        {
            "adversarial_loss": "log",
            "content_loss": "l2",
            "content_weight": 1e-4,
            "edges": False,
            "d_floor": 0.3,
            "balance": 0.0,
            "clip_norm": 0.0,
            # Of signs of differences: rounding turns some, and Adam makes steps of it.
            "grain": 0.3,
            "tone": 0.2,
            "learning_rate": 2e-4,
        },
    ),
)
def test_a_joint_step_is_that_of_cartoongan(tmp_path, batches, changes):
    plan = replace(PLAN, **changes)
    keras.utils.set_random_seed(3)
    generator = Generator(plan.filters, plan.num_blocks)
    judge = PatchDiscriminator(plan.d_filters, plan.d_normalization, plan.d_bands)
    palette = Palette()
    palette.fit((np.zeros(3), np.eye(3)), (np.full(3, 0.1), 0.5 * np.eye(3) + 0.1))
    parts = {"plan": vars(plan), "layer": LAYER, "long": LONG, "steps": STEPS}
    values = in_jax(
        JOINT.format(**parts),
        tmp_path,
        batches,
        generator=generator,
        discriminator=judge,
        palette=palette,
    )
    gan = CartoonGAN(generator, judge, VGG16Features(layer=LAYER))
    gan.compile(
        adam(plan.learning_rate),
        adam(plan.d_learning_rate),
        plan.adversarial_loss,
        plan.content_loss,
        plan.content_weight,
        plan.balance,
        plan.edges,
        palette=palette,
        d_floor=plan.d_floor,
        ema=plan.ema,
        clip_norm=plan.clip_norm,
        grain=plan.grain,
        tone=plan.tone,
    )
    step = tf.function(gan.train_step)
    for number in range(STEPS):
        gan.reset_metrics()
        logs = step(tuple(tf.constant(each) for each in batches[number]))
        names = sorted(set(logs) - {"contrast"})
        ours = np.array([float(logs[name]) for name in names])
        theirs = np.array(values(f"logs{number}"))
        # A ratio of norms of gradients, of which grain's are signs of differences.
        near = np.where(np.array(names) == "content_ratio", 1e-3, 1e-4)
        assert np.all(np.abs(theirs - ours) <= near * np.abs(ours) + 1e-5), (
            names,
            theirs,
            ours,
        )
    check(values("generator"), generator.get_weights())
    check(values("discriminator"), judge.get_weights())
    assert values("weight")[0] == pytest.approx(float(gan.content_weight), rel=1e-4)
    with gan.average.applied():
        check(values("average"), generator.get_weights())


@pytest.mark.slow
def test_an_initialization_step_is_that_of_the_phase(tmp_path, batches):
    keras.utils.set_random_seed(4)
    generator = Generator(PLAN.filters, PLAN.num_blocks)
    parts = {"plan": vars(PLAN), "layer": LAYER, "long": LONG, "steps": STEPS}
    values = in_jax(INIT.format(**parts), tmp_path, batches, generator=generator)
    phase = InitializationPhase(generator, VGG16Features(layer=LAYER))
    phase.compile(adam(PLAN.init_learning_rate), clip_norm=PLAN.clip_norm)
    for number in range(STEPS):
        phase.reset_metrics()
        logs = phase.train_step((tf.constant(batches[number, 0]),))
        theirs = values(f"logs{number}")[0]
        assert theirs == pytest.approx(float(logs["content_loss"]), rel=1e-4)
    check(values("generator"), generator.get_weights())


@pytest.mark.slow
def test_a_distillers_step_is_that_of_the_distiller(tmp_path, batches):
    keras.utils.set_random_seed(5)
    student, teacher = LightGenerator(4, 8, 1), Generator(4, 1)
    parts = {"lesson": vars(LESSON), "steps": STEPS}
    networks = {"generator": student, "teacher": teacher}
    values = in_jax(DISTILL.format(**parts), tmp_path, batches, **networks)
    distiller = Distiller(student)
    distiller.compile(
        keras.optimizers.Adam(HoldThenDecay(LESSON.learning_rate, LONG), 0.9, 0.99),
        detail_weight=LESSON.detail_weight,
        strength_weight=LESSON.strength_weight,
        calm_weight=LESSON.calm_weight,
        clip_norm=1.0,
    )
    for number in range(STEPS):
        distiller.reset_metrics()
        photo = tf.constant(batches[number, 0])
        logs = distiller.train_step((photo, teacher(photo, training=False)))
        theirs = values(f"logs{number}")[0]
        assert theirs == pytest.approx(float(logs["loss"]), rel=1e-4)
    check(values("generator"), student.get_weights())
