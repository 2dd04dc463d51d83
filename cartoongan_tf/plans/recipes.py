"""Recipes: sets of values that belong together, for the flags to outweigh."""

from cartoongan_tf.models.settings import CONTENT_WEIGHT

SAMPLE_SET = "the built-in sample set, 144x192"
# By what a run's config calls them: height and width. Taller ones show texture that
# gets lines, lower ones hardly any people.
SAMPLE_SETS = {
    SAMPLE_SET: (144, 192),
    "the built-in sample set": (128, 176),  # of runs begun before
}

DEFAULT = "painted"

# Each recipe says all that it differs in from the fields' own defaults below, which are
# those of `balanced`.
RECIPES = {
    # A painted style in a light generator, by VGG16's features alone, on two cores in
    # hours: what docs/pepper.md found.
    "painted": {
        "steps_per_epoch": 100,  # as long for 50 photos as for 5,000
        "init_epochs": 30,
        "epochs": 45,
        "batch_size": 4,
        "image_size": 128,
        "short_side": 288,  # lines of a comic's panel would shrink away
        "generator": "light",
        "discriminator": "features",
        "d_filters": 64,
        "content_network": "vgg16",
        "content_layer": "block3_conv3",
        "init_loss": "pixels",  # by features a light generator ends in a checkerboard
        "abstraction": 0.8,
        "jitter": 8,
        "grain": 0.6,
        "tone": 0.25,
        "balance": 0.9,
        "norm": "none",  # keeps each photo's own light and colours
        "recolor": False,  # this discriminator sees colours
        "init_learning_rate": 1e-3,
        "learning_rate": 5e-4,
        "d_learning_rate": 5e-4,
    },
    # The paper's networks, as the longer experiment in docs/experiment.md trained them
    # in small: for who has a GPU and days.
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
        "content_weight": CONTENT_WEIGHT,
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

# What fits the sample set and two cores, whatever the recipe.
SAMPLE_SIZES = {
    "data": SAMPLE_SET,
    "epochs": 12,
    "init_epochs": 3,
    "steps_per_epoch": 100,
    "batch_size": 4,
    "image_size": 96,
    "filters": 16,
    "num_blocks": 3,
    "d_filters": 16,
    "content_network": "vgg16",  # in the package: no download, the same everywhere
}
# Where the sample set's defaults differ: minutes on two cores instead of days on a GPU.
# By the eye, on photos that no training saw: the paper's generator draws stray lines
# along a grid after as much time; 500 steps of initialization lose people and windows;
# pictures 192 high, not 144, have texture enough to get lines drawn in the grass.
SAMPLE_DEFAULTS = {
    **SAMPLE_SIZES,
    "steps_per_epoch": 50,
    "init_epochs": 24,  # cheap ones: pixels are compared
    "epochs": 5,
    "generator": "light",
    "filters": 64,
    "num_blocks": 4,
    "norm": "none",
    "discriminator": "features",  # sees something within a hundred steps
    "d_filters": 32,
    "content_layer": "block3_conv3",
    "init_loss": "pixels",
    "abstraction": 0.5,
    "jitter": 8,
    "grain": 0.15,
    "tone": 0.2,
    "balance": 0.7,
    "recolor": False,
    "ema": 0.99,  # of 250 steps
    "init_learning_rate": 1e-3,
    "learning_rate": 7e-4,
    "d_learning_rate": 1e-3,
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
CYCLEGAN_SAMPLE_DEFAULTS = {
    **SAMPLE_SIZES,
    "init_epochs": 0,
    "pool": 50,
    "recolor": False,
    "beta_2": 0.999,
    "learning_rate": 1e-3,
    "d_learning_rate": 4e-4,
}
# U-GAT-IT's own, by its authors' code.
UGATIT_DEFAULTS = {
    "recolor": False,
    "init_epochs": 0,
    "epochs": 100,
    "steps_per_epoch": 10_000,
    "batch_size": 1,
    "num_blocks": 4,
    "d_filters": 64,
    "ema": 0.0,
    "beta_2": 0.999,
    "learning_rate": 1e-4,
    "d_learning_rate": 1e-4,
}
UGATIT_SAMPLE_DEFAULTS = {
    **SAMPLE_SIZES,
    "init_epochs": 0,
    "batch_size": 2,
    "recolor": False,
    "beta_2": 0.999,
    "learning_rate": 5e-4,
    "d_learning_rate": 2e-4,
}
BASELINE_DEFAULTS = {"cyclegan": CYCLEGAN_DEFAULTS, "ugatit": UGATIT_DEFAULTS}
BASELINE_SAMPLE_DEFAULTS = {
    "cyclegan": CYCLEGAN_SAMPLE_DEFAULTS,
    "ugatit": UGATIT_SAMPLE_DEFAULTS,
}

# What the baselines have not.
CARTOONGAN_ONLY = (
    "recipe",
    "init_epochs",
    "generator",
    "norm",
    "accumulate",
    "discriminator",
    "d_normalization",
    "d_bands",
    "adversarial_loss",
    "content_loss",
    "init_loss",
    "content_weight",
    "balance",
    "edges",
    "palette",
    "abstraction",
    "jitter",
    "grain",
    "tone",
    "recolor",
    "d_floor",
    "content_network",
    "vgg_weights",
    "content_layer",
    "content_size",
    "content_precision",
    "content_shrink",
    "init_learning_rate",
)

# Which models have what not all of them have.
OWNERS = {
    **{name: ("cartoongan",) for name in CARTOONGAN_ONLY},
    "pool": ("cartoongan", "cyclegan"),
    "identity": ("cyclegan",),
    "cycle_weight": ("cyclegan", "ugatit"),
    "identity_weight": ("ugatit",),
    "cam_weight": ("ugatit",),
    "weight_decay": ("ugatit",),
}


def unused(model: str) -> dict[str, tuple[str, ...]]:
    """The values of a plan that a model has no use for, and the models that have."""
    return {name: owners for name, owners in OWNERS.items() if model not in owners}


# What a run that goes on may be asked to do otherwise.
CHANGEABLE = (
    "epochs",
    "content_weight",
    "balance",
    "grain",
    "tone",
    "d_floor",
    "learning_rate",
    "d_learning_rate",
    "clip_norm",
    "accumulate",
    "keep",
)
