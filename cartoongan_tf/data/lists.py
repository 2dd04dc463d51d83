"""Lists of pictures, on disk or in memory, damaged ones skipped."""

import os
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from tqdm import tqdm

from cartoongan_tf.pictures import images

cv2 = images.opencv()

WORKERS = min(8, os.cpu_count() or 1)


class Pictures:
    """A list of pictures: files, read when asked for or kept in memory, or arrays.

    A damaged file is skipped: named once in a warning, counted in `damaged`, and the
    next file in the list stands in for it.

    Args:
        sources: Paths or uint8 RGB arrays, one kind.
        short_side: Files are shrunk to this short side on reading; None keeps them.
    """

    def __init__(self, sources, short_side: int | None = None):
        self.sources = list(sources)
        self.short_side = short_side
        self.damaged: set[int] = set()
        self._kept: list[np.ndarray | None] = [None] * len(self.sources)

    def __len__(self):
        return len(self.sources)

    def __getitem__(self, index: int) -> np.ndarray:
        """The picture, uint8 RGB.

        Raises:
            ValueError: When every file is damaged.
        """
        for step in range(len(self)):
            picture = self.get((index + step) % len(self))
            if picture is not None:
                return picture
        raise self.all_damaged()

    def all_damaged(self) -> ValueError:
        """The error for a list of which nothing can be read."""
        return ValueError(
            f"At least one picture must be readable. Received: {len(self)} damaged "
            f"files, {self.sources[0]} the first"
        )

    def get(self, index: int) -> np.ndarray | None:
        """The picture, or None where its file is damaged."""
        if index in self.damaged:
            return None
        source = self.sources[index]
        if isinstance(source, np.ndarray):
            return source
        if self._kept[index] is not None:
            return self._kept[index]
        try:
            return self._shrink(images.read(source).pixels)
        except ValueError as error:
            self.skip(index, str(error))
            return None

    def give(self, index: int, picture: np.ndarray) -> None:
        """Puts a picture in its file's place: what reading it would give."""
        self._kept[index] = picture

    @property
    def is_kept(self) -> bool:
        """Whether no file has to be read any more, but damaged ones."""
        numbers = range(len(self))
        return all(
            self._kept[n] is not None or n in self.damaged for n in numbers
        ) or isinstance(self.sources[0], np.ndarray)

    def skip(self, index: int, reason: str) -> None:
        """Leaves a picture out from now on, with a warning the first time."""
        if index not in self.damaged:
            self.damaged.add(index)
            warnings.warn(f"Skipped. {reason}", stacklevel=2)

    def _shrink(self, pixels: np.ndarray) -> np.ndarray:
        short = min(pixels.shape[:2])
        if self.short_side is None or short <= self.short_side:
            return pixels
        height, width = (round(s * self.short_side / short) for s in pixels.shape[:2])
        return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)

    def keep(self, budget: int, label: str = "pictures") -> int:
        """Reads every file into memory if all fit in `budget` bytes.

        Returns:
            The bytes kept: 0 when they do not fit, and files are read each time.
        """
        if not self.sources or isinstance(self.sources[0], np.ndarray):
            return 0
        sample = self[0].nbytes  # a first guess, before reading all of a large set
        if sample * len(self) > 2 * budget:
            return 0
        kept, used = {}, 0
        with ThreadPoolExecutor(WORKERS) as pool:
            reads = pool.map(self.get, range(len(self)))
            bar = tqdm(reads, f"reading {label}", len(self), leave=False, disable=None)
            for index, picture in enumerate(bar):
                if picture is None:
                    continue
                used += picture.nbytes
                if used > budget:
                    pool.shutdown(wait=False, cancel_futures=True)
                    return 0
                kept[index] = picture
        for index, picture in kept.items():
            self._kept[index] = picture
        return used
