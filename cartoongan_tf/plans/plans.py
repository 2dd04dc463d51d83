"""What a training run is asked for: every value, its flag, and the checks of all."""

from dataclasses import dataclass

from cartoongan_tf.models.settings import (
    ADVERSARIAL,
    BALANCE,
    BETA_1,
    CAM_WEIGHT,
    CONTENT,
    CONTENT_WEIGHT,
    CYCLE_WEIGHT,
    IDENTITY_WEIGHT,
    WEIGHT_DECAY,
)
from cartoongan_tf.networks.choices import (
    CONTENT_LAYERS,
    CONTENT_NETWORKS,
    DISCRIMINATORS,
    LAYERS,
    NORMALIZATIONS,
    NORMS,
)
from cartoongan_tf.plans.flags import check, flag
from cartoongan_tf.plans.recipes import (
    BASELINE_DEFAULTS,
    BASELINE_SAMPLE_DEFAULTS,
    DEFAULT,
    RECIPES,
    SAMPLE_DEFAULTS,
    SAMPLE_SIZES,
    unused,
)
from cartoongan_tf.plans.together import check_together

# As they are written.
MODELS = {"cartoongan": "CartoonGAN", "cyclegan": "CycleGAN", "ugatit": "U-GAT-IT"}
GENERATORS = ("paper", "light")
PRECISIONS = {
    "float32": "float32",
    "float16": "mixed_float16",
    "bfloat16": "mixed_bfloat16",
}
# The headings of the help, in their order.
LENGTH, NETWORKS, LOSSES, OPTIMIZATION, DEVICES = GROUPS = (
    "how long, on what",
    "networks",
    "losses",
    "optimization",
    "devices",
)


def read_balance(text: str) -> float:
    """The value of `--balance`: `auto`, `off` or a ratio."""
    if text == "auto":
        return BALANCE
    return 0.0 if text == "off" else float(text)


# Said by argparse where the value is none of these.
read_balance.__name__ = "ratio, auto or off"


