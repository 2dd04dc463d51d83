"""CNNMRF: a photo drawn of patches of one picture, as VGG sees them."""

import numpy as np
import tensorflow as tf

from cartoongan_tf.baselines import canvas, patches
from cartoongan_tf.baselines.lbfgs import LBFGS
from cartoongan_tf.networks.features import VGG19Layers
from cartoongan_tf.pictures import images

# From the authors' code, as are all constants down to MEMORY.
CONTENT_LAYER = "block4_conv2"
STYLE_LAYERS = ("block3_conv1", "block4_conv1")
CONTENT_WEIGHT = 20.0  # of the mean squared difference
STYLE_WEIGHT = 1e-4  # of half the squared difference, summed
SMOOTH_WEIGHT = 1e-3  # of half the squared difference of neighbours' levels, summed
SIDE, STRIDE = 3, 2  # of patches
SCALES = 3  # the picture at a quarter of its size, at half of it, at all of it
STEPS = 100  # at each
SIZE = 384
MEMORY = 25

SMALLEST = 24  # a patch at conv4_1, in pixels
# The authors look for patches at every step; the picture hardly moves in ten.
STEPS_A_MATCH = 10

BYTES_PER_PIXEL = 4500


class CNNMRF:
    """Draws photos of one picture's patches, found by VGG's answers.

    Every 3x3 patch of the drawn picture's answers is pulled towards the most alike
    (normalized cross-correlation) of the style picture's, at two layers; the answers to
    content, at a third, towards the photo's. From coarse to fine: each size begins with
    the last one's result, the first with the photo.

    Args:
        picture: The style, uint8 RGB `(H, W, 3)`.
        features: `VGG19Layers` or `VGG16Layers` of `LAYERS[network]`; VGG19's of
            ImageNet, with maximum pooling, by default.
        steps: Of L-BFGS, at each of three sizes.
        size: Photo and style picture are drawn at this long side at most. A result is
            enlarged to its photo's size.
        style_weight: Against the authors' 1: more draws nearer to the style picture.
        smooth_weight: Of the total variation, against the authors' 1.

    Raises:
        ValueError: When a value is out of range, or a picture does not fit in memory.

    Example:
        >>> draw = CNNMRF(images.read("cartoon.jpg").pixels)
        >>> drawn = draw(images.read("photo.jpg").pixels)

    Reference: C. Li and M. Wand, "Combining Markov Random Fields and Convolutional
    Neural Networks for Image Synthesis", CVPR 2016, and the authors' code.
    """

    LAYERS = dict.fromkeys(("vgg19", "vgg16"), (CONTENT_LAYER, *STYLE_LAYERS))

    def __init__(
        self,
        picture,
        features=None,
        steps=STEPS,
        size=SIZE,
        style_weight=1.0,
        smooth_weight=1.0,
    ):
        canvas.check_values(
            steps=(steps, 1),
            size=(size, 8),
            style_weight=(style_weight, 0),
            smooth_weight=(smooth_weight, 0),
        )
        if features is None:
            features = VGG19Layers(self.LAYERS["vgg19"], pooling="max")
        self.features = features
        self.steps, self.size = steps, size
        self.steps_a_photo = SCALES * steps
        self.style_weight, self.smooth_weight = style_weight, smooth_weight
        flexible = tf.TensorSpec((1, None, None, 3), tf.float32)
        one = tf.TensorSpec((1, None, None, None), tf.float32)
        self._answer = tf.function(features, input_signature=[flexible])
        pairs = [(one, one)] * len(STYLE_LAYERS)
        self._pull = tf.function(self._pull, input_signature=[flexible, one, pairs])
        self.styles = [  # patches by scale and layer
            [Library(answer) for answer in self._answers(small)[1:]]
            for small in _pyramid(self._prepare(picture))
        ]

    def __call__(self, photo: np.ndarray, on_step=None) -> np.ndarray:
        """Draws one photo.

        Args:
            photo: uint8 RGB `(H, W, 3)` of any size from 1x1.
            on_step: Called after every step with a dict of the `loss` and the `scale`,
                the share of the size that is drawn at.

        Returns:
            uint8 RGB `(H, W, 3)`.
        """
        photos = _pyramid(self._prepare(photo))
        count = min(len(photos), len(self.styles))
        x = None
        for scale in reversed(range(count)):
            small = tf.constant(photos[scale])
            content = self._answer(small)[0]
            x = small if x is None else tf.image.resize(x, small.shape[1:3])
            optimizer = LBFGS(MEMORY)

            def tell(loss, scale=scale):
                if on_step is not None:
                    on_step({"loss": loss, "scale": 0.5**scale})

            for done in range(0, self.steps, STEPS_A_MATCH):
                targets = self.targets(x, scale)
                x = optimizer.minimize(
                    lambda x, c=content, t=targets: self._pull(x, c, t),
                    x,
                    min(STEPS_A_MATCH, self.steps - done),
                    on_step=tell,
                )
        return canvas.finish(x.numpy(), photo, self.size)

    def targets(self, picture, scale=0):
        """What each style layer's answers to a picture are pulled towards.

        Args:
            picture: `(1, H, W, 3)`, RGB, -1..1.
            scale: Which of the style picture's sizes: halved so many times.

        Returns:
            For each layer two tensors, `(1, h, w, c)` and, 1 where it counts, else 0,
            `(1, h, w, 1)`.
        """
        answers = self._answers(picture)[1:]
        found = []
        for answer, library in zip(answers, self.styles[scale], strict=True):
            wanted, covered = library.redraw(answer)
            found.append((tf.constant(wanted[None]), tf.constant(covered[None])))
        return found

    def _pull(self, picture, content, targets):
        """The loss and its gradient; named by the paper's formula 1."""
        with tf.GradientTape() as tape:
            tape.watch(picture)
            found, *answers = self.features(picture)
            loss = CONTENT_WEIGHT * tf.reduce_mean(tf.square(found - content))
            for answer, (wanted, covered) in zip(answers, targets, strict=True):
                pulled = tf.reduce_sum(tf.square((answer - wanted) * covered))
                loss += self.style_weight * STYLE_WEIGHT * pulled / 2
            levels = images.to_levels(picture)
            rough = tf.reduce_sum(tf.square(levels[:, 1:] - levels[:, :-1]))
            rough += tf.reduce_sum(tf.square(levels[:, :, 1:] - levels[:, :, :-1]))
            loss += self.smooth_weight * SMOOTH_WEIGHT * rough / 2
        return loss, tape.gradient(loss, picture)

    def _answers(self, picture):
        return [answer.numpy()[0] for answer in self._answer(tf.constant(picture))]

    def _prepare(self, pixels):
        return canvas.prepare(pixels, self.size, SMALLEST, BYTES_PER_PIXEL)


class Library:
    """The patches of one map, to draw others of.

    Args:
        answer: `(H, W, C)`, sides of at least 3.
    """

    def __init__(self, answer: np.ndarray):
        grid = [patches.starts(side, SIDE, STRIDE) for side in answer.shape[:2]]
        self.patches = patches.cut(answer, SIDE, *grid)
        self.unit = patches.unit(self.patches)

    def redraw(self, answer: np.ndarray):
        """The map made of this library's patches that are most like those of another.

        Args:
            answer: `(h, w, C)`.

        Returns:
            As of `patches.put_back`.
        """
        grid = [patches.starts(side, SIDE, STRIDE) for side in answer.shape[:2]]
        numbers = patches.best(patches.cut(answer, SIDE, *grid), self.unit)
        return patches.put_back(self.patches[numbers], answer.shape, SIDE, *grid)


def _pyramid(picture):
    """A picture `(1, H, W, 3)` at its size and halved, as often as patches allow."""
    found = [picture]
    pixels = images.to_uint8(picture[0])
    for scale in range(1, SCALES):
        height, width = (round(side / 2**scale) for side in pixels.shape[:2])
        if min(height, width) < SMALLEST:
            break
        found.append(images.to_signed(images.resize(pixels, height, width))[None])
    return found
