"""Deep Image Analogy: a photo drawn of the parts of one picture that mean the same."""

import numpy as np
import tensorflow as tf

from cartoongan_tf.baselines import canvas, patches, patchmatch
from cartoongan_tf.baselines.lbfgs import LBFGS
from cartoongan_tf.networks.features import VGG19Layers

# From the paper and its authors' code, as are all constants down to MEMORY; of the five
# layers, from fine to coarse.
SIDES = (5, 5, 3, 3, 3)  # of patches
RADII = (4, 4, 6, 6, None)  # of the random search; at the coarsest everything is tried
KEPT = (0.1, 0.6, 0.7, 0.8)  # of the own content, where it shows something
SHARP, THRESHOLD = 300.0, 0.05  # where there is: a sigmoid of the strength of answers
ROUNDS = 10  # of search, at each layer
VOTE_SIDE = 3  # of the last picture's patches
MEMORY = 4
SIZE = 448  # the paper's examples; the code takes 200 to 700

# Of L-BFGS, each time a layer's answers are made from the next one's. It ends before,
# when a step betters less than a hundredth: what follows is not seen in the pictures.
REBUILD_STEPS = 20
REBUILT = 0.01

SMALLEST = 16  # pixels a side: one place of the coarsest layer
BYTES_PER_PIXEL = 6000