@dataclass(frozen=True)
class Plan:
    """What a training run is asked for: the content of its `config.json`.

    The defaults are those of the recipe `balanced` for a user's own data, and of runs
    begun before a value was there; `make_plan` begins with `recipes.DEFAULT`.
    """

    style: str
    data: str
    recipe: str = flag(
        "balanced",
        "values for all flags below; see docs/training.md",
        choices=tuple(RECIPES),
    )
    model: str = flag(
        "cartoongan",
        "cyclegan: the baseline of the paper's section 4.2; ugatit: U-GAT-IT, light, a "
        "later one; see docs/baselines.md",
        choices=tuple(MODELS),
    )
    identity: bool = flag(False, "CycleGAN's identity loss")

    epochs: int = flag(100, "epochs of joint training", group=LENGTH, least=0)
    init_epochs: int = flag(
        10,  # paper, section 3.3
        "epochs of the initialization phase",
        group=LENGTH,
        least=0,
    )
    steps_per_epoch: int = flag(
        0, group=LENGTH, least=0, zero="as many as show every photo once"
    )
    # authors' code
    batch_size: int = flag(8, "pictures of each kind a step", group=LENGTH)
    accumulate: int = flag(
        1,
        "parts in which a batch is computed, for less memory",
        group=LENGTH,
        least=1,
    )
    # paper
    image_size: int = flag(256, "side of the training pictures", group=LENGTH)
    short_side: int = flag(
        0,
        "pictures are shrunk to this short side before windows are cut; larger, with "
        "windows that show less of them, keeps fine lines",
        group=LENGTH,
        least=0,
        zero="1.5 x the image size",
    )

    generator: str = flag(
        "paper",
        "light: one for phones, see docs/light.md",
        group=NETWORKS,
        choices=GENERATORS,
    )
    filters: int = flag(
        64,  # paper
        "width of the generator, of a light one's trunk; the paper's is 64",
        group=NETWORKS,
        least=1,
    )
    num_blocks: int = flag(
        8,  # paper
        "its residual blocks; the paper's are 8",
        group=NETWORKS,
        least=0,
    )
    norm: str = flag(
        "instance",
        "of a light generator. instance sees the whole picture, and forgets its light "
        "and colour; none keeps them, and draws a part as it draws the whole; batch "
        "and global: see docs/light.md",
        group=NETWORKS,
        choices=NORMS,
    )
    discriminator: str = flag(
        "patch",
        "patch, the paper's; features: heads on frozen VGG16 features, which see a "
        "painted style within a hundred steps",
        group=NETWORKS,
        choices=DISCRIMINATORS,
    )
    # paper
    d_filters: int = flag(32, "width of the discriminator", group=NETWORKS, least=1)
    d_normalization: str = flag(
        "instance",  # paper
        "of the discriminator; the paper's is instance",
        group=NETWORKS,
        choices=NORMALIZATIONS,
    )
    d_bands: bool = flag(
        True,
        "show the discriminator pictures as the paper does, not as three bands of "
        "detail of equal strength",
        group=NETWORKS,
    )

    adversarial_loss: str = flag(
        "least-squares",  # authors' code
        "the paper's is log",
        group=LOSSES,
        choices=ADVERSARIAL,
    )
    content_loss: str = flag(
        "l1",  # paper
        "l2 is an ablation",
        group=LOSSES,
        choices=CONTENT,
    )
    init_loss: str = flag(
        "features",  # paper, section 3.3
        "what the initialization phase compares: features of the content network, or "
        "pixels, which is quicker, and surer where only deep features are compared",
        group=LOSSES,
        choices=("features", "pixels"),
    )
    content_weight: float = flag(
        CONTENT_WEIGHT,
        "against the adversarial loss's 1; where --balance is on, only where it begins",
        group=LOSSES,
        least=0,
    )
    balance: float = flag(
        BALANCE,
        "adapt the content weight so that the content gradient at the picture is this "
        f"part of the adversarial one; auto: {BALANCE}",
        group=LOSSES,
        least=0,
        zero="off",
        metavar="auto|RATIO|off",
        parse=read_balance,
    )
    edges: bool = flag(
        True,  # the edge-promoting term, paper, section 3.2.1
        "do without the edge-smoothed cartoons: an ablation",
        group=LOSSES,
    )
    pool: int = flag(
        0,
        "past fakes shown to the discriminator",
        group=LOSSES,
        least=0,
        zero="0: none",
    )
    palette: bool = flag(
        True,
        "want the photo back in its own colours, as the paper does, not in those of "
        "all cartoons",
        group=LOSSES,
    )
    abstraction: float = flag(
        0.0,
        "content is compared with the photo painted flat, its outlines darkened by "
        "this share",
        group=LOSSES,
        least=0,
        below=1.01,
        zero="0: with the photo",
    )
    jitter: int = flag(
        0,
        "pixels, a multiple of 8, by which pictures shift before the networks look: "
        "against grids",
        group=LOSSES,
        least=0,
    )
    grain: float = flag(
        0.0,
        "how strongly grain is held down, against the adversarial gradient",
        group=LOSSES,
        least=0,
    )
    tone: float = flag(
        0.0,
        "how strongly light and colour as a whole are held to what content wants, "
        "against the adversarial gradient",
        group=LOSSES,
        least=0,
    )
    d_floor: float = flag(
        0.0,
        "the discriminator learns nothing from batches on which its loss is below "
        "this, so that it does not win; 0.222 is that of one that sees nothing",
        group=LOSSES,
        least=0,
    )
    recolor: bool = flag(
        True,
        "leave the pictures in the colours that the generator gives them, as the paper "
        "does, not bring all of them to the cartoons' by one map at the end",
        group=LOSSES,
    )

    cycle_weight: float = flag(
        CYCLE_WEIGHT, "of CycleGAN's and U-GAT-IT's cycle loss", group=LOSSES, least=0
    )
    identity_weight: float = flag(
        IDENTITY_WEIGHT, "of U-GAT-IT's identity loss", group=LOSSES, least=0
    )
    cam_weight: float = flag(
        CAM_WEIGHT,
        "of U-GAT-IT's class activation loss, by which it learns to tell photos and "
        "cartoons apart",
        group=LOSSES,
        least=0,
    )

    ema: float = flag(
        0.999,
        "momentum of the averaged generator; 0: none",
        group=OPTIMIZATION,
        least=0,
        below=1,
    )
    clip_norm: float = flag(
        0.0,
        "largest norm of a gradient",
        group=OPTIMIZATION,
        least=0,
        zero="0: any",
    )
    init_learning_rate: float = flag(
        1e-3, "of the initialization phase", group=OPTIMIZATION, least=0
    )
    learning_rate: float = flag(5e-4, "of the generator", group=OPTIMIZATION, least=0)
    d_learning_rate: float = flag(
        # Faster, the discriminator soon knows every fake, and the pictures drift back
        # to the photo (docs/experiment.md).
        1e-4,
        "of the discriminator",
        group=OPTIMIZATION,
        least=0,
    )
    beta_1: float = flag(BETA_1, "Adam's", group=OPTIMIZATION, least=0, below=1)
    beta_2: float = flag(0.99, "Adam's", group=OPTIMIZATION, least=0, below=1)

    weight_decay: float = flag(
        WEIGHT_DECAY, "of U-GAT-IT's kernels", group=OPTIMIZATION, least=0
    )

    content_network: str = flag(
        "vgg19",
        "of the content loss; vgg19, the paper's, is downloaded once, and where that "
        "fails vgg16, which is in the package, takes its place; random is an ablation",
        group=LOSSES,
        choices=CONTENT_NETWORKS,
    )
    vgg_weights: str = flag(
        "imagenet",
        "imagenet, random, or a file of Keras's network without its top",
        group=LOSSES,
    )
    content_layer: str = flag(
        LAYERS[-1],
        "the last of a block; of the other network's names the same block's is taken",
        group=LOSSES,
        choices=CONTENT_LAYERS,
    )
    content_size: int = flag(
        0,
        "pictures are resized to for the content network",
        group=LOSSES,
        least=0,
        zero="0: not",
    )
    content_precision: str = flag(
        "float32",
        "of the content network; bfloat16 is three times as fast on CPUs that have it, "
        "and its gradient has a cosine of 0.97 to 0.99 to the right one",
        group=LOSSES,
        choices=("float32", "bfloat16"),
    )
    content_shrink: int = flag(
        1,
        "pictures are shrunk by for the content network: what is finer is the style's",
        group=LOSSES,
        least=1,
    )

    mixed_precision: str = flag(
        "float32",
        "float16, bfloat16: for GPUs that have them; bfloat16 also for CPUs with "
        "AVX512-BF16 or AMX, twice as slow as float32 on others",
        group=DEVICES,
        choices=tuple(PRECISIONS),
    )
    jit: bool = flag(False, "compile the step by XLA", group=DEVICES)
    keep: int = flag(3, "newest backups that are kept", group=LENGTH, least=1)
    seed: int = flag(
        0, "of weights, pictures' order and windows", group=LENGTH, least=0
    )

    def __post_init__(self):
        check(self)
        check_together(self)


