"""Contact sheets of many pictures, and the colours that are in them."""

import numpy as np

from cartoongan_tf.pictures import images, layout

cv2 = images.opencv()

THUMB = 144  # pixels: the long side of a picture on a sheet
CAPTION = 16  # pixels: the height of the line below it
MOST = 120  # pictures on a sheet


class ContactSheet:
    """Small pictures with a line of text each, evenly spread over all that came.

    However many are added, at most `2 * most` are in memory.

    Args:
        most: Pictures on the sheet.
    """

    def __init__(self, most: int = MOST):
        self.most = most
        self.count = 0
        self._every = 1
        self._kept: list[tuple[np.ndarray, str]] = []

    def add(self, pixels: np.ndarray, caption: str) -> None:
        """Adds a uint8 RGB picture of any size."""
        if self.count % self._every == 0:
            self._kept.append((_thumb(pixels), caption))
            if len(self._kept) >= 2 * self.most:
                self._kept = self._kept[::2]
                self._every *= 2
        self.count += 1

    @property
    def thumbs(self) -> list[np.ndarray]:
        """The small pictures: uint8 RGB."""
        return [thumb for thumb, _ in self._chosen()]

    def _chosen(self):
        places = np.linspace(0, len(self._kept) - 1, min(self.most, len(self._kept)))
        return [self._kept[round(place)] for place in places]

    def draw(self, colors: list[tuple[str, float]] = ()) -> np.ndarray:
        """The sheet, uint8 RGB, a strip of `colors` (of `find_palette`) at its top."""
        cells = [_cell(*entry) for entry in self._chosen()]
        sheet = layout.lay_out(cells)
        if colors:
            sheet = layout.stack([_strip(colors, sheet.shape[1]), sheet], gap=8)
        return sheet


def _thumb(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[:2]
    share = min(1.0, THUMB / width, THUMB * 0.75 / height)
    size = (max(1, round(width * share)), max(1, round(height * share)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def _cell(thumb: np.ndarray, caption: str) -> np.ndarray:
    # One cell for wide and high pictures, so that the rows of a sheet are straight.
    cell = np.full((round(THUMB * 0.75), THUMB, 3), 235, np.uint8)
    height, width = thumb.shape[:2]
    top, left = (cell.shape[0] - height) // 2, (cell.shape[1] - width) // 2
    cell[top : top + height, left : left + width] = thumb
    line = np.full((CAPTION, THUMB, 3), 255, np.uint8)
    # OpenCV draws ASCII alone.
    text = caption.encode("ascii", "replace").decode()[:24]
    cv2.putText(
        line, text, (2, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (40, 40, 40), 1,
        cv2.LINE_AA,
    )  # fmt: skip
    return np.concatenate([cell, line])


def _strip(colors, width: int) -> np.ndarray:
    strip = np.full((28, width, 3), 255, np.uint8)
    at = 0.0
    total = sum(share for _, share in colors)
    for color, share in colors:
        begin, at = round(at), at + width * share / total
        strip[:, begin : round(at)] = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return strip


def find_palette(pictures: list[np.ndarray], count: int = 8) -> list[tuple[str, float]]:
    """The colours that pictures are made of, the most frequent first.

    Args:
        pictures: uint8 RGB, small ones.
        count: How many colours.

    Returns:
        Pairs of a colour such as `#1a2b3c` and its share of the pixels, 0..1.
    """
    if not pictures:
        return []
    pixels = np.concatenate([picture[::3, ::3].reshape(-1, 3) for picture in pictures])
    pixels = pixels[:: max(1, len(pixels) // 20000)]
    count = min(count, len(np.unique(pixels, axis=0)))
    lab = cv2.cvtColor(pixels[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    cv2.setRNGSeed(0)  # the same pictures, the same palette
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.5)
    _, labels, _ = cv2.kmeans(lab, count, None, stop, 3, cv2.KMEANS_PP_CENTERS)
    shares = np.bincount(labels.ravel(), minlength=count) / len(pixels)
    found = []
    for index in np.argsort(-shares):
        color = np.median(pixels[labels.ravel() == index], axis=0).astype(int)
        found.append(("#{:02x}{:02x}{:02x}".format(*color), round(shares[index], 3)))
    return [(color, float(share)) for color, share in found]
