"""What a run's `config.json` says, of this version and of earlier ones."""

from dataclasses import fields

from cartoongan_tf.models.settings import (
    CAM_WEIGHT,
    CYCLE_WEIGHT,
    IDENTITY_WEIGHT,
    WEIGHT_DECAY,
)
from cartoongan_tf.plans.plans import Plan

# What runs did before there was a value for it, by the value's name.
BEFORE = {
    "content_network": "vgg19",
    "content_precision": "float32",
    "discriminator": "patch",
    "init_loss": "features",
    "abstraction": 0.0,
    "jitter": 0,
    "grain": 0.0,
    "tone": 0.0,
    "norm": "instance",
    "cycle_weight": CYCLE_WEIGHT,
    "identity_weight": IDENTITY_WEIGHT,
    "cam_weight": CAM_WEIGHT,
    "weight_decay": WEIGHT_DECAY,
}


def plan_from_config(config: dict) -> Plan:
    """The plan of a run's `config.json`.

    Raises:
        ValueError: When a value is missing, unknown or of another kind.
    """
    config = {name: value for name, value in config.items() if name != "pictures"}
    before = dict(BEFORE)
    if config.get("vgg_weights") == "random":
        before["content_network"] = "random"
    config = {**before, **config}
    odd = set(config) ^ {field.name for field in fields(Plan)}
    if odd:
        raise ValueError(
            f"A run's config.json must hold a plan of this version. Missing or "
            f"unknown: {', '.join(sorted(odd))}"
        )
    return Plan(**config)
