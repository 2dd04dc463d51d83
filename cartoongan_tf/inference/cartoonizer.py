"""Any photo in, its cartoon out, of the same size."""

import os
import warnings
from pathlib import Path

import numpy as np

from cartoongan_tf.inference import styles
from cartoongan_tf.inference.runtimes import KerasRuntime, load_runtime
from cartoongan_tf.pictures import images, memory
from cartoongan_tf.pictures.colors import keep_color as keep_photo_color

# Of the picture itself in float, `keep_color` included, at 1 and 4 megapixels.
BYTES_PER_PIXEL = 150
UNKNOWN_GENERATOR = 900  # as the paper's


class Cartoonizer:
    """Turns photos into cartoons with one generator.

    Args:
        weights: Name of a style with weights under `saved_models/`, path of a `.keras`,
            `.tflite` or `.onnx` file, or a Keras generator. The last two file formats
            run on ai-edge-litert and onnxruntime, without TensorFlow.

    A `.tflite` has one size. A larger photo is shrunk into it, and its cartoon
    enlarged to the photo's size, with a warning.

    Raises:
        ValueError: When the style is unknown or has no weights, or the file is no
            generator.

    Example:
        >>> cartoonizer = Cartoonizer("paprika")
        >>> cartoon = cartoonizer("photo.jpg", strength=0.8)
    """

    def __init__(self, weights="paprika"):
        if isinstance(weights, (str, os.PathLike)):
            is_style = isinstance(weights, str) and Path(weights).name == weights
            is_style = is_style and not Path(weights).suffix
            path = styles.find_weights(weights) if is_style else weights
            self._run = load_runtime(path)
        else:
            self._run = KerasRuntime(weights)
        self.generator = getattr(self._run, "generator", None)

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
            photo = images.read(photo, check=self.check_memory).pixels
        if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[-1] != 3:
            raise ValueError(
                "A photo must be uint8 RGB of shape (H, W, 3). "
                f"Received: {photo.dtype} of shape {photo.shape}"
            )
        if strength == 0:
            return photo.copy()
        levels = self._draw(photo)
        if keep_color:
            levels = keep_photo_color(levels, photo)
        if strength < 1:
            levels = strength * levels + (1 - strength) * photo.astype(np.float32)
        return images.round_levels(levels)

    def _draw(self, photo: np.ndarray) -> np.ndarray:
        """The cartoon in float levels, of the photo's size."""
        height, width = photo.shape[:2]
        if self._run.size is None:
            padded = images.pad(photo)
            self.check_memory(*padded.shape[:2])
            fitted = photo
        else:
            fitted = images.fit(photo, *self._run.size)
            padded = images.pad(fitted, smallest=self._run.size)
        signed = self._run(images.to_signed(padded)[None])[0]
        levels = images.to_levels(images.crop(signed, *fitted.shape[:2]))
        if fitted.shape == photo.shape:
            return levels
        small = fitted.shape[:2]
        warnings.warn(
            f"A .tflite has one size. Received: a photo of {width}x{height}, drawn at "
            f"{small[1]}x{small[0]} and enlarged; `--max-size {max(small)}` keeps it "
            "small and sharp, a .keras or .onnx file takes any size",
            stacklevel=3,
        )
        enlarged = images.resize(images.round_levels(levels), height, width)
        return enlarged.astype(np.float32)

    def check_memory(self, height: int, width: int) -> None:
        """Checks that there is memory to draw a photo of this size.

        Without it TensorFlow would be killed by the system, without a word.

        Raises:
            ValueError: When there is not; the message says what size would do.
        """
        if self._run.size is not None:
            return  # drawn at that size, whatever the photo's
        own = getattr(self.generator, "bytes_per_pixel", UNKNOWN_GENERATOR)
        need = height * width * (own + BYTES_PER_PIXEL)
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
