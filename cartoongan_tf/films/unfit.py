"""What makes a picture unfit to learn a style from."""

import numpy as np

from cartoongan_tf.films.lettering import Line, find_lines
from cartoongan_tf.pictures import images

cv2 = images.opencv()

# Every reason for which a picture is left out, in the words of the report.
REASONS = {
    "damaged": "cannot be read",
    "small": "its short side has fewer than 64 pixels",
    "blank": "one colour, or too dark to see anything",
    "faded": "within a fade or a dissolve",
    "blurred": "nothing in it is sharp",
    "credits": "titles or credits",
    "subtitled": "subtitles in the picture",
    "lettered": "balloons or text in it, and no large window beside them",
    "gutter": "drawn on the page without a frame, or torn: no large window of it",
    "duplicate": "nearly the same as one that was kept",
}

SMALLEST = 64  # pixels of a short side: a quarter of what training takes
SIDE = 256  # sharpness is measured at the size of the training pictures

DARK = 45  # levels: a picture in which not one in 100 pixels is lighter
FLAT = 6.0  # levels of standard deviation
ONE_COLOR = 0.985  # of the pixels

STEP = 24  # levels between the two sides of what counts as an edge
REACH = 4  # pixels to either side of an edge in which its levels are reached
SHARP = 0.38  # of an edge in one pixel; a Gaussian of 1 pixel has 0.44, of 1.5 0.33

BEST = 92  # percentile: a sharp face before a soft ground is no blurred picture

PLAIN = 0.75  # of the pixels: the ground of credits


def judge(pixels: np.ndarray, rules=tuple(REASONS)) -> str | None:
    """The first reason for which a uint8 RGB picture is unfit by itself, or None.

    Args:
        pixels: `(H, W, 3)`.
        rules: Those of `REASONS` that count.
    """
    if "small" in rules and min(pixels.shape[:2]) < SMALLEST:
        return "small"
    small = shrink_to(pixels, SIDE)
    gray = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    # Titles before blank: a word on black is nearly all of one colour.
    if "credits" in rules or "subtitled" in rules:
        kind = kind_of_text(find_lines(pixels), plainness(small))
        if kind in rules:
            return kind
    if "blank" in rules and is_blank(gray):
        return "blank"
    if "blurred" in rules and sharpness(gray) < SHARP:
        return "blurred"
    return None


def shrink_to(pixels: np.ndarray, short_side: int) -> np.ndarray:
    """Shrinks a uint8 picture to a short side, quickly; smaller ones stay."""
    height, width = pixels.shape[:2]
    share = short_side / min(height, width)
    if share >= 1:
        return pixels
    size = (max(1, round(width * share)), max(1, round(height * share)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def is_blank(gray: np.ndarray) -> bool:
    """Whether a uint8 `(H, W)` picture is of one level, or too dark."""
    if np.percentile(gray, 99) < DARK or gray.std() < FLAT:
        return True
    return plainness(gray) >= ONE_COLOR


def plainness(pixels: np.ndarray) -> float:
    """The share of pixels that are within some levels of the most frequent colour."""
    coarse = (pixels.reshape(pixels.shape[0] * pixels.shape[1], -1) + np.uint8(6)) >> 4
    codes = np.zeros(len(coarse), np.int32)
    for channel in coarse.T:
        codes = codes * 16 + channel
    return float(np.bincount(codes).max() / len(codes))


def sharpness(gray: np.ndarray) -> float:
    """How sharp the sharpest edges of a picture are: 1 a step, 0.4 and less a blur.

    Of every pixel on an edge: the difference to the next pixel against the levels that
    the edge joins, within some pixels around. What counts is neither contrast nor how
    many edges there are, so flat drawings are not taken for blurred ones. A camera in
    motion blurs edges across its way only: the less sharp direction decides.

    Args:
        gray: uint8 `(H, W)`, at the size at which sharpness matters.

    Returns:
        1.0 for a picture without an edge: there is nothing to be blurred.
    """
    gray = gray.astype(np.float32)
    found = []
    for axis in (0, 1):
        side = gray if axis else gray.T
        steps = np.abs(np.diff(side, axis=1))
        line = np.ones((1, 2 * REACH), np.uint8)
        around = cv2.dilate(side, line) - cv2.erode(side, line)
        height = around[:, :-1]
        # The middle of an edge: the steepest step within its reach.
        steepest = steps >= cv2.dilate(steps, np.ones((1, 2 * REACH - 1), np.uint8))
        edges = steepest & (height >= STEP)
        # Few edges tell nothing of this direction.
        if edges.sum() >= 0.002 * edges.size:
            found.append(float(np.percentile(steps[edges] / height[edges], BEST)))
    return min(found, default=1.0)


def kind_of_text(lines: list[Line], plain: float) -> str | None:
    """What lines of text make of a picture: `credits`, `subtitled`, or nothing.

    Args:
        lines: Of the picture, by `lettering.find_lines`.
        plain: Share of its most frequent colour.
    """
    letters = sum(line.letters for line in lines)
    if plain >= PLAIN and letters >= 4:
        return "credits"
    # Letters that are all of one light level, with a dark outline or ground.
    clear = [line for line in lines if line.fill >= 160 and line.ground <= 45]
    foot = [line for line in lines if line.top > 0.66]
    head = [line for line in lines if line.bottom < 0.25]
    for part, least in ((foot, 3), (head, 5)):
        if _is_subtitle(part, clear) and max(line.letters for line in part) >= least:
            others = [line for line in clear if line not in part]
            return "credits" if sum(o.letters for o in others) >= 8 else "subtitled"
    letters = [line.letters for line in clear]
    if sum(letters) >= 8 and max(letters) >= 6:
        return "credits"  # over a picture, or a title in its middle
    return None


def _is_subtitle(part: list[Line], clear: list[Line]) -> bool:
    if not part:
        return False
    longest = max(part, key=lambda line: line.letters)
    off = abs((longest.left + longest.right) / 2 - 0.5)
    return (
        sum(line.letters for line in part) >= 12
        or sum(line.letters for line in part if line in clear) >= 5
        or (off < 0.05 and longest.letters >= 6)
        or (off < 0.025 and longest in clear)
    )
