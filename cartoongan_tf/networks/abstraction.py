"""A photo painted flat, its outlines darkened: what content may be compared with."""

import keras
import numpy as np
from keras import ops

RADIUS, EDGE = 3, 0.005  # of the guided filter; its epsilon, for colours in 0..1
LINE = 1.4  # deviation of the inner Gaussian, in pixels: lines 2 to 3 pixels wide
GAIN = 32.0  # a difference of 1/32 is a line as dark as lines get
TAU = 0.98  # below 1, so that flat areas are none


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class Abstraction(keras.layers.Layer):
    """Takes a photo's texture away, keeps its edges, and darkens along its outlines.

    Nothing is learnt: a guided filter, by itself, then a difference of Gaussians.

    Args:
        lines: How much of its light a picture loses along an outline, 0..1.

    Takes and gives `(batch, height, width, 3)`, RGB, -1..1, float32, sides from 16.

    Reference: K. He et al., "Guided Image Filtering", 2010; H. Winnemoeller et al.,
    "Real-Time Video Abstraction", 2006, for flat colour with dark lines.
    """

    def __init__(self, lines=0.3, name=None, **kwargs):
        kwargs |= {"trainable": False, "dtype": "float32"}
        super().__init__(name=name, **kwargs)
        if not 0 <= lines <= 1:
            raise ValueError(f"`lines` must be within 0 and 1. Received: lines={lines}")
        self.lines = lines

    def call(self, photo):
        x = (ops.cast(photo, "float32") + 1) / 2
        flat = self._flatten(x)
        grey = ops.mean(flat, axis=-1, keepdims=True)
        inner, outer = _blur(grey, LINE), _blur(grey, 1.6 * LINE)
        line = ops.clip(GAIN * (TAU * outer - inner), 0.0, 1.0)
        return 2 * flat * (1 - self.lines * line) - 1

    def _flatten(self, x):
        mean = _box(x)
        variance = ops.mean(_box(x * x) - mean * mean, axis=-1, keepdims=True)
        keep = variance / (variance + EDGE)
        return _box(keep) * x + _box((1 - keep) * mean)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "lines": self.lines}


def _box(x):
    side = np.full(2 * RADIUS + 1, 1 / (2 * RADIUS + 1), np.float32)
    return _filter(x, side)


def _blur(x, deviation):
    reach = round(3 * deviation)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    return _filter(x, (taps / taps.sum()).astype(np.float32))


def _filter(x, taps):
    """Each channel by itself, along both sides, mirrored at the border."""
    margin = (len(taps) // 2,) * 2
    x = ops.pad(x, ((0, 0), margin, margin, (0, 0)), mode="reflect")
    kernel = np.tile(taps[:, None, None, None], (1, 1, x.shape[-1], 1))
    x = ops.depthwise_conv(x, kernel)
    return ops.depthwise_conv(x, kernel.transpose(1, 0, 2, 3))
