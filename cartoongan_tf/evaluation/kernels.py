"""How far one set of pictures is from another, by what a network sees in them."""

import numpy as np

from cartoongan_tf.pictures import images

# Pictures are judged at this height, and windows of this side cut of them: lines a few
# pixels wide, and enough of a picture to hold shapes, light and shade.
HEIGHT, WINDOW = 288, 192
WINDOWS = 2  # a picture


def kernel_distance(features, reference) -> float:
    """How far a set of pictures is from an artist's, by their features.

    The squared maximum mean discrepancy with the cubic polynomial kernel, unbiased: two
    halves of one set are as often below 0 as above it. Features are taken in the
    reference's units: its mean off, divided by its deviation, channel by channel.

    Args:
        features: `(count, channels)` of the pictures to judge, at least 2.
        reference: `(count, channels)` of the artist's, at least 2.

    Raises:
        ValueError: For sets of less than two, or of different channels.

    Reference: M. Binkowski et al., "Demystifying MMD GANs", ICLR 2018, section 4.
    """
    x, y = (np.asarray(each, np.float64) for each in (features, reference))
    if (
        x.ndim != 2
        or y.ndim != 2
        or x.shape[1] != y.shape[1]
        or min(*map(len, (x, y))) < 2
    ):
        raise ValueError(
            "Features must be two sets of at least two rows and of the same channels. "
            f"Received: {x.shape} and {y.shape}"
        )
    mean, deviation = y.mean(0), np.maximum(y.std(0), 1e-6)
    x, y = (x - mean) / deviation, (y - mean) / deviation

    def kernel(one, other):
        return (one @ other.T / one.shape[1] + 1) ** 3

    def within(one):
        values, count = kernel(one, one), len(one)
        return (values.sum() - np.trace(values)) / (count * (count - 1))

    return float(within(x) + within(y) - 2 * kernel(x, y).mean())


def cut_windows(pictures, seed: int = 0) -> np.ndarray:
    """Windows that features are taken of: pictures brought to one height first.

    Args:
        pictures: uint8 RGB `(height, width, 3)`, of any sizes.
        seed: Of the windows' places.

    Returns:
        uint8 `(count * WINDOWS, WINDOW, WINDOW, 3)`.
    """
    rng = np.random.default_rng(seed)
    windows = []
    for picture in pictures:
        height, width = picture.shape[:2]
        width = max(WINDOW, round(width * HEIGHT / height))
        picture = images.resize(picture, HEIGHT, width)
        for _ in range(WINDOWS):
            top = rng.integers(0, HEIGHT - WINDOW + 1)
            left = rng.integers(0, width - WINDOW + 1)
            windows.append(picture[top : top + WINDOW, left : left + WINDOW])
    return np.stack(windows)
