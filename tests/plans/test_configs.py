"""Facts about a run's config.json and the plan in it."""

import json
from dataclasses import asdict

import pytest

from cartoongan_tf.plans.configs import BEFORE, plan_from_config
from cartoongan_tf.plans.plans import make_plan


def test_a_plan_comes_back_from_its_config():
    plan = make_plan("hayao", None, {"recipe": "authors", "balance": 0.5})
    config = json.loads(json.dumps({**asdict(plan), "pictures": "what was there"}))
    assert plan_from_config(config) == plan


@pytest.mark.parametrize(
    "weights, network", (("imagenet", "vgg19"), ("random", "random"), ("a.h5", "vgg19"))
)
def test_a_config_from_before_there_were_other_networks_means_what_it_meant(
    weights, network
):
    config = asdict(make_plan("mine", "data/mine", {"vgg_weights": weights}))
    for name in BEFORE:
        del config[name]
    plan = plan_from_config(config)
    assert (plan.content_network, plan.vgg_weights) == (network, weights)
    assert (plan.discriminator, plan.init_loss) == ("patch", "features")


@pytest.mark.parametrize("change", ({"colour": 1}, {"seed": None}))
def test_a_config_of_another_version_is_refused(change):
    config = {**asdict(make_plan("hayao", None, {})), **change}
    if None in change.values():
        del config["seed"]
    with pytest.raises(ValueError, match=f"unknown: {next(iter(change))}"):
        plan_from_config(config)
