"""Pictures brought to a feature network's size, by a resize that does not alias."""

import io

import numpy as np
from PIL import Image


def resize_float(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resizes a uint8 picture as `clean-fid` does: bicubic, each channel in float.

    Antialiased, and neither rounded nor cut to 0..255 afterwards. Without antialiasing
    the same pictures, resized by two libraries, are farther apart than many models.

    Args:
        picture: `(H, W, 3)`.
        height: Of the result.
        width: Of the result.

    Returns:
        float32 `(height, width, 3)`, about 0..255.

    Reference: G. Parmar et al., "On Aliased Resizing and Surprising Subtleties in GAN
    Evaluation", CVPR 2022.
    """
    channels = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(picture[..., n], np.float32)).resize(
                (width, height), Image.Resampling.BICUBIC
            )
        )
        for n in range(picture.shape[-1])
    ]
    return np.stack(channels, axis=-1)


def through_jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    """A uint8 picture as it comes back from a JPEG of this quality, 4:2:0."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))
