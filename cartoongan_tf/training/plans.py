"""What a training run is asked for, and the recipes that fill it in."""

import math
from dataclasses import dataclass, fields

from cartoongan_tf.data import batches
from cartoongan_tf.models import cartoongan, losses
from cartoongan_tf.networks.discriminators import NORMALIZATIONS
from cartoongan_tf.networks.features import LAYERS

SAMPLE_SET = "the built-in sample set"
MODELS = ("cartoongan", "cyclegan")
GENERATORS = ("paper", "light")
PRECISIONS = {
    "float32": "float32",
    "float16": "mixed_float16",
    "bfloat16": "mixed_bfloat16",
}

# Each recipe says all that it differs in from the fields' own defaults below, which are
# those of `balanced`.
RECIPES = {
    # Ours: what the experiment in docs/experiment.md shows to work.
    "balanced": {},
    # The paper's words. On rightly scaled features its content weight leaves no style:
    # here to compare with.
    "paper": {
        "epochs": 200,  # authors' code; the paper does not say
        "d_bands": False,
        "adversarial_loss": "log",  # equation 3
        "content_weight": 10.0,  # section 3.2
        "balance": 0.0,
        "palette": False,
        "recolor": False,
        "ema": 0.0,
        "beta_2": 0.999,
        "init_learning_rate": 2e-4,
        "learning_rate": 2e-4,
        "d_learning_rate": 2e-4,
    },
    # What trained the published models: the released Torch code, its options as set.
    "authors": {
        "epochs": 200,  # 100 constant, 100 falling to zero
        "init_epochs": 20,  # 10 + 10
        "d_bands": False,
        "content_weight": cartoongan.CONTENT_WEIGHT,
        "content_size": 224,
        "balance": 0.0,
        "pool": 50,
        "palette": False,
        "recolor": False,
        "beta_2": 0.999,
        "ema": 0.0,
        "init_learning_rate": 2e-4,
        "learning_rate": 1e-5,
        "d_learning_rate": 1e-5,
    },
}


@dataclass(frozen=True)
class Plan:
    """What a training run is asked for: the content of its `config.json`.

    The defaults are those of the recipe `balanced` for a user's own data.
    """

    style: str
    data: str
    recipe: str = "balanced"
    model: str = "cartoongan"
    identity: bool = False  # CycleGAN's identity loss
    epochs: int = 100
    init_epochs: int = 10  # paper, section 3.3
    steps_per_epoch: int = 0  # 0: as many as it takes to see every photo once
    batch_size: int = 8  # authors' code
    accumulate: int = 1
    image_size: int = 256  # paper
    short_side: int = 0  # 0: 1.5 times the image_size
    generator: str = "paper"
    filters: int = 64  # paper
    num_blocks: int = 8  # paper
    d_filters: int = 32  # paper
    d_normalization: str = "instance"  # paper
    d_bands: bool = True
    adversarial_loss: str = "least-squares"  # authors' code
    content_loss: str = "l1"  # paper
    content_weight: float = cartoongan.CONTENT_WEIGHT
    balance: float = cartoongan.BALANCE
    edges: bool = True  # the edge-promoting term, paper section 3.2.1
    pool: int = 0
    palette: bool = True  # the photo is wanted back in the cartoons' colours
    d_floor: float = 0.0
    recolor: bool = True  # what is drawn is brought to the cartoons' colours at the end
    ema: float = 0.999
    clip_norm: float = 0.0
    init_learning_rate: float = 1e-3
    learning_rate: float = 5e-4
    # Faster, the discriminator soon knows every fake, and the pictures drift back to
    # the photo (docs/experiment.md).
    d_learning_rate: float = 1e-4
    beta_1: float = cartoongan.BETA_1
    beta_2: float = 0.99
    vgg_weights: str = "imagenet"
    content_layer: str = LAYERS[-1]
    content_size: int = 0  # 0: of the training pictures
    content_shrink: int = 1
    mixed_precision: str = "float32"
    jit: bool = False
    keep: int = 3
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
        batches.check_sizes(self.batch_size, self.image_size)
        check_least(self, LEAST)
        for name in ("ema", "beta_1", "beta_2"):
            value = getattr(self, name)
            if value >= 1:
                raise ValueError(
                    f"`{name}` must be less than 1. Received: {name}={value}"
                )
        if self.epochs + self.init_epochs == 0:
            raise ValueError(
                "`epochs` and `init_epochs` must not both be 0. Received: epochs=0, "
                "init_epochs=0"
            )
        for name, known in CHOICES.items():
            value = getattr(self, name)
            if value not in known:
                raise ValueError(
                    f"`{name}` must be one of {', '.join(known)}. "
                    f"Received: {name}={value}"
                )
        if self.batch_size % self.accumulate:
            raise ValueError(
                "`batch_size` must be a multiple of `accumulate`. Received: "
                f"batch_size={self.batch_size}, accumulate={self.accumulate}"
            )
        if self.content_size % 8:
            raise ValueError(
                "`content_size` must be a multiple of 8, or 0 for none. "
                f"Received: content_size={self.content_size}"
            )
        if 0 < self.pool < self.batch_size:
            raise ValueError(
                "`pool` must be at least `batch_size`, or 0 for none. Received: "
                f"pool={self.pool}, batch_size={self.batch_size}"
            )
        if self.model == "cyclegan" and not self.pool:
            raise ValueError("`pool` must be at least 1 for CycleGAN. Received: pool=0")
        if self.model == "cyclegan" and (self.image_size % 8 or self.image_size < 24):
            raise ValueError(
                "`image_size` must be a multiple of 8 from 24 for CycleGAN. "
                f"Received: image_size={self.image_size}"
            )
        if 0 < self.short_side < self.image_size:
            raise ValueError(
                "`short_side` must be at least `image_size`, or 0 for 1.5 times it. "
                f"Received: short_side={self.short_side}, image_size={self.image_size}"
            )
        if self.identity and self.model != "cyclegan":
            raise ValueError(
                "`identity` must go with model=cyclegan, whose loss it is. "
                f"Received: model={self.model}"
            )


