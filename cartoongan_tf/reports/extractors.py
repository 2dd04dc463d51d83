"""The networks by whose features a report compares sets of pictures."""

import hashlib

import keras
import numpy as np

from cartoongan_tf.evaluation import resizing
from cartoongan_tf.networks import vgg
from cartoongan_tf.networks.features import VGG16Features
from cartoongan_tf.pictures import images

BATCH = 8
# What VGG16's features are divided by: their mean square on photos is 0.6 then, about
# as of those that the kernel was made for. Smaller ones would compare means alone.
VGG16_SCALE = 40.0


class Extractor:
    """What every extractor is: pictures in, a vector and a map of each out.

    Args:
        name: For people; with the layer and the size, for it decides the numbers.
        size: Pixels a side that pictures are resized to.
        sha256: Of the weights.
        channels: Of a vector.
        run: Float32 levels `(n, size, size, 3)` to maps `(n, h, w, channels)`.
    """

    def __init__(self, name, size, sha256, channels, run):
        self.name, self.size, self.sha256 = name, size, sha256
        self.channels, self._run = channels, run

    def __call__(self, pictures) -> tuple[np.ndarray, np.ndarray]:
        """Vectors `(n, channels)` float64, and maps `(n, h, w, channels)` float32.

        Args:
            pictures: uint8 RGB, of any sizes.
        """
        levels = [resizing.resize_float(p, self.size, self.size) for p in pictures]
        maps = np.concatenate(
            [
                self._run(np.stack(levels[at : at + BATCH]))
                for at in range(0, len(levels), BATCH)
            ]
        )
        return maps.mean(axis=(1, 2), dtype=np.float64), maps

    def describe(self) -> dict:
        """What a report says of it."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "channels": self.channels,
            "input": f"{self.size}x{self.size}, PIL bicubic, float32 a channel, "
            "antialiased, not rounded",
        }


def load(name: str = "vgg16", weights="imagenet") -> Extractor:
    """An extractor by its name.

    Args:
        name: `vgg16`: conv4_3 of the VGG16 in this package; `inception`: the last maps
            of `keras.applications.InceptionV3`, which must be downloaded once.
        weights: `imagenet`, a file for `keras.applications`, or None for random ones.

    Raises:
        ValueError: For another name, or when weights cannot be had.
    """
    if name == "vgg16":
        network = VGG16Features(weights or "random")
        digest = vgg.SHIPPED_SHA256 if weights == "imagenet" else _digest(network)

        def run(levels):
            maps = np.asarray(network(images.to_signed(levels), training=False))
            return np.maximum(maps, 0) / np.float32(VGG16_SCALE)

        return Extractor("VGG16 conv4_3 at 224", 224, digest, 512, run)
    if name != "inception":
        raise ValueError(f"`--extractor` must be vgg16 or inception. Received: {name}")
    try:
        network = keras.applications.InceptionV3(include_top=False, weights=weights)
    except Exception as error:  # urllib's, ssl's, socket's, h5py's
        raise ValueError(
            "InceptionV3's weights must be downloaded once, and cannot be: "
            f"{str(error)[:160]}. Ways out: run once with internet, or "
            "--extractor vgg16"
        ) from error

    def run(levels):
        return np.asarray(network(images.to_signed(levels), training=False))

    # Keras's own weights, not those of 2015 that the FID of papers is made by.
    return Extractor(
        "InceptionV3 (Keras) mixed10 at 299", 299, _digest(network), 2048, run
    )


def agreement(one: np.ndarray, other: np.ndarray) -> float:
    """How far two maps `(h, w, c)` have the same things at the same places: to 1.

    The correlation over all places and channels, each channel's mean taken off first:
    a change of colour or of handling, the same everywhere, costs little.
    """
    a, b = (each - each.mean(axis=(0, 1), keepdims=True) for each in (one, other))
    scale = np.sqrt(np.sum(a * a, dtype=np.float64) * np.sum(b * b, dtype=np.float64))
    return float(np.sum(a * b, dtype=np.float64) / max(scale, 1e-12))


def _digest(network) -> str:
    digest = hashlib.sha256()
    for array in network.get_weights():
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
