"""Lines of text in a picture: subtitles, titles and credits.

Letters are found as strokes: small parts, all of one colour and size, that stand out
sharply from what is beside them and stand in a row. No network, no language.
"""

from dataclasses import dataclass

import numpy as np

from cartoongan_tf.pictures import images

cv2 = images.opencv()

SIDE = 360  # text is looked for in a picture shrunk to this short side
EDGE = 70  # levels by which a pixel of a stroke stands out
# Levels between a letter and what lies around it. Text to be read is white on black, or
# has a dark outline: 130 and more. Rows of things in photos have 75 to 115.
CONTRAST = 125
SMALLEST, TALLEST = 0.014, 0.11  # height of a letter, in heights of the picture
FEWEST = 3  # letters in a line
ON_LINE = 0.55  # of them stand on one line, or hang from one
HIGHEST = 0.13  # a line, in heights of the picture
FULLEST = 0.78  # share of its box that a letter fills; windows fill all of theirs


@dataclass(frozen=True)
class Line:
    """A row of strokes that may be text; shares 0..1 of the picture's sides."""

    left: float
    top: float
    right: float
    bottom: float
    letters: int
    fill: float  # level of the letters, 0..255
    spread: float  # how far their levels differ
    ground: float  # level around them
    on_line: float  # share that stands on one line
    cover: float  # how much of its box a letter fills
    uneven: float  # how far widths differ, in heights


def find_lines(pixels: np.ndarray) -> list[Line]:
    """The rows of letter-like strokes in a uint8 RGB picture, top to bottom."""
    height, width = pixels.shape[:2]
    shrink = SIDE / min(height, width)
    way = cv2.INTER_AREA if shrink < 1 else cv2.INTER_CUBIC
    size = (max(8, round(width * shrink)), max(8, round(height * shrink)))
    gray = cv2.cvtColor(cv2.resize(pixels, size, interpolation=way), cv2.COLOR_RGB2GRAY)
    found = _light_lines(gray, 0)  # light letters
    found += _light_lines(255 - gray, 255)  # dark letters
    # Light letters have dark gaps and outlines between them, which stand in a line too.
    kept: list[Line] = []
    for line in sorted(found, key=lambda x: -x.letters * (1 + (x.fill > x.ground))):
        if not any(_overlap(line, other) for other in kept):
            kept.append(line)
    return sorted(kept, key=lambda line: line.top)


def _overlap(line: Line, other: Line) -> bool:
    """Whether most of a line lies in another."""
    wide = min(line.right, other.right) - max(line.left, other.left)
    high = min(line.bottom, other.bottom) - max(line.top, other.top)
    area = (line.right - line.left) * (line.bottom - line.top)
    return wide > 0 and high > 0 and wide * high > 0.5 * area


def _light_lines(gray: np.ndarray, flip: int) -> list[Line]:
    height, width = gray.shape
    # A stroke is at most as wide as a third of its letter is high.
    brush = 2 * round(0.35 * TALLEST * height / 2) + 1
    box = cv2.getStructuringElement(cv2.MORPH_RECT, (brush, brush))
    hat = cv2.morphologyEx(gray, cv2.MORPH_TOPHAT, box)
    strokes = (hat >= EDGE).astype(np.uint8)
    count, labels, parts, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    x, y, w, h, area = parts.T
    fits = (
        (h >= SMALLEST * height)
        & (h <= TALLEST * height)
        & (w <= 4 * h)
        & (area >= 0.1 * w * h)
        & (area >= 6)
    )
    fits[0] = False  # the ground
    # The level of a letter is that of its lightest strokes; of its ground, that of
    # the opening, which has the strokes taken away.
    flat = labels.ravel()
    inner = (hat >= 0.5 * cv2.dilate(hat, np.ones((3, 3), np.uint8))).ravel()
    inner &= flat > 0
    number = np.maximum(1, np.bincount(flat[inner], minlength=count))
    fill = np.bincount(flat[inner], gray.ravel()[inner], count) / number
    ground = np.bincount(flat[inner], (gray - hat).ravel()[inner], count) / number
    cover = area / (w * h)
    fits &= fill - ground >= CONTRAST
    if fits.sum() < FEWEST:
        return []
    letters = np.stack([x, y, w, h, fill, ground, cover], 1)[fits].astype(np.float64)
    lines = []
    for chain in _chains(letters):
        x, y, w, h, fill, ground, cover = letters[chain].T
        tall = np.percentile(h, 75)
        on_line = max(
            np.mean(np.abs(edge - np.median(edge)) <= max(1.5, 0.12 * tall))
            for edge in (y + h, y)
        )
        low, high = np.percentile(y, 10), np.percentile(y + h, 90)
        touches = y.min() <= 1 or (y + h).max() >= height - 1  # no text does
        full = np.median(cover) > FULLEST
        if on_line < ON_LINE or high - low > HIGHEST * height or touches or full:
            continue
        lines.append(
            Line(
                float(x.min() / width),
                float(low / height),
                float((x + w).max() / width),
                float(high / height),
                len(chain),
                float(abs(flip - np.median(fill))),
                float(fill.std()),
                float(abs(flip - np.median(ground))),
                float(on_line),
                float(np.median(cover)),
                float(np.std(w / tall)),
            )
        )
    return lines


def _chains(letters: np.ndarray) -> list[list[int]]:
    """Groups letters by linking each to the nearest on either side that is like it."""
    x, y, w, h, fill, _, _ = letters.T
    tall = np.maximum(h[:, None], h)
    gap = x - (x + w)[:, None]  # [a, b]: from a's right end to b's left
    like = (
        (gap >= -0.5 * tall)
        & (gap <= 2 * tall)
        & (x > x[:, None])
        & (np.minimum(h[:, None], h) >= 0.4 * tall)
        & (np.abs(y + h / 2 - (y + h / 2)[:, None]) <= 0.4 * tall)
        & (np.abs(fill - fill[:, None]) <= 45)
    )
    away = np.where(like, np.abs(gap) + 0.5 * np.abs(h - h[:, None]), np.inf)
    group = list(range(len(letters)))

    def root(at):
        while group[at] != at:
            at = group[at]
        return at

    for one, other in enumerate(away.argmin(1)):
        if like[one, other]:
            group[root(one)] = root(other)
    for other, one in enumerate(away.argmin(0)):
        if like[one, other]:
            group[root(one)] = root(other)
    chains: dict[int, list[int]] = {}
    for at in range(len(letters)):
        chains.setdefault(root(at), []).append(at)
    return [chain for chain in chains.values() if len(chain) >= FEWEST]
