"""What a training run is asked for."""

import math
from dataclasses import dataclass, fields

from cartoongan_tf import cartoongan, data, losses
from cartoongan_tf.discriminators import NORMALIZATIONS
from cartoongan_tf.features import LAYERS

SAMPLE_SET = "the built-in sample set"


@dataclass(frozen=True)
class Plan:
    """What a training run is asked for: the content of its `config.json`.

    The defaults are for a user's own data: the paper's generator, and the weight and
    losses that trained the published models.
    """

    style: str
    data: str
    epochs: int = 100  # authors' code; halve it for a first look
    init_epochs: int = 10  # paper, section 3.3
    steps_per_epoch: int = 0  # 0: as many as it takes to see every photo once
    batch_size: int = 8  # authors' code
    image_size: int = 256  # paper
    filters: int = 64  # paper
    num_blocks: int = 8  # paper
    d_filters: int = 32  # paper
    d_normalization: str = "instance"  # paper
    adversarial_loss: str = "least-squares"  # authors' code
    content_loss: str = "l1"  # paper
    content_weight: float = cartoongan.CONTENT_WEIGHT
    init_learning_rate: float = cartoongan.LEARNING_RATE
    learning_rate: float = cartoongan.LEARNING_RATE
    d_learning_rate: float = cartoongan.LEARNING_RATE
    vgg_weights: str = "imagenet"
    content_layer: str = LAYERS[-1]
    mixed_precision: str = "float32"
    seed: int = 0

    def __post_init__(self):
        for field in fields(self):
            value, kind = getattr(self, field.name), field.type
            whole = type(value) is int
            if not (type(value) is kind or (kind is float and whole)):
                raise ValueError(
                    f"`{field.name}` must be of type {kind.__name__}. "
                    f"Received: {field.name}={value!r}"
                )
        data.check_sizes(self.batch_size, self.image_size)
        for name, least in (
            ("epochs", 0),
            ("init_epochs", 0),
            ("steps_per_epoch", 0),
            ("filters", 1),
            ("num_blocks", 0),
            ("d_filters", 1),
            ("content_weight", 0),
            ("init_learning_rate", 0),
            ("learning_rate", 0),
            ("d_learning_rate", 0),
            ("seed", 0),
        ):
            value = getattr(self, name)
            if not least <= value < math.inf:
                raise ValueError(
                    f"`{name}` must be at least {least}, and finite. "
                    f"Received: {name}={value}"
                )
        if self.epochs + self.init_epochs == 0:
            raise ValueError(
                "`epochs` and `init_epochs` must not both be 0. Received: epochs=0, "
                "init_epochs=0"
            )
        for name, known in (
            ("d_normalization", NORMALIZATIONS),
            ("adversarial_loss", losses.ADVERSARIAL),
            ("content_loss", losses.CONTENT),
            ("content_layer", LAYERS),
            ("mixed_precision", PRECISIONS),
        ):
            value = getattr(self, name)
            if value not in known:
                raise ValueError(
                    f"`{name}` must be one of {', '.join(known)}. "
                    f"Received: {name}={value}"
                )


PRECISIONS = {
    "float32": "float32",
    "float16": "mixed_float16",
    "bfloat16": "mixed_bfloat16",
}

# Where the sample set's defaults differ: minutes on two cores instead of days on a GPU.
# Chosen by looking at what nine settings drew of photos that none had seen.
SAMPLE_DEFAULTS = {
    "data": SAMPLE_SET,
    "epochs": 12,
    "init_epochs": 3,
    "steps_per_epoch": 100,
    "batch_size": 4,
    "image_size": 96,
    "filters": 16,
    "num_blocks": 3,
    "d_filters": 16,
    # With instance norm the discriminator takes longer than that to see anything.
    "d_normalization": "none",
    # Random features (no download for a demo, the same result everywhere) lose detail
    # with every layer: conv4_4 brings back a checkerboard, conv2_2 learns lines later,
    # conv1_2 brings back the photo.
    "vgg_weights": "random",
    "content_layer": "block1_conv2",
    "content_weight": 0.04,  # of random features: a third of the adversarial gradient
    "init_learning_rate": 2e-3,
    "learning_rate": 1e-3,
    "d_learning_rate": 4e-4,
}


def plan_from_config(config: dict) -> Plan:
    """The plan of a run's `config.json`.

    Raises:
        ValueError: When a value is missing, unknown or of another kind.
    """
    config = {name: value for name, value in config.items() if name != "pictures"}
    known = {field.name for field in fields(Plan)}
    odd = set(config) ^ known
    if odd:
        raise ValueError(
            f"A run's config.json must hold a plan of this version. Missing or "
            f"unknown: {', '.join(sorted(odd))}"
        )
    return Plan(**config)
