"""The cartoons' palette, as a map from the photos' colours to theirs."""

import keras
import numpy as np
from keras import ops

from cartoongan_tf.pictures import images

PICTURES, PIXELS = 300, 2000  # of each kind, and of each picture, that are looked at
LEAST_VARIANCE = 1e-6  # of colours in -1..1: sets of one grey have a map too


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class Palette(keras.layers.Layer):
    """Gives a photo the colours of the cartoons, as a whole, and changes nothing else.

    The one linear map that takes the mean and covariance of all photos' colours to
    those of all cartoons' while it moves colours as little as possible. It needs no
    pairs. Until `adapt`, it changes nothing.

    Takes and gives `(batch, height, width, 3)` RGB in -1..1, float32.

    Reference: the linear Monge-Kantorovitch map of F. Pitie and A. Kokaram, "The linear
    Monge-Kantorovitch linear colour mapping for example-based colour transfer", 2007.
    """

    def __init__(self, name=None, **kwargs):
        kwargs |= {"trainable": False, "dtype": "float32"}
        super().__init__(name=name, **kwargs)
        self.matrix = self.add_weight(shape=(3, 3), name="matrix", initializer=identity)
        self.bias = self.add_weight(shape=(3,), name="bias", initializer="zeros")

    def adapt(self, photos, cartoons) -> None:
        """Learns the map from two sequences of uint8 RGB pictures of any sizes."""
        self.fit(measure(photos), measure(cartoons))

    def fit(self, photos, cartoons) -> None:
        """Learns the map from what `measure` found of both."""
        (photo_mean, photo_spread), (cartoon_mean, cartoon_spread) = photos, cartoons
        root = _root(photo_spread)
        inverse = np.linalg.inv(root)
        matrix = inverse @ _root(root @ cartoon_spread @ root) @ inverse
        self.matrix.assign(matrix)
        self.bias.assign(cartoon_mean - photo_mean @ matrix)

    def call(self, photo):
        mapped = ops.matmul(ops.cast(photo, "float32"), self.matrix) + self.bias
        return ops.clip(mapped, -1.0, 1.0)


def identity(shape, dtype=None):
    """An initializer: the unit matrix."""
    return ops.eye(shape[0], shape[1], dtype=dtype)


def measure(pictures) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the colours, in -1..1, of pictures spread over all."""
    count = min(PICTURES, len(pictures))
    colors = []
    for at in np.linspace(0, len(pictures) - 1, count).astype(int):
        flat = np.reshape(pictures[int(at)], (-1, 3))
        colors.append(flat[:: max(1, len(flat) // PIXELS)])
    colors = images.to_signed(np.concatenate(colors)).astype(np.float64)
    spread = np.cov(colors.T, ddof=min(1, len(colors) - 1))  # one pixel has none
    return colors.mean(0), spread + LEAST_VARIANCE * np.eye(3)


def _root(matrix: np.ndarray) -> np.ndarray:
    """The symmetric root of a symmetric positive matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
