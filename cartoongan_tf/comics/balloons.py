"""Speech balloons and captions of a comic page: what was lettered over the drawing."""

import numpy as np

from cartoongan_tf.comics.ground import Ground
from cartoongan_tf.comics.shapes import fill_holes, grow, hull, parts
from cartoongan_tf.films.lettering import SIDE, find_lines
from cartoongan_tf.pictures import images

cv2 = images.opencv()

SMALLEST = 0.03  # of the page's width: the short side of a balloon
LONGEST = 0.06  # of the width: its long side, at least
WHOLE = 0.5  # of a balloon that is plain; the rest is text
ROUND = 0.6  # of its hull that a balloon fills
LETTERS = 5  # in a line of text, at least
WORDS = 16  # letters of lines that belong together: teeth in a row may look like 10


def find_balloons(ground: Ground, frame: tuple, shape: np.ndarray) -> np.ndarray:
    """Smooth areas in a panel, white or of the ground's colour, text in them or not.

    Args:
        ground: The page's.
        frame: Slices of the rows and columns that the panel lies in.
        shape: bool `(H, W)`: where in its frame the panel is.

    Returns:
        bool `(H, W)`.
    """
    found = np.zeros(shape.shape, bool)
    for layer in (ground.layer, ground.white):
        for box, part in parts(layer.alike[frame] & shape):
            around = _balloon(part, ground.mask.shape[1])
            if around is None:
                continue
            (rows, columns), (down, right) = box, frame
            on_page = (
                slice(down.start + rows.start, down.start + rows.stop),
                slice(right.start + columns.start, right.start + columns.stop),
            )
            # Light and snow fade into what is around them, a balloon ends.
            if not layer.fades_around(on_page, fill_holes(part), ground.mask):
                found[box] |= around
    return grow(found, 4)


def _balloon(part: np.ndarray, width: int) -> np.ndarray | None:
    """The hull of a plain area that has a balloon's form, else None."""
    if min(part.shape) < SMALLEST * width or max(part.shape) < LONGEST * width:
        return None
    blob = fill_holes(part)
    around = hull(blob)
    if part.sum() < WHOLE * blob.sum() or blob.sum() < ROUND * around.sum():
        return None
    return around


def find_text(pixels: np.ndarray) -> np.ndarray:
    """Lines of text on a page, and a line's height around each.

    Args:
        pixels: uint8 RGB `(H, W, 3)`, some hundred pixels wide.

    Returns:
        bool `(H, W)`.
    """
    height, width = pixels.shape[:2]
    letters = np.zeros((height, width), np.float32)  # of a line, spread over its box
    # Square pieces, which `find_lines` looks at in the size they have; they overlap,
    # since a line that touches the edge of one is not seen.
    for top in _steps(height):
        for left in _steps(width):
            piece = np.ascontiguousarray(pixels[top : top + SIDE, left : left + SIDE])
            rows, columns = piece.shape[:2]
            if min(rows, columns) < SIDE // 4:
                continue
            for line in find_lines(piece):
                if line.letters < LETTERS:
                    continue
                around = (line.bottom - line.top) * rows
                y0 = max(0, round(top + line.top * rows - around))
                y1 = round(top + line.bottom * rows + around)
                x0 = max(0, round(left + line.left * columns - around))
                x1 = round(left + line.right * columns + around)
                box = letters[y0:y1, x0:x1]
                np.maximum(box, line.letters / max(1, box.size), out=box)
    found = letters > 0
    for box, part in parts(found):
        if letters[box][part].sum() < WORDS:
            found[box] &= ~part
    return found


def _steps(length):
    """Where pieces of a side begin."""
    return range(0, max(1, length - SIDE // 6), SIDE - SIDE // 6)
