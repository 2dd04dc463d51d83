"""Activation smoothing: a generator rescaled inside so that int8 fits it better.

Dynamic int8 gives a whole feature map one scale, and a few loud channels take the
levels from all the others. Between a layer that scales its channels freely (a norm's
gamma and beta, a convolution's output) and the convolutions that read it, a channel can
be divided on one side and multiplied on the other: the function stays, the ranges even
out.
"""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.networks.layers import InstanceNormalization

# How much of the loudness moves into the weights: 0.5 halves it between both, 1 all.
EXPONENTS = (0.5, 0.6, 0.7, 0.8, 0.9)
TRIED_ON = 2  # photos; the loudness of channels is taken from all
LARGEST = 1e3  # of a factor: a channel that is silent in every photo may wake up


@dataclass(frozen=True)
class Edge:
    """Layers that write one set of channels, and the convolutions that read it."""

    producers: tuple[str, ...]
    consumers: tuple[str, ...]

    @property
    def name(self) -> str:
        """That of the first layer that writes."""
        return self.producers[0]


def find_edges(generator: keras.Model) -> list[Edge]:
    """Where channels can be rescaled; none in networks other than `Generator`."""
    if not isinstance(generator, Generator):
        return []
    count = generator.num_blocks
    blocks = [f"{block:02d}" for block in range(4, 4 + count)]
    stream = ("in03_1", *(f"in{block}_2" for block in blocks))
    readers = (*(f"conv{block}_1" for block in blocks), "deconv01_1")
    pairs = [
        ("in01_1", "conv02_1"),
        ("conv02_1", "conv02_2"),
        ("in02_1", "conv03_1"),
        ("conv03_1", "conv03_2"),
        *((f"in{block}_1", f"conv{block}_2") for block in blocks),
        ("deconv01_1", "deconv01_2"),
        (f"in{4 + count:02d}_1", "deconv02_1"),
        ("deconv02_1", "deconv02_2"),
        (f"in{5 + count:02d}_1", "deconv03_1"),
    ]
    # The residual stream is one set of channels, written and read by every block.
    return [Edge(stream, readers), *(Edge((one,), (two,)) for one, two in pairs)]


def smooth(
    generator: keras.Model, photos: list[np.ndarray], strips=1
) -> dict[str, float | None]:
    """Rescales a generator in place; its pictures stay what they were.

    For each edge the exponent is taken that brings the simulated int8 convolutions
    nearest to the float ones on these photos.

    Args:
        generator: Changed in place where it is a `Generator`; else left alone.
        photos: float32 RGB -1..1 `(height, width, 3)`.
        strips: Into how many the convolutions will be cut; each has a scale of its own.

    Returns:
        The exponent of each edge, by its name; None where nothing helps.

    Reference: Xiao et al., SmoothQuant, 2023, https://arxiv.org/abs/2211.10438
    """
    edges = find_edges(generator)
    if not edges:
        return {}
    readers = sorted({name for edge in edges for name in edge.consumers})
    taps = [generator.get_layer(name).input for name in readers]
    watch = keras.Model(generator.input, taps)
    seen, peaks = [], []
    for photo in photos:
        maps = dict(zip(readers, watch(photo[None], training=False), strict=True))
        peaks.append({name: _peaks(x) for name, x in maps.items()})
        if len(seen) < TRIED_ON:  # a photo's maps are many: 165 MB at 256 pixels
            seen.append(maps)
    chosen = {}
    for edge in edges:
        loud = np.max([peak[n] for peak in peaks for n in edge.consumers], axis=0)
        chosen[edge.name], factors = _choose(generator, edge, loud, seen, strips)
        _rescale(generator, edge, factors)
    return chosen


def _peaks(x) -> np.ndarray:
    """The largest magnitude of each channel."""
    return tf.reduce_max(tf.abs(x), axis=(0, 1, 2)).numpy()


