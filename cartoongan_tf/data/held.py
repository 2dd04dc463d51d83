"""Photos that are only for scores, each beside the teacher's picture, in files."""

import warnings
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cartoongan_tf.evaluation import metrics
from cartoongan_tf.pictures import images, paths
from cartoongan_tf.pictures.drawing import cut_middle, draw_whole

MOST_PIXELS = 2**20  # of a photo; whole, one of a phone takes the teacher 11 GiB


class HeldOut:
    """Held-out photos and the teacher's pictures of them, read when they are asked for.

    A photo that cannot be read or is too small to be scored is left out: named in a
    warning, counted in `damaged`.

    Args:
        folder: Where the teacher's pictures are kept.
        photos: Files.
        most: Pixels of a photo that are drawn; of a larger one its middle is.
    """

    def __init__(self, folder: Path, photos: list[Path], most: int = MOST_PIXELS):
        self.folder, self.most = Path(folder), most
        wanted = [self.folder / paths.cut(photo.stem, ".png") for photo in photos]
        places = paths.apart(wanted, photos)  # a/1.jpg and b/1.jpg
        self._pairs = [
            (photo, place.name) for photo, place in zip(photos, places, strict=True)
        ]
        self.damaged = 0

    def make(self, teacher) -> None:
        """Draws what is missing.

        Args:
            teacher: Generator, of float32 pictures in -1..1.

        Raises:
            ValueError: When there are photos and none of them is of use.
        """
        kept, reason = [], None
        for path, name in tqdm(self._pairs, "held-out photos", disable=None):
            try:
                photo = self._read(path)
            except ValueError as error:
                reason = error
                warnings.warn(f"Skipped. {error}", stacklevel=2)
                continue
            if not self._is_made(self.folder / name, photo):
                images.write(self.folder / name, draw_whole(teacher, photo))
            kept.append((path, name))
        if reason is not None and not kept:
            raise ValueError(
                f"At least one held-out photo must be of use. Received: "
                f"{len(self._pairs)}, none of which is; the last: {reason}"
            )
        self.damaged += len(self._pairs) - len(kept)
        self._pairs = kept

    def __len__(self):
        return len(self._pairs)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """A photo and the teacher's picture of it: uint8, of one size."""
        path, name = self._pairs[index]
        return self._read(path), images.read(self.folder / name).pixels

    def some(self, count: int) -> list[int]:
        """The indices of so many photos, spread over all there are."""
        return list(range(0, len(self), max(1, len(self) // max(1, count))))[:count]

    def _read(self, path: Path) -> np.ndarray:
        photo = images.read(path).pixels
        if min(photo.shape[:2]) < metrics.SMALLEST:
            raise ValueError(
                f"A photo must be at least {metrics.SMALLEST} pixels high and wide to "
                f"be scored. Received: {photo.shape[1]}x{photo.shape[0]}, {path}"
            )
        return cut_middle(photo, self.most)

    def _is_made(self, place: Path, photo: np.ndarray) -> bool:
        if not place.exists():
            return False
        try:  # an earlier version drew large photos whole
            return images.read(place).pixels.shape == photo.shape
        except ValueError:
            return False
