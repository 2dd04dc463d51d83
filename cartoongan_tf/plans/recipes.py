"""Recipes: sets of values that belong together, for the flags to outweigh."""

from cartoongan_tf.models.settings import CONTENT_WEIGHT

SAMPLE_SET = "the built-in sample set"

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
    # A painted style in a light generator, by VGG16's features alone, on two cores in
    # hours: what docs/pepper.md found.
    "painted": {
        "steps_per_epoch": 100,  # as long for 50 photos as for 5,000
        "init_epochs": 30,
        "epochs": 75,
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
        "grain": 0.15,
        "tone": 0.25,
        "balance": 0.6,
        "norm": "batch",  # keeps each photo's own light and colours
        "recolor": False,  # this discriminator sees colours
        "init_learning_rate": 2e-3,
        "learning_rate": 5e-4,
        "d_learning_rate": 5e-4,
    },
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
