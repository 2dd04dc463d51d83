"""Any photo in, its cartoon out, of the same size."""

import os
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from cartoongan_tf import images, memory, styles
from cartoongan_tf.colors import keep_color as keep_photo_color
from cartoongan_tf.generators import load_generator

# Measured peak above the idle process, at 1 and 4 megapixels: 12.5 to 13.1 bytes a
# pixel and filter for the paper's generator (its 64-channel maps at full resolution),
# and some 150 a pixel for the picture itself in float, `keep_color` included.
BYTES_PER_FILTER = 14
BYTES_PER_PIXEL = 150


class Cartoonizer:
    """Turns photos into cartoons with one generator.

    Args:
        weights: Name of a style with weights under `saved_models/`, path of a `.keras`
            file, or a generator.

    Raises:
        ValueError: When the style is unknown or has no weights, or the file is no
            generator.

    Example:
        >>> cartoonizer = Cartoonizer("paprika")
        >>> cartoon = cartoonizer("photo.jpg", strength=0.8)
    """

    def __init__(self, weights="paprika"):
        if not isinstance(weights, keras.Model):
            is_style = isinstance(weights, str) and Path(weights).name == weights
            is_style = is_style and not Path(weights).suffix
            path = styles.find_weights(weights) if is_style else weights
            weights = load_generator(path)
        self.generator = weights
        # One trace for all sizes; and in a graph, unlike eagerly, every feature map is
        # freed as soon as it is used up.
        self._run = tf.function(
            lambda photo: self.generator(photo, training=False),
            input_signature=[tf.TensorSpec((1, None, None, 3), tf.float32)],
        )

    def __call__(
        self,
        photo: str | os.PathLike | np.ndarray,
        strength: float = 1.0,
        keep_color: bool = False,
    ) -> np.ndarray:
        """Draws one photo.

        Args:
            photo: A file, or uint8 RGB `(H, W, 3)` of any size from 1x1.
            strength: 1 for the cartoon, 0 for the photo, between them a blend.
            keep_color: Give the cartoon the photo's colour and exposure, which the
                network forgets.

        Returns:
            uint8 RGB `(H, W, 3)`.

        Raises:
            ValueError: When the photo cannot be read or is no RGB picture, when
                `strength` is outside 0..1, or when the picture needs more memory than
                there is.
        """
        check_strength(strength)
        if not isinstance(photo, np.ndarray):
            photo = images.read(photo).pixels
        if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[-1] != 3:
            raise ValueError(
                "A photo must be uint8 RGB of shape (H, W, 3). "
                f"Received: {photo.dtype} of shape {photo.shape}"
            )
        if strength == 0:
            return photo.copy()
        height, width = photo.shape[:2]
        padded = images.pad(photo)
        self._check_memory(*padded.shape[:2])
        signed = self._run(images.to_signed(padded)[None])[0].numpy()
        levels = images.to_levels(images.crop(signed, height, width))
        if keep_color:
            levels = keep_photo_color(levels, photo)
        if strength < 1:
            levels = strength * levels + (1 - strength) * photo.astype(np.float32)
        return images.round_levels(levels)

    def _check_memory(self, height: int, width: int) -> None:
        """TensorFlow would be killed by the system, without a word."""
        filters = getattr(self.generator, "filters", 64)
        need = height * width * (filters * BYTES_PER_FILTER + BYTES_PER_PIXEL)
        free = memory.available()
        if free is not None and need > free:
            side = int(max(height, width) * (free / need) ** 0.5)
            raise ValueError(
                f"A photo must fit in memory. Received: {width}x{height} pixels, which "
                f"take about {need / 2**30:.1f} GiB of {free / 2**30:.1f} free; try "
                f"`--max-size {max(1, side // 100 * 100)}`"
            )


def check_strength(strength: float) -> None:
    """Checks that a strength is in 0..1."""
    if not 0 <= strength <= 1:
        raise ValueError(f"`strength` must be in 0..1. Received: strength={strength}")
