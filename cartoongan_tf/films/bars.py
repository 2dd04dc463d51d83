"""Black bars around a film's picture, found over the whole film."""

import numpy as np

from cartoongan_tf.films.frames import WHOLE, Box

BLACK = 28  # of 255: black with the noise of a codec
BRIGHT = 60  # a frame whose lightest parts are darker tells nothing of bars
MOSTLY = 0.97  # of the frames: a studio's logo may fill the screen
CLEAR = 0.5  # of the frames in which a bar holds nothing at all: subtitles lie in some
LEAST = 0.4  # of a side must stay, else it was not bars
SOFT = 0.002  # of a side: a codec blurs the border between bar and picture


class Bars:
    """Looks for bars, picture by picture.

    A bar's rows (or columns) are for the most part black in 97% of the frames, and
    black from end to end in half of them. So neither a dark scene makes a bar, nor do
    subtitles in a bar hide it.
    """

    def __init__(self):
        self._sides = {0: [], 1: []}

    def add(self, luma: np.ndarray) -> None:
        """Looks at a frame's brightness, uint8 `(H, W)`, of the size of all others."""
        if np.percentile(luma[::4, ::4], 99) < BRIGHT:
            return
        for axis, found in self._sides.items():
            lines = luma if axis == 0 else luma.T
            # Of 200 pixels along a line: exact percentiles would cost the most here.
            step = max(1, lines.shape[1] // 200)
            middle, most = np.percentile(lines[:, ::step], (50, 98), axis=1)
            found.append((middle <= BLACK, most <= BLACK))

    def box(self) -> Box:
        """The part of the frame that is not bars."""
        sides = self._sides
        if len(sides[0]) < 3:
            return WHOLE
        (top, bottom), (left, right) = (_ends(np.array(sides[axis])) for axis in (0, 1))
        if bottom - top < LEAST or right - left < LEAST:
            return WHOLE
        return Box(left, top, right, bottom)


def find_bars(pictures) -> Box:
    """The part of the frame that is not black bars.

    Args:
        pictures: uint8 `(H, W)` brightness of frames from all over the film, all of
            one size; a generator will do.
    """
    bars = Bars()
    for luma in pictures:
        bars.add(luma)
    return bars.box()


def find_bars_by_form(frames) -> dict[tuple, Box]:
    """The part that is not black bars, of the frames of each `Frame.form` in a film."""
    found = {}
    for frame in frames:
        found.setdefault(frame.form, Bars()).add(frame.luma())
    return {form: bars.box() for form, bars in found.items()}


def _ends(dark: np.ndarray) -> tuple[float, float]:
    """Where the picture begins and ends along a side; `dark` is (frames, 2, side)."""
    shares = dark.mean(axis=0)
    bar = (shares[0] >= MOSTLY) & (shares[1] >= CLEAR)
    length = len(bar)
    if bar.all():
        return 0.0, 1.0
    begin, end = int(np.argmin(bar)), length - int(np.argmin(bar[::-1]))
    soft = 1 + round(SOFT * length)
    begin = begin + soft if begin else 0
    end = end - soft if end < length else length
    return begin / length, end / length
