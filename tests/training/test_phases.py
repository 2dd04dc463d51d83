"""Facts about what a plan trains."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.models.cartoongan import CartoonGAN
from cartoongan_tf.models.cyclegan import CycleGAN
from cartoongan_tf.models.ugatit import UGATIT
from cartoongan_tf.networks.abstraction import Abstraction
from cartoongan_tf.networks.discriminators import FeatureDiscriminator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.plans.plans import make_plan
from cartoongan_tf.training import devices
from cartoongan_tf.training.phases import make_phases

SMALL = {"filters": 2, "num_blocks": 1, "d_filters": 2, "image_size": 32}


def phases(**given):
    recipe = {} if "model" in given else {"recipe": "balanced"}
    plan = make_plan("mine", "data/mine", {**SMALL, **recipe, **given})
    made = make_phases(plan, devices.make_strategy())
    if plan.model == "cartoongan":
        plan = dataclasses.replace(plan, vgg_weights="random", content_shrink=2)
        made.plan = plan
    made.load_features()
    made.compile(10, 20, 32)
    return made


def batch(seed=0, size=32):
    random = np.random.default_rng(seed)
    return [
        tf.constant(random.uniform(-1, 1, (8, size, size, 3)).astype(np.float32))
        for _ in range(3)
    ]


@pytest.fixture(scope="module")
def ours():
    return phases(content_layer="block1_conv2", pool=8)


def test_every_value_of_the_plan_reaches_the_models(ours):
    joint, plan = ours.joint, ours.plan
    assert isinstance(joint, CartoonGAN)
    assert joint.balance == plan.balance > 0
    assert joint.palette is ours.init.palette is ours.palette
    assert joint.pool.size == 8 and ours.features.shrink == 2
    assert ours.discriminator.normalization == "instance"
    assert ours.discriminator.bands
    for optimizer in (joint.g_optimizer, joint.d_optimizer, ours.init.optimizer):
        assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.99)
    rates = joint.g_optimizer.learning_rate, joint.d_optimizer.learning_rate
    assert np.allclose(rates, (plan.learning_rate, plan.d_learning_rate))


def test_the_papers_recipe_has_none_of_ours():
    paper = phases(recipe="paper", content_layer="block1_conv2")
    assert paper.palette is None and paper.joint.average is None
    assert paper.joint.pool is None and not paper.joint.balance
    assert not paper.discriminator.bands


@pytest.mark.parametrize("model", ["cartoongan", "cyclegan", "ugatit"])
def test_all_that_changes_in_a_step_is_kept_in_backups(ours, model):
    size = 96 if model == "ugatit" else 32
    given = {"model": model, "ema": 0.9, "image_size": size}
    made = ours if model == "cartoongan" else phases(**given)
    kept = {id(v) for part in made.parts().values() for v in part}

    def values(model):
        return [getattr(v, "value", v) for v in model.variables]

    for name in ("init", "joint"):
        model = getattr(made, name)
        if model is None:
            continue
        model.train_step(
            batch(0, size)
        )  # before the first one some are still to be made
        everything = {id(v): v for v in values(model)}
        for optimizer in ("optimizer", "g_optimizer", "d_optimizer"):
            if getattr(model, optimizer, None) is not None:
                everything |= {id(v): v for v in values(getattr(model, optimizer))}
        before = {key: v.numpy() for key, v in everything.items()}
        model.train_step(batch(1, size))
        changed = {
            key for key, v in everything.items() if not np.array_equal(v, before[key])
        }
        assert len(changed) > 10
        assert not {everything[key].name for key in changed - kept}


def test_cyclegan_has_four_networks_and_one_phase():
    made = phases(model="cyclegan", identity=True)
    assert isinstance(made.joint, CycleGAN) and made.init is None
    assert len(made.networks) == 4 and made.joint.identity
    first, second = made.networks["generator"], made.networks["back_generator"]
    assert any(
        not np.array_equal(*pair)
        for pair in zip(first.get_weights(), second.get_weights(), strict=True)
    )


def test_every_value_of_a_plan_of_u_gat_it_reaches_its_model():
    weights = {"cycle_weight": 2.0, "identity_weight": 3.0, "cam_weight": 4.0}
    weights["weight_decay"] = 0.5
    made = phases(model="ugatit", image_size=96, ema=0.9, clip_norm=1.0, **weights)
    joint = made.joint
    assert isinstance(joint, UGATIT) and made.init is None
    assert {name: getattr(joint, name) for name in weights} == weights
    assert joint.average is not None and joint.clip_norm == 1
    assert np.isclose(joint.g_optimizer.learning_rate, 1e-4)
    assert made.generator is joint.generator and len(made.networks) == 4


def test_a_light_generator_trains_in_both_phases():
    made = phases(generator="light", filters=8, content_layer="block1_conv2")
    assert type(made.generator) is LightGenerator
    assert (made.generator.width, made.generator.trunk) == (2, 8)
    made.adapt(np.zeros((1, 8, 8, 3), np.uint8), np.ones((1, 8, 8, 3), np.uint8))
    before = [v.numpy() for v in made.generator.trainable_variables]
    for model in (made.init, made.joint):
        logs = model.train_step(batch())
        assert np.isfinite([float(value) for value in logs.values()]).all()
    after = made.generator.trainable_variables
    assert all(not np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_what_sees_and_what_is_wanted_follow_the_plan():
    made = phases(
        content_layer="block1_conv2",
        discriminator="features",
        abstraction=0.3,
        init_loss="pixels",
    )
    assert isinstance(made.discriminator, FeatureDiscriminator)
    # The frozen features are in the package, not in every backup.
    heads = [v.path for v in made.discriminator.trainable_variables]
    assert len(made.parts()["discriminator"]) == len(heads) == 18
    photo = batch()[0]
    wanted = made.joint.palette(photo)
    expected = Abstraction(0.3)(made.palette(photo))
    assert np.allclose(wanted, expected, atol=1e-6)
    assert made.init.look(photo) is photo