def _choose(generator, edge: Edge, loud: np.ndarray, seen: list[dict], strips: int):
    """The exponent and the factors with the least simulated error."""
    layers = [generator.get_layer(name) for name in edge.consumers]
    weight = np.max(
        [np.abs(layer.kernel.numpy()).max(_all_but_input(layer)) for layer in layers],
        axis=0,
    )
    candidates = [(None, np.ones_like(loud))]
    usable = (loud > 0) & (weight > 0)
    for exponent in EXPONENTS:
        factors = np.ones_like(loud)
        factors[usable] = loud[usable] ** exponent / weight[usable] ** (1 - exponent)
        factors[usable] /= np.exp(np.log(factors[usable]).mean()) if usable.any() else 1
        factors = factors.clip(1 / LARGEST, LARGEST).astype(np.float32)
        candidates.append((exponent, factors))
    errors = np.zeros(len(candidates))
    for maps in seen:
        for layer in layers:
            x, kernel = maps[layer.name], layer.kernel.numpy()
            truth = _convolve(layer, x, kernel)
            energy = float(tf.reduce_sum(truth**2)) or 1.0
            for number, (_, factors) in enumerate(candidates):
                made = _convolve_int8(layer, x, kernel, factors, strips)
                error = float(tf.reduce_sum((made - truth) ** 2))
                errors[number] += error / energy
    return candidates[int(np.argmin(errors))]


def _convolve_int8(layer, x, kernel, factors: np.ndarray, strips: int):
    """What an int8 convolution makes of rescaled channels."""
    shape = [1] * 4
    shape[_input_axis(layer)] = -1
    scaled = kernel * factors.reshape(shape)
    step = np.abs(scaled).max(_all_but_output(layer), keepdims=True) / 127
    step[step == 0] = 1
    coarse = np.rint(scaled / step) * step
    return _convolve(layer, _quantize(x / factors, strips), coarse)


def _quantize(x, strips: int):
    """To 256 levels between a strip's least and most, as LiteRT does in a run."""
    rows = x.shape[1]
    strip = np.arange(rows) * strips // rows
    low = tf.math.segment_min(tf.reduce_min(x, axis=(0, 2, 3)), strip)
    high = tf.math.segment_max(tf.reduce_max(x, axis=(0, 2, 3)), strip)
    low, high = tf.minimum(low, 0.0), tf.maximum(high, 0.0)
    step = tf.where(high > low, (high - low) / 255, 1.0)
    step, low = (tf.gather(t, strip)[:, None, None] for t in (step, low))
    zero = tf.round(low / step)
    return (tf.clip_by_value(tf.round(x / step), zero, zero + 255)) * step


def _convolve(layer, x, kernel):
    if isinstance(layer, keras.layers.Conv2DTranspose):
        height, width = (2 * side + 1 for side in x.shape[1:3])
        shape = (1, height, width, kernel.shape[2])
        return tf.nn.conv2d_transpose(x, kernel, shape, layer.strides, "VALID")
    return tf.nn.conv2d(x, kernel, layer.strides, layer.padding.upper())


def _input_axis(layer) -> int:
    return 3 if isinstance(layer, keras.layers.Conv2DTranspose) else 2


def _all_but_input(layer) -> tuple:
    return tuple(axis for axis in range(4) if axis != _input_axis(layer))


def _all_but_output(layer) -> tuple:
    return tuple(axis for axis in range(4) if axis != 5 - _input_axis(layer))


def _rescale(generator, edge: Edge, factors: np.ndarray) -> None:
    for name in edge.producers:
        layer = generator.get_layer(name)
        if isinstance(layer, InstanceNormalization):
            layer.gamma.assign(layer.gamma / factors)
            layer.beta.assign(layer.beta / factors)
            continue
        shape = [1] * 4
        shape[5 - _input_axis(layer)] = -1
        layer.kernel.assign(layer.kernel / factors.reshape(shape))
        layer.bias.assign(layer.bias / factors)
    for name in edge.consumers:
        layer = generator.get_layer(name)
        shape = [1] * 4
        shape[_input_axis(layer)] = -1
        layer.kernel.assign(layer.kernel * factors.reshape(shape))
