"""Neural style transfer, the baseline that trains no network but draws each picture."""

import keras
import numpy as np
import tensorflow as tf

from cartoongan_tf.baselines import canvas
from cartoongan_tf.networks.features import VGG19Layers
from cartoongan_tf.pictures import images

CONTENT_LAYER = "block4_conv2"  # Gatys et al., section 4
STYLE_LAYERS = tuple(f"block{block}_conv1" for block in (1, 2, 3, 4, 5))  # likewise
# Looked at with random features: less style keeps the photo, more smoothing blurs it.
STYLE_WEIGHT = 1.0
SMOOTH_WEIGHT = 0.3
STEPS = 300
SIZE = 512  # Gatys et al., section 3, draw at about 512 x 512
SMALLEST = 16  # pixels a side that VGG's four poolings take
LEVELS_A_STEP = 2.0  # Adam's rate, of 255: where it ends does not depend on it much

# Measured peak above that of a tiny picture: 2,000 at 256x256, 2,300 at 448x448.
BYTES_PER_PIXEL = 2500


class NeuralStyle:
    """Draws photos with the textures and colours of a picture, or of a whole set.

    A picture is changed, step by step, until VGG19 answers to its content as to the
    photo, and the products of its answers (Gram matrices) are those of the style. It
    starts as the photo, so that nothing is left to chance.

    All losses are relative to the size of what they aim at: weights then mean the same
    at every layer, and for random features.

    Args:
        pictures: The style, uint8 RGB `(H, W, 3)` each; of several, the mean of their
            Gram matrices is taken. Read one at a time.
        features: `VGG19Layers` or `VGG16Layers` of `LAYERS[network]`; VGG19's of
            ImageNet by default.
        steps: Of Adam, its rate falling to 0 along a cosine.
        size: Photo and style pictures are drawn at this long side at most. A result is
            enlarged to its photo's size.
        style_weight: Against the content loss's 1.
        smooth_weight: Of the total variation, against the content loss's 1.

    Raises:
        ValueError: When there is no picture, a value is out of range, or a picture does
            not fit in memory.

    Example:
        >>> draw = NeuralStyle([images.read("cartoon.jpg").pixels])
        >>> drawn = draw(images.read("photo.jpg").pixels)

    Reference: Gatys, Ecker, Bethge, CVPR 2016; the mean over a set: CartoonGAN, CVPR
    2018, section 4.2.
    """

    LAYERS = {
        "vgg19": (CONTENT_LAYER, *STYLE_LAYERS),
        "vgg16": (CONTENT_LAYER, *STYLE_LAYERS[:4]),  # the package's has no fifth block
    }

    def __init__(
        self,
        pictures,
        features=None,
        steps=STEPS,
        size=SIZE,
        style_weight=STYLE_WEIGHT,
        smooth_weight=SMOOTH_WEIGHT,
    ):
        canvas.check_values(
            steps=(steps, 1),
            size=(size, 8),
            style_weight=(style_weight, 0),
            smooth_weight=(smooth_weight, 0),
        )
        self.features = features or VGG19Layers(self.LAYERS["vgg19"])
        self.steps = self.steps_a_photo = steps
        self.size = size
        self.style_weight, self.smooth_weight = style_weight, smooth_weight
        # One trace for all sizes.
        self._answer = tf.function(
            self.features,
            input_signature=[tf.TensorSpec((1, None, None, 3), tf.float32)],
        )
        self.grams = self._mean_grams(pictures)

    def __call__(self, photo: np.ndarray, on_step=None) -> np.ndarray:
        """Draws one photo.

        Args:
            photo: uint8 RGB `(H, W, 3)` of any size from 1x1.
            on_step: Called after every step with a dict of the losses, not weighted:
                `content_loss`, `style_loss`, `smooth_loss`.

        Returns:
            uint8 RGB `(H, W, 3)`.
        """
        start = self._prepare(photo)
        picture = keras.Variable(start, name="picture")
        step = self._make_step(picture, self._answer(start)[0])
        for _ in range(self.steps):
            losses = step()
            if on_step is not None:
                on_step({name: float(value) for name, value in losses.items()})
        return canvas.finish(picture.numpy(), photo, self.size)

    def losses(self, picture, content):
        """The losses of a picture `(1, H, W, 3)`, RGB, -1..1, not weighted."""
        found, *styles = self.features(picture)
        style_loss = tf.add_n(
            [
                _relative(gram(answer), target)
                for answer, target in zip(styles, self.grams, strict=True)
            ]
        )
        return {
            "content_loss": _relative(found, content),
            "style_loss": style_loss / len(self.grams),
            "smooth_loss": total_variation(picture),
        }

    def total(self, losses):
        """The weighted sum of `losses`."""
        return (
            losses["content_loss"]
            + self.style_weight * losses["style_loss"]
            + self.smooth_weight * losses["smooth_loss"]
        )

    def _make_step(self, picture, content):
        rate = images.to_signed(LEVELS_A_STEP) - images.to_signed(0.0)
        optimizer = keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(rate, self.steps)
        )
        optimizer.build([picture])

        @tf.function
        def step():
            with tf.GradientTape() as tape:
                losses = self.losses(picture.value, content)
                total = self.total(losses)
            optimizer.apply([tape.gradient(total, picture.value)], [picture])
            picture.assign(tf.clip_by_value(picture.value, -1.0, 1.0))
            return losses

        return step

    def _mean_grams(self, pictures):
        sums, count = None, 0
        for pixels in pictures:
            _, *answers = self._answer(self._prepare(pixels))
            grams = [gram(answer).numpy().astype(np.float64) for answer in answers]
            sums = grams if sums is None else list(map(np.add, sums, grams))
            count += 1
        if not count:
            raise ValueError("A style must have a picture. Received: none")
        return [tf.constant(total / count, tf.float32) for total in sums]

    def _prepare(self, pixels):
        """A uint8 picture of any size to one that the features take."""
        return canvas.prepare(pixels, self.size, SMALLEST, BYTES_PER_PIXEL)


def gram(answer):
    """Mean over the places of the products of every two channels: `(1, C, C)`.

    A mean, so that pictures of any size can be compared.
    """
    places = tf.reshape(answer, (1, -1, answer.shape[-1]))
    count = tf.cast(tf.shape(places)[1], answer.dtype)
    return tf.matmul(places, places, transpose_a=True) / count


def total_variation(picture):
    """Mean squared difference of neighbouring pixels, down and right."""
    down = picture[:, 1:] - picture[:, :-1]
    right = picture[:, :, 1:] - picture[:, :, :-1]
    return tf.reduce_mean(tf.square(down)) + tf.reduce_mean(tf.square(right))


def _relative(found, target):
    """Squared error, as a share of the target's squares."""
    error = tf.reduce_sum(tf.square(found - target))
    # A black, empty target has none.
    return error / tf.maximum(tf.reduce_sum(tf.square(target)), 1e-12)