def make_plan(style: str, folder: str | None, given: dict) -> Plan:
    """The plan of a new run: a recipe, what the sample set changes, what was asked for.

    Args:
        style: Its name.
        folder: Its data, or None for the sample set.
        given: What the user named, by field.

    Raises:
        ValueError: For a value that makes no sense, alone or with this model.
    """
    model = given.get("model", Plan.model)
    if model in MODELS:
        check_model(model, given)
    if model in BASELINE_DEFAULTS:
        values = (BASELINE_DEFAULTS if folder else BASELINE_SAMPLE_DEFAULTS)[model]
        return Plan(**{"style": style, "data": folder, **values, **given})
    recipe = given.get("recipe", DEFAULT)
    if recipe not in RECIPES:
        Plan(style, "", recipe=recipe)  # says which there are
    if folder is not None:
        values = RECIPES[recipe]
    elif "recipe" in given:
        values = SAMPLE_SIZES | RECIPES[recipe]
    else:
        values = SAMPLE_DEFAULTS
    if given.get("generator", "light") != "light" and "norm" not in given:
        values = {**values, "norm": Plan.norm}  # other norms are the light generator's
    size = given.get("image_size", values.get("image_size", Plan.image_size))
    if "jitter" not in given and size < values.get("jitter", 0) + 32:
        values = {**values, "jitter": 0}  # a recipe's would leave nothing of it
    own = {"style": style, "data": folder, "recipe": recipe}
    return Plan(**{**own, **values, **given})


def check_model(model: str, given: dict) -> None:
    """Checks that what the user named means something to a model.

    Raises:
        ValueError: Naming what does not.
    """
    for name, owners in unused(model).items():
        if name in given:
            raise ValueError(
                f"`{name}` must go with model={' or '.join(owners)}: {MODELS[model]} "
                f"has none. Received: model={model}, {name}={given[name]}"
            )
