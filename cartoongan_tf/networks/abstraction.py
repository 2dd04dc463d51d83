"""A photo painted flat, its outlines drawn: what content may be compared with."""

import keras
import numpy as np
from keras import ops

SECTORS, RADIUS = 8, 3  # of the brush, in pixels
SHARPNESS = 6  # how surely the calmest sector wins
CALM = 1e-4  # a deviation, of colours in 0..1, below which sectors are alike
LINE = 0.9  # deviation of the inner Gaussian, in pixels: lines 2 to 3 pixels wide
GAIN = 32.0  # of a difference of Gaussians
LENGTH = 9  # pixels along which a line must hold: dots are none
FAINT, FULL = 0.2, 0.65  # held along its length: no line below, all of it above


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class Abstraction(keras.layers.Layer):
    """Paints a photo in flat strokes, and draws dark lines along what is left.

    Nothing is learnt: a Kuwahara filter of soft sectors (each pixel takes the colours
    of the calmest sectors around it), then a difference of Gaussians, of which only
    what holds along a stroke's length stays.

    Args:
        lines: How much of its light a picture loses along an outline, 0..1.

    Takes and gives `(batch, height, width, 3)`, RGB, -1..1, float32, sides from 16.

    Reference: G. Papari et al., "Artistic edge and corner enhancing smoothing", 2007;
    H. Winnemoeller et al., "Real-Time Video Abstraction", 2006; H. Kang et al.,
    "Coherent line drawing", 2007, for lines that hold along their direction.
    """

    def __init__(self, lines=0.8, name=None, **kwargs):
        kwargs |= {"trainable": False, "dtype": "float32"}
        super().__init__(name=name, **kwargs)
        if not 0 <= lines <= 1:
            raise ValueError(f"`lines` must be within 0 and 1. Received: lines={lines}")
        self.lines = lines

    def call(self, photo):
        flat = _paint((ops.cast(photo, "float32") + 1) / 2)
        return 2 * flat * (1 - self.lines * _draw(flat)) - 1

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "lines": self.lines}


def _paint(x):
    """Means of the sectors around each pixel, the calm ones weighing most."""
    shape = ops.shape(x)
    split = (*shape[:-1], shape[-1], SECTORS)
    kernels = _sectors()
    mean = ops.reshape(_filter(x, kernels), split)
    square = ops.reshape(_filter(x * x, kernels), split)
    variance = ops.maximum(square - mean * mean, 0.0)
    deviation = ops.sqrt(ops.sum(variance, axis=-2, keepdims=True))
    weight = (CALM / (CALM + deviation)) ** SHARPNESS
    weight /= ops.maximum(ops.max(weight, axis=-1, keepdims=True), 1e-30)
    return ops.sum(weight * mean, axis=-1) / ops.sum(weight, axis=-1)


def _draw(flat):
    """How much of a line each pixel is, `(batch, height, width, 1)`, 0..1."""
    grey = ops.mean(flat, axis=-1, keepdims=True)
    inner, outer = (_filter(grey, _gaussian(LINE * k)) for k in (1.0, 1.6))
    line = ops.tanh(ops.maximum(GAIN * (outer - inner), 0.0))
    held = ops.max(_filter(line, _strokes()), axis=-1, keepdims=True)
    held = ops.clip((held - FAINT) / (FULL - FAINT), 0.0, 1.0)
    return held * held * (3 - 2 * held)


def _sectors():
    """Kernels `(side, side, SECTORS)`, soft pieces of a round brush."""
    y, x = np.mgrid[-RADIUS : RADIUS + 1, -RADIUS : RADIUS + 1]
    far, angle = np.hypot(x, y), np.arctan2(y, x)
    round_brush = np.exp(-0.5 * (far / (0.5 * RADIUS)) ** 2) * (far <= RADIUS + 0.5)
    kernels = []
    for k in range(SECTORS):
        turn = (angle - 2 * np.pi * k / SECTORS + np.pi) % (2 * np.pi) - np.pi
        kernel = round_brush * np.exp(-0.5 * (turn * SECTORS / np.pi) ** 2)
        kernel[RADIUS, RADIUS] = 0.5  # the pixel itself is in every one
        kernels.append(kernel / kernel.sum())
    return np.stack(kernels, -1)


def _strokes():
    """Kernels `(LENGTH, LENGTH, 8)`: short strokes in eight directions."""
    half = LENGTH // 2
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    kernels = []
    for turn in np.pi * np.arange(8) / 8:
        across = x * np.sin(turn) - y * np.cos(turn)
        along = x * np.cos(turn) + y * np.sin(turn)
        kernel = np.exp(-0.5 * (across / 0.6) ** 2 - 0.5 * (along / (0.6 * half)) ** 2)
        kernels.append(kernel / kernel.sum())
    return np.stack(kernels, -1)


def _gaussian(deviation):
    reach = round(3 * deviation)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    kernel = np.outer(taps, taps)
    return (kernel / kernel.sum())[..., None]


def _filter(x, kernels):
    """Every channel through every kernel, mirrored at the border, channels first."""
    margin = (kernels.shape[0] // 2,) * 2
    x = ops.pad(x, ((0, 0), margin, margin, (0, 0)), mode="reflect")
    kernels = np.repeat(kernels[:, :, None], x.shape[-1], axis=2).astype(np.float32)
    return ops.depthwise_conv(x, kernels)
