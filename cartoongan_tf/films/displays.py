"""How the frames of a film are shown: their turn, their mirror, their pixels' shape."""

import numpy as np


def upright(pixels: np.ndarray, raw) -> np.ndarray:
    """A stored picture as the film's display matrix shows it, one of eight ways.

    Args:
        pixels: `(H, W, C)` as stored.
        raw: The `av.VideoFrame` that it is of.
    """
    matrix = raw.side_data.get("DISPLAYMATRIX")
    if matrix is not None:
        # A stored pixel at x, y is shown at (a x + c y, b x + d y).
        a, b, _, c, d = np.frombuffer(bytes(matrix), "i4")[:5].tolist()
        if abs(b) + abs(c) > abs(a) + abs(d):
            pixels = pixels.swapaxes(0, 1)
            a, d = c, b
        pixels = pixels[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]
    return np.ascontiguousarray(pixels)


class Aspects:
    """The shape of each frame's pixels, width against height, as a film goes on.

    What the file says holds, until the coded picture tells of another shape than it
    began with: recordings and joined files change midway.

    Args:
        stream: The film's `av.VideoStream`, newly opened.
    """

    def __init__(self, stream):
        self._context = stream.codec_context
        self._told = self._first = self._context.sample_aspect_ratio
        self._value = self._of_file = float(stream.sample_aspect_ratio or 1) or 1.0

    def of(self, raw) -> float:
        """The shape for the frame that was decoded last."""
        told = self._context.sample_aspect_ratio
        # The decoder tells some frames too early; a new shape begins at a key frame.
        if told != self._told and raw.key_frame:
            self._told = told
            same = not told or told == self._first
            self._value = self._of_file if same else float(told)
        return self._value