CHOICES = {
    "recipe": tuple(RECIPES),
    "model": MODELS,
    "generator": GENERATORS,
    "d_normalization": NORMALIZATIONS,
    "adversarial_loss": tuple(losses.ADVERSARIAL),
    "content_loss": tuple(losses.CONTENT),
    "content_layer": LAYERS,
    "mixed_precision": tuple(PRECISIONS),
}
LEAST = {
    "epochs": 0,
    "init_epochs": 0,
    "steps_per_epoch": 0,
    "accumulate": 1,
    "short_side": 0,
    "filters": 1,
    "num_blocks": 0,
    "d_filters": 1,
    "content_weight": 0,
    "balance": 0,
    "d_floor": 0,
    "pool": 0,
    "ema": 0,
    "clip_norm": 0,
    "init_learning_rate": 0,
    "learning_rate": 0,
    "d_learning_rate": 0,
    "beta_1": 0,
    "beta_2": 0,
    "content_size": 0,
    "content_shrink": 1,
    "keep": 1,
    "seed": 0,
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
    # Random features (no download for a demo, the same result everywhere) lose detail
    # with every layer: conv4_4 brings back a checkerboard, conv2_2 learns lines later,
    # conv1_2 brings back the photo.
    "vgg_weights": "random",
    "content_layer": "block1_conv2",
    "content_weight": 0.04,  # of random features: a third of the adversarial gradient
    "balance": 0.0,
    # Tuned before there were these.
    "d_normalization": "none",
    "d_bands": False,
    "palette": False,
    "recolor": False,
    "beta_2": 0.999,
    "init_learning_rate": 2e-3,
    "learning_rate": 1e-3,
    "d_learning_rate": 4e-4,
}

# CycleGAN's own, by its paper, for a user's data; on the sample set a small one.
CYCLEGAN_DEFAULTS = {
    "recolor": False,
    "init_epochs": 0,
    "epochs": 200,  # CycleGAN, section 4
    "batch_size": 1,
    "num_blocks": 9,
    "d_filters": 64,
    "pool": 50,
    "ema": 0.0,
    "beta_2": 0.999,
    "learning_rate": 2e-4,
    "d_learning_rate": 2e-4,
}
CYCLEGAN_SAMPLE_DEFAULTS = {**SAMPLE_DEFAULTS, "init_epochs": 0, "pool": 50}
# What CycleGAN has not.
CARTOONGAN_ONLY = (
    "recipe",
    "init_epochs",
    "generator",
    "accumulate",
    "d_normalization",
    "d_bands",
    "adversarial_loss",
    "content_loss",
    "content_weight",
    "balance",
    "edges",
    "palette",
    "recolor",
    "d_floor",
    "vgg_weights",
    "content_layer",
    "content_size",
    "content_shrink",
    "init_learning_rate",
)

# What a run that goes on may be asked to do otherwise.
CHANGEABLE = (
    "epochs",
    "content_weight",
    "balance",
    "d_floor",
    "learning_rate",
    "d_learning_rate",
    "clip_norm",
    "accumulate",
    "keep",
)


def check_least(plan, least: dict) -> None:
    """Checks numbers of a plan, each against the least it may be by its name."""
    for name, bound in least.items():
        value = getattr(plan, name)
        if not bound <= value < math.inf:
            raise ValueError(
                f"`{name}` must be at least {bound}, and finite. "
                f"Received: {name}={value}"
            )


def make_plan(style: str, folder: str | None, given: dict) -> Plan:
    """The plan of a new run: a recipe, what the sample set changes, what was asked for.

    Args:
        style: Its name.
        folder: Its data, or None for the sample set.
        given: What the user named, by field.

    Raises:
        ValueError: For a value that makes no sense, alone or with this model.
    """
    if given.get("model") == "cyclegan":
        check_model("cyclegan", given)
        values = CYCLEGAN_DEFAULTS if folder else CYCLEGAN_SAMPLE_DEFAULTS
        return Plan(**{"style": style, "data": folder, **values, **given})
    recipe = given.get("recipe", Plan.recipe)
    if recipe not in RECIPES:
        Plan(style, "", recipe=recipe)  # says which there are
    values = {"style": style, "data": folder}
    if folder is None:
        values |= SAMPLE_DEFAULTS
    return Plan(**{**values, **RECIPES[recipe], **given})


def check_model(model: str, given: dict) -> None:
    """Checks that what the user named means something to a model.

    Raises:
        ValueError: Naming what does not.
    """
    odd = [name for name in CARTOONGAN_ONLY if name in given]
    if model == "cyclegan" and odd:
        raise ValueError(
            f"`{odd[0]}` must go with model=cartoongan: CycleGAN has none. "
            f"Received: model=cyclegan, {odd[0]}={given[odd[0]]}"
        )


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
