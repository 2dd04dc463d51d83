"""The colours of a set of pictures, and how far they are from another set's."""

import numpy as np

from cartoongan_tf.pictures import colors

PIXELS = 500  # of each picture
DIRECTIONS = 48
QUANTILES = np.linspace(0.005, 0.995, 100)


def sample(picture: np.ndarray, seed: int = 0) -> np.ndarray:
    """Colours of random pixels of a uint8 picture: `(500, 3)` in CIE Lab."""
    rng = np.random.default_rng(seed)
    pixels = picture.reshape(-1, 3)
    chosen = pixels[rng.integers(0, len(pixels), PIXELS)]
    return colors.to_lab(chosen[None])[0]


def palette_distance(samples, reference, seed: int = 0) -> float:
    """How far the colours of a set are from those of another, in Lab units.

    The sliced Wasserstein distance, scaled so that a set all of whose colours are
    moved by one vector is as far as the vector is long. 2 is about what the eye tells
    apart; where the colours stand in the pictures does not matter.

    Args:
        samples: What `sample` gave of each picture to judge.
        reference: And of each of the cartoons.
        seed: Of the directions.

    Raises:
        ValueError: When one of the sets is empty.
    """
    if not len(samples) or not len(reference):
        raise ValueError(
            "There must be colours on both sides. "
            f"Received: {len(samples)} and {len(reference)} pictures"
        )
    ours, theirs = np.concatenate(samples), np.concatenate(reference)
    directions = np.random.default_rng(seed).normal(size=(3, DIRECTIONS))
    directions /= np.linalg.norm(directions, axis=0)
    quantiles = [
        np.quantile(each @ directions, QUANTILES, axis=0) for each in (ours, theirs)
    ]
    # Of a vector, the mean length along all directions in space is half of its own.
    return float(2 * np.abs(np.subtract(*quantiles)).mean())


class Transfer:
    """The linear map that gives photos the mean and spread of the cartoons' colours.

    What a palette alone does, and no drawing: a mark that a style should pass.

    Args:
        photos: uint8 pixels `(n, 3)` of the photos.
        cartoons: uint8 pixels `(m, 3)` of the cartoons.

    Reference: F. Pitie and A. Kokaram, "The linear Monge-Kantorovitch linear colour
    mapping for example-based colour transfer", 2007.
    """

    def __init__(self, photos, cartoons):
        photos, cartoons = (np.asarray(p, np.float64) for p in (photos, cartoons))
        self.own, self.wanted = photos.mean(0), cartoons.mean(0)
        a, b = (np.cov(p, rowvar=False) + 1e-3 * np.eye(3) for p in (photos, cartoons))
        root = _power(a, 0.5)
        back = _power(a, -0.5)
        self.matrix = back @ _power(root @ b @ root, 0.5) @ back

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        levels = (picture - self.own) @ self.matrix.T + self.wanted
        return np.rint(levels).clip(0, 255).astype(np.uint8)


def _power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, 1e-9) ** exponent) @ vectors.T
