"""What a distillation is asked for: every value, its flag, and the checks of all."""

from dataclasses import dataclass

from cartoongan_tf.data.sizes import check_sizes
from cartoongan_tf.networks.choices import NORMS, PADDINGS
from cartoongan_tf.plans.flags import check, flag
from cartoongan_tf.plans.plans import PRECISIONS

OPTIMIZERS = "muon", "adam"
# The headings of the help, in their order.
LENGTH, NETWORK, LOSSES = GROUPS = (
    "how long, on what",
    "the light generator",
    "losses and optimization",
)


@dataclass(frozen=True)
class Lesson:
    """What a distillation is asked for: the content of its `config.json`.

    `teacher` is the file of the large generator, `photos` the folder to learn on. The
    weights of losses are those of `Distiller`, the network's values those of
    `LightGenerator`.
    """

    style: str
    teacher: str
    photos: str

    windows: int = flag(
        2400,
        "windows that the teacher draws, once; 0 with larger ones alone",
        group=LENGTH,
        least=0,
    )
    pairs: str = flag(
        "",
        "folder of the windows and their pictures; made where it is missing, used by "
        "every later run of this teacher, these photos and such windows",
        group=LENGTH,
        zero="beside the run",
        metavar="DIR",
    )
    image_size: int = flag(192, "side of the windows", group=LENGTH)
    large_windows: int = flag(
        600,
        "larger ones: they show how light and colours lie in a whole picture; 0 for "
        "none",
        group=LENGTH,
        least=0,
    )
    large_size: int = flag(320, "side of the larger ones", group=LENGTH)
    large_share: float = flag(
        0.5, "of the steps learn from the larger ones", group=LENGTH, least=0, below=1
    )
    large_border: int = flag(
        24,
        "pixels at a larger window's border that are not learnt, with the lines that "
        "the teacher draws there; it then draws the window without a margin, in 0.4 "
        "of the time; 0 for a margin, as the others have",
        group=LENGTH,
        least=0,
    )
    margin: int = flag(
        32,
        "pixels around a window that the teacher sees and that are cut off its "
        "picture, with the lines that it draws along the border",
        group=LENGTH,
        least=0,
    )
    shift: int = flag(
        8,
        "pixels that a window loses each time it is learnt from, at random left or "
        "right, above or below, by fours; its lines then lie elsewhere on small maps",
        group=LENGTH,
        least=0,
    )
    hold_out: int = flag(
        8, "one photo in so many is kept for scores", group=LENGTH, least=0
    )
    steps: int = flag(8_000, "of training", group=LENGTH, least=1)
    epoch: int = flag(500, "steps between two scores", group=LENGTH, least=1)
    batch_size: int = flag(
        6, "windows a step; of the larger ones fewer, as many pixels", group=LENGTH
    )

    learning_rate: float = flag(
        1e-3, "constant for half of the steps, then falling to 0", group=LOSSES, least=0
    )
    optimizer: str = flag(
        "muon",
        "of the student; a few thousand steps of muon do what many of adam do",
        group=LOSSES,
        choices=OPTIMIZERS,
    )
    d_learning_rate: float = flag(1e-4, "of the discriminator", group=LOSSES, least=0)
    detail_weight: float = flag(
        0.5, "of bands of detail; pixels have 1", group=LOSSES, least=0
    )
    strength_weight: float = flag(0.5, "of the bands' strength", group=LOSSES, least=0)
    calm_weight: float = flag(
        3.0,
        "of detail beyond the teacher's where it draws next to none",
        group=LOSSES,
        least=0,
    )
    feature_weight: float = flag(
        0.0,
        "of VGG19's features, VGG16's where it cannot be downloaded",
        group=LOSSES,
        least=0,
    )
    adversarial_weight: float = flag(
        0.0, "of the adversarial term", group=LOSSES, least=0
    )

    width: int = flag(16, "channels at half the picture's size", group=NETWORK, least=1)
    trunk: int = flag(64, "channels at a quarter of it", group=NETWORK, least=1)
    num_blocks: int = flag(
        2, "residual blocks at a quarter of it", group=NETWORK, least=0
    )
    deep: int = flag(
        3, "those of twice as many channels at an eighth", group=NETWORK, least=0
    )
    block_norms: int = flag(
        0, "instance norms in each block at a quarter", group=NETWORK, choices=(0, 1, 2)
    )
    deep_norms: int = flag(2, "in each at an eighth", group=NETWORK, choices=(0, 1, 2))
    norm: str = flag("instance", group=NETWORK, choices=NORMS)
    padding: str = flag("zeros", group=NETWORK, choices=PADDINGS)
    start: str = flag(
        "",
        "a light generator's file to begin with",
        group=LENGTH,
        zero="random weights",
        metavar="FILE",
    )
    start_share: float = flag(
        0.0,
        "of the start's weights in what is saved: 0.5 where a style goes on learning, "
        "from windows that its start never met",
        group=LENGTH,
        least=0,
        below=1,
    )
    vgg_weights: str = flag("imagenet", "imagenet, random or a file", group=LOSSES)
    mixed_precision: str = flag(
        "float32",
        "bfloat16 for CPUs that have it",
        group=LOSSES,
        choices=tuple(PRECISIONS),
    )
    ema: float = flag(
        0.999,
        "of the student's running average, which is what is saved; 0 for none",
        group=LOSSES,
        least=0,
        below=1,
    )
    seed: int = flag(0, "of weights, windows and their order", group=LENGTH, least=0)
    keep: int = flag(2, "newest backups that are kept", group=LENGTH, least=1)

    def __post_init__(self):
        check(self)
        check_sizes(self.batch_size, self.image_size)
        if self.shift % 4 or self.shift > self.image_size - 32:
            raise ValueError(
                "`shift` must be a multiple of 4, and leave 32 pixels of `image_size`. "
                f"Received: shift={self.shift}, image_size={self.image_size}"
            )
        if self.start_share and not self.start:
            raise ValueError(
                "`start_share` must be 0 without `start`. Received: "
                f"start_share={self.start_share}"
            )
        if not (self.windows or self.large_windows):
            raise ValueError(
                "There must be `windows` or `large_windows`. Received: windows=0, "
                "large_windows=0"
            )
        if self.large_windows:
            check_sizes(self.large_batch, self.large_size)
            if not self.large_share:
                raise ValueError(
                    "`large_share` must be more than 0; --large-windows 0 does "
                    "without. Received: large_share=0"
                )
            if 2 * self.large_border > self.large_size - 32:
                raise ValueError(
                    "`large_border` must leave 32 pixels of `large_size`. Received: "
                    f"large_border={self.large_border}, large_size={self.large_size}"
                )
            if self.large_size <= self.image_size:
                raise ValueError(
                    "`large_size` must be more than `image_size`; --large-windows 0 "
                    f"does without. Received: large_size={self.large_size}, "
                    f"image_size={self.image_size}"
                )
        if self.margin % 4 or self.margin >= self.image_size:
            raise ValueError(
                "`margin` must be a multiple of 4, less than `image_size`. Received: "
                f"margin={self.margin}, image_size={self.image_size}"
            )

    @property
    def large_batch(self) -> int:
        """Larger windows a step: as many pixels as `batch_size` windows have."""
        return max(1, round(self.batch_size * (self.image_size / self.large_size) ** 2))