class DeepImageAnalogy:
    """Draws photos of one picture's parts, found by what VGG takes them for.

    Photo A and picture B' are matched both ways, from VGG's coarsest layer to its
    finest. After each layer what A would look like drawn as B', A', and what B' would
    look like as a photo, B, are made for the next: by the answers that would give those
    just found, mixed with the own where the picture shows something. At the end A' is
    put together of patches of B'.

    Args:
        picture: The style, uint8 RGB `(H, W, 3)`.
        features: `VGG19Layers` or `VGG16Layers` of `LAYERS[network]`; VGG19's of
            ImageNet, with maximum pooling, by default.
        rounds: Of search, at each layer at most.
        size: Photo and style picture are drawn at this long side at most. A result is
            enlarged to its photo's size.
        seed: Of the random search.

    Raises:
        ValueError: When a value is out of range, or a picture does not fit in memory.

    Example:
        >>> draw = DeepImageAnalogy(images.read("cartoon.jpg").pixels)
        >>> drawn = draw(images.read("photo.jpg").pixels)

    Reference: J. Liao et al., "Visual Attribute Transfer through Deep Image Analogy",
    SIGGRAPH 2017, and the authors' code.
    """

    # VGG16 as it comes with the package ends before conv5_1; at that size, and with as
    # many channels, it has what conv5_1 would be given.
    LAYERS = {
        "vgg19": tuple(f"block{block}_conv1" for block in (1, 2, 3, 4, 5)),
        "vgg16": (*(f"block{block}_conv1" for block in (1, 2, 3, 4)), "block4_pool"),
    }

    def __init__(self, picture, features=None, rounds=ROUNDS, size=SIZE, seed=0):
        canvas.check_values(rounds=(rounds, 1), size=(size, 8))
        if features is None:
            features = VGG19Layers(self.LAYERS["vgg19"], pooling="max")
        self.features = features
        self.rounds, self.size, self.seed = rounds, size, seed
        coarser = len(SIDES) - 1
        self.steps_a_photo = 2 * coarser * (rounds + REBUILD_STEPS)
        self._answer = tf.function(
            features, input_signature=[tf.TensorSpec((1, None, None, 3), tf.float32)]
        )
        self._ways = {level: self._way(level) for level in range(1, len(SIDES))}
        self.pyramid = self._look(picture)

    def __call__(self, photo: np.ndarray, on_step=None) -> np.ndarray:
        """Draws one photo.

        Args:
            photo: uint8 RGB `(H, W, 3)` of any size from 1x1.
            on_step: Called after every round and step with a dict of the `layer`, 5 to
                1, and either how `alike` matches are (at most 2), or the `loss` of what
                is made for the next layer, of which 1 is everything.

        Returns:
            uint8 RGB `(H, W, 3)`.
        """
        forth, _ = self.fields(photo, on_step)
        drawn = patchmatch.vote(self.pyramid[0], forth, VOTE_SIDE)
        return canvas.finish(drawn[None], photo, self.size)

    def fields(self, photo, on_step=None):
        """Which place of the picture goes to which of the photo, and back.

        Args:
            photo: uint8 RGB `(H, W, 3)`.
            on_step: As of a call.

        Returns:
            Two fields of `patchmatch`, of the photo's and of the picture's places, both
            at the size that is drawn at.
        """
        ours, theirs = self._look(photo), self.pyramid
        generator = np.random.default_rng(self.seed)
        tell = on_step or (lambda values: None)
        drawn, undrawn = ours[-1], theirs[-1]  # A' and B of the current layer
        forth = back = None
        for level in reversed(range(len(SIDES))):
            a = _join(ours[level + 1], drawn)
            b = _join(undrawn, theirs[level + 1])
            found = []
            for one, other, field in ((a, b, forth), (b, a, back)):
                side = SIDES[level]
                if field is None:
                    found.append(patchmatch.match_all(one, other, side))
                    continue
                field = patchmatch.upsample(field, one.shape, other.shape)
                found.append(
                    patchmatch.match(
                        one, other, side, field, RADII[level], self.rounds, generator,
                        lambda alike, level=level, side=side: tell(
                            {"layer": level + 1, "alike": alike / side**2}
                        ),
                    )
                )  # fmt: skip
            forth, back = found
            if level:
                drawn = self._rebuild(level, theirs, forth, ours, tell)
                undrawn = self._rebuild(level, ours, back, theirs, tell)
        return forth, back

    def _rebuild(self, level, source, field, own, tell):
        """The next layer's answers of a picture made of another's parts.

        Args:
            level: The layer just matched; the one below it is answered for.
            source: Pictures and answers of what parts are taken of.
            field: Which part goes where.
            own: Of the picture itself.
            tell: Takes what there is to say.
        """
        loss, forward = self._ways[level]
        below = max(level - 2, -1) + 1  # in `source`, where pixels come first
        fine = field
        for each in range(level, below - 1, -1):
            fine = patchmatch.upsample(fine, own[each].shape, source[each].shape)
        start = tf.constant(patchmatch.warp(source[below], fine)[None])
        wanted = tf.constant(patchmatch.warp(source[level + 1], field)[None])
        made = LBFGS(MEMORY).minimize(
            lambda x: loss(x, wanted),
            start,
            REBUILD_STEPS,
            REBUILT,
            lambda value: tell({"layer": level + 1, "loss": value}),
        )
        made = forward(made).numpy()[0]
        shows = np.square(own[level]).sum(-1, keepdims=True)
        span = max(float(np.ptp(shows)), 1e-12)
        shows = (shows - shows.min()) / span
        keep = KEPT[level - 1] / (1 + np.exp(-SHARP * (shows - THRESHOLD)))
        return own[level] * keep + made * (1 - keep)

    def _way(self, level):
        """How answers two layers down are judged, and become those one layer down."""
        names = self.features.names
        below = names[level - 2] if level > 1 else None
        there = self.features.between(below, names[level])
        forward = self.features.between(below, names[level - 1])
        channels = there.input_shape[-1], there.output_shape[-1]
        takes = [tf.TensorSpec((1, None, None, each), tf.float32) for each in channels]

        @tf.function(input_signature=takes)
        def loss(x, wanted):
            with tf.GradientTape() as tape:
                tape.watch(x)
                error = tf.reduce_sum(tf.square(there(x) - wanted))
                value = error / tf.maximum(tf.reduce_sum(tf.square(wanted)), 1e-12)
            return value, tape.gradient(value, x)

        return loss, tf.function(forward, input_signature=takes[:1])

    def _look(self, pixels):
        """A picture, -1..1, and VGG's answers, `(h, w, c)` each, fine to coarse."""
        picture = canvas.prepare(pixels, self.size, SMALLEST, BYTES_PER_PIXEL)
        answers = self._answer(tf.constant(picture))
        return [picture[0], *(answer.numpy()[0] for answer in answers)]


def _join(first, second):
    """Two maps as one, so that products of its places are the sum of both's cosines."""
    return np.concatenate([patches.unit(first), patches.unit(second)], -1)
