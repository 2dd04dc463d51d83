"""A small cartoon to the photo's size: the cartoon's lines, as sharp as the photo.

Around each small pixel and for each channel the cartoon is taken for a line in the
photo's level, cartoon = slope * photo + rest (He and Sun, Fast Guided Filter, 2015).
Slope and rest are smooth, so they can be enlarged; the photo that they meet at full
size is sharp. The cartoon's own lines are sharpened as it is enlarged, and nothing may
leave the range that the cartoon itself has around a pixel: neither a halo nor more of
the photo's texture than the cartoon kept.
"""

import numpy as np

from cartoongan_tf.pictures import images

cv2 = images.opencv()

SMOOTHNESS = 400.0  # square levels: edges of the photo fainter than 20 count less
SHARPENING = 5.0  # at most, of what a cartoon's pixel differs by from those around
EACH = 2.0  # a time of enlarging: of an edge two pixels wide more would make steps
STRIP = 2**19  # pixels that are joined at once: 6 MB a field
WHOLE = 2**21  # small pixels whose fields are all kept: 100 MB
AROUND = 3  # small rows that a field looks around a row


class Join:
    """A small photo and its cartoon, ready to be joined with the large photo.

    Args:
        small: The photo that the network saw: uint8 or float levels `(h, w, 3)`.
        cartoon: What it made of it: float levels `(h, w, 3)`.
        height: Of the large photo.
        width: Of the large photo.
    """

    def __init__(self, small: np.ndarray, cartoon: np.ndarray, height: int, width: int):
        self.height, self.width = height, width
        self._small, self._cartoon = small, cartoon
        self._whole = small.shape[0] * small.shape[1] <= WHOLE
        self._fields = self._measure(0, len(small)) if self._whole else None

    def _measure(self, first: int, end: int) -> tuple:
        """Slope, rest, and the range around a pixel, of some of the small rows."""
        low, high = max(0, first - AROUND), min(len(self._small), end + AROUND)
        photo = self._small[low:high].astype(np.float32)
        cartoon = np.ascontiguousarray(self._cartoon[low:high], np.float32)
        mean_photo, mean_cartoon = _mean(photo, 5), _mean(cartoon, 5)
        variance = _mean(photo * photo, 5) - mean_photo * mean_photo
        together = _mean(photo * cartoon, 5) - mean_photo * mean_cartoon
        # More than 1 would make the photo's noise louder, less than 0 turn it about.
        slope = np.clip(together / (variance + SMOOTHNESS), 0, 1)
        tall, wide = self._small.shape[:2]
        times = max(self.height / tall, self.width / wide)
        more = np.float32(min(SHARPENING, EACH * (times - 1)))
        sharp = cartoon + more * (cartoon - _mean(cartoon, 3))
        square = np.ones((3, 3), np.uint8)
        fields = (
            slope,
            sharp - slope * photo,
            cv2.erode(cartoon, square, borderType=cv2.BORDER_REPLICATE),
            cv2.dilate(cartoon, square, borderType=cv2.BORDER_REPLICATE),
        )
        return tuple(field[first - low : end - low] for field in fields)

    def rows(self, photo: np.ndarray, top: int, bottom: int) -> np.ndarray:
        """Rows of the large cartoon, float levels, of the same rows of the photo."""
        tall, fields, start = len(self._small), self._fields, 0
        if not self._whole:
            start, end = small_rows(tall, self.height, top, bottom)
            fields = self._measure(start, end)
        slope, rest, low, high = (
            enlarge_rows(field, self.height, self.width, top, bottom, tall, start)
            for field in fields
        )
        slope *= photo[top:bottom]
        slope += rest
        np.maximum(slope, low, out=slope)
        return np.minimum(slope, high, out=slope)

    def strips(self):
        """First and last row of each strip that is joined at once."""
        return strips(self.height, self.width)


def strips(height: int, width: int) -> list[tuple[int, int]]:
    """First row and end of strips of a picture, of few enough pixels to be held."""
    step = max(1, STRIP // width)
    return [(y, min(y + step, height)) for y in range(0, height, step)]


def small_rows(tall: int, height: int, top: int, bottom: int) -> tuple[int, int]:
    """The rows of a small field, first and end, that `enlarge_rows` looks at."""
    first, second, _ = _places(tall, height, top, bottom)
    return int(first[0]), int(second[-1]) + 1


def enlarge_rows(field, height, width, top, bottom, tall=None, start=0) -> np.ndarray:
    """Rows of a small field enlarged, bilinear: y lies at (y + 0.5) * h / H - 0.5.

    Args:
        field: float32 `(h, w, channels)`, or rows of it.
        height: Of the whole large field.
        width: Of it.
        top: The first row wanted.
        bottom: And the one after the last.
        tall: h, where `field` has only some of its rows.
        start: The first of those.

    Returns:
        float32 `(bottom - top, width, channels)`.
    """
    tall = len(field) if tall is None else tall
    first, second, share = _places(tall, height, top, bottom)
    narrow = field[first - start] * (1 - share) + field[second - start] * share
    return cv2.resize(narrow, (width, bottom - top), interpolation=cv2.INTER_LINEAR)


def _places(tall: int, height: int, top: int, bottom: int) -> tuple:
    """Between which two small rows each large one lies, and how near the second."""
    place = (np.arange(top, bottom) + 0.5) * (tall / height) - 0.5
    place = place.clip(0, tall - 1)
    first = np.minimum(place.astype(np.intp), max(0, tall - 2))
    share = (place - first).astype(np.float32)[:, None, None]
    return first, np.minimum(first + 1, tall - 1), share


def _mean(values: np.ndarray, side: int) -> np.ndarray:
    return cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT_101)
