"""Photos to export with: some to choose on, others to report on, never the same."""

import hashlib
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cartoongan_tf.pictures import images, paths
from cartoongan_tf.samples import samples

CALIBRATION, VALIDATION, TEST = 10, 10, 20


@dataclass(frozen=True)
class PhotoSet:
    """Names and uint8 RGB squares."""

    names: tuple[str, ...]
    squares: tuple[np.ndarray, ...]

    def at(self, size: int) -> list[np.ndarray]:
        """The photos as float32 RGB -1..1 `(size, size, 3)`."""
        return [
            images.to_signed(images.resize(square, size, size))
            for square in self.squares
        ]


@dataclass(frozen=True)
class Photos:
    """What is chosen on (`calibration`, `validation`) and what is reported on."""

    calibration: PhotoSet
    validation: PhotoSet
    test: PhotoSet
    source: str


def load_photos(calibration=None, test=None) -> Photos:
    """Reads photos of two folders, or draws built-in ones.

    Args:
        calibration: A folder; None for drawn photos. Without `test` it gives the
            report's photos too.
        test: A folder for the report, of which no picture may be among the others.

    Raises:
        ValueError: When there are fewer than three photos, or one lies in both.
    """
    if calibration is None:
        count = CALIBRATION + VALIDATION + TEST
        names = [f"drawn photo {seed}" for seed in range(count)]
        pictures = [samples.draw_photo(seed, 512, 512) for seed in range(count)]
        source = "the built-in drawn photos"
    else:
        names, pictures = _read(calibration)
        source = str(calibration)
    if test is None:
        few = len(pictures)
        if few < 3:
            raise ValueError(
                "There must be at least 3 photos: to calibrate, to validate, and to "
                f"report on. Received: {few} in {calibration}"
            )
        first = min(CALIBRATION, max(1, few // 5))
        second = first + min(VALIDATION, max(1, few // 4))
        third = second + TEST
        parts = [(0, first), (first, second), (second, third)]
        sets = [_square(names[a:b], pictures[a:b]) for a, b in parts]
    else:
        first = min(CALIBRATION, max(1, len(pictures) // 2))
        if len(pictures) < 2:
            raise ValueError(
                "`--calibration` must hold at least 2 photos. "
                f"Received: {len(pictures)} in {calibration}"
            )
        second = first + VALIDATION
        test_names, test_pictures = _read(test)
        sets = [
            _square(names[:first], pictures[:first]),
            _square(names[first:second], pictures[first:second]),
            _square(test_names[:TEST], test_pictures[:TEST]),
        ]
        source += f", reported on {test}"
    _check_apart(sets)
    return Photos(*sets, source)


def _read(folder):
    """Photos of a folder, in an order that tears series apart."""
    files = paths.find(folder)
    order = sorted(files, key=lambda f: hashlib.sha256(os.fsencode(f.name)).digest())
    names, pictures = [], []
    for file in order:
        if len(names) == CALIBRATION + VALIDATION + TEST:
            break
        try:
            pictures.append(images.read(file).pixels)
        except ValueError as error:  # the next stands in for it
            warnings.warn(f"Skipped. {error}", stacklevel=3)
            continue
        names.append(str(file.relative_to(Path(folder))))
    return names, pictures


def _square(names, pictures) -> PhotoSet:
    squares = []
    for pixels in pictures:
        height, width = pixels.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        squares.append(pixels[top : top + side, left : left + side])
    return PhotoSet(tuple(names), tuple(squares))


def _check_apart(sets: list[PhotoSet]) -> None:
    chosen = {
        square.tobytes(): name
        for photos in sets[:2]
        for name, square in zip(photos.names, photos.squares, strict=True)
    }
    for name, square in zip(sets[2].names, sets[2].squares, strict=True):
        if square.tobytes() in chosen:
            raise ValueError(
                "A photo of the report must not be one that was chosen on. Received: "
                f"{name}, the same picture as {chosen[square.tobytes()]}"
            )
