"""A film's or an animation's frames, ready to be drawn, with their times."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence

from cartoongan_tf.films.frames import HDR, Film, Frame
from cartoongan_tf.formats import sniff
from cartoongan_tf.pictures import images
from cartoongan_tf.video.encoders import UNTOLD
from cartoongan_tf.video.orders import is_animated

cv2 = images.opencv()

MILLI = Fraction(1, 1000)
QUICK = 10  # milliseconds: browsers show what is said to last no longer for SLOW
SLOW = 100


@dataclass(frozen=True)
class Shown:
    """A frame of a film.

    Args:
        pts: When it is shown, in units of the reader's `time_base`.
        duration: For how long; 0 where the film does not tell.
        make: Gives its uint8 RGB `(H, W, 3)` and its alpha `(H, W)` or None.
    """

    pts: int
    duration: int
    make: object


class FilmReader:
    """Reads a film upright, in square pixels, true colours and one size.

    Args:
        path: The file.
        start: From this second on.
        end: Up to this one.
        max_size: Of the long side; None keeps the film's.

    Raises:
        ValueError: When it is no film, is HDR, or has no frame in that time.
    """

    is_animation = False
    loop = None
    has_alpha = False

    def __init__(self, path, start=0.0, end=math.inf, max_size=None):
        self.path, self.start, self.end = Path(path), start, end
        self.film = Film(self.path)
        with self.film.opened() as (_, stream):
            context = stream.codec_context
            self.time_base = stream.time_base
            self.origin = stream.start_time or 0
            self.rate = float(stream.average_rate or stream.guessed_rate or 25)
            self.tags = tuple(
                _told(value)
                for value in (
                    context.colorspace, context.color_primaries, context.color_trc
                )
            )  # fmt: skip
            parts = context.format.components if context.format else ()
            bits = max((part.bits for part in parts), default=8)
        curve = HDR.get(self.tags[2])
        if curve:
            raise ValueError(
                f"A film must be SDR; convert it first (docs/films.md). Received: HDR "
                f"({curve}): {self.path}"
            )
        if start and self.film.duration and start >= self.film.duration:
            raise ValueError(
                f"`--start` must lie in the film, which lasts "
                f"{self.film.duration:.2f} seconds. Received: --start {start:g}"
            )
        first = next(self._raw(), None)
        if first is None:
            raise ValueError(f"A film must have frames. Received: {self.path}")
        if first.form[0] * first.form[1] > 2 * 8192**2:
            raise ValueError(
                "A film's frame must have at most 134 megapixels. "
                f"Received: {first.form[1]}x{first.form[0]}: {self.path}"
            )
        self._short = 0
        self.size = first.picture().shape[:2]
        if max_size is not None and max(self.size) > max_size:
            share = max_size / max(self.size)
            self._short = max(1, round(min(self.size) * share))
            self.size = first.picture(self._short).shape[:2]
        self.notes = []
        if bits > 8:
            self.notes.append(
                f"The film has {bits} bits a colour; its cartoon has 8: {self.path}"
            )
        if first.raw.interlaced_frame:
            self.notes.append(
                "The film is interlaced: of frames in which something moves, one of "
                f"the two fields is drawn: {self.path}"
            )
        length = min(end, self.film.duration or 0) - start
        self.count = max(1, round(length * self.rate)) if length > 0 else None

    def _raw(self) -> Iterator[Frame]:
        for frame in self.film.frames(None, self.start, self.end, skip="NONE"):
            if frame.time < self.end:
                yield frame

    def frames(self) -> Iterator[Shown]:
        """All frames in order; times never stand still."""
        last = None
        for frame in self._raw():
            pts = self.origin + round(frame.time / self.time_base)
            pts = pts if last is None else max(pts, last + 1)
            last = pts
            yield Shown(pts, frame.raw.duration or 0, _Maker(self, frame))

    def told(self) -> list[str]:
        """What users should know, after the film was read."""
        return [note for note in self.film.told_of(self.end) if "midway" not in note]

    def seconds(self, pts: int) -> float:
        """A time as seconds from the film's beginning."""
        return float((pts - self.origin) * self.time_base)


@dataclass(frozen=True)
class _Maker:
    reader: FilmReader
    frame: Frame

    def __call__(self):
        pixels = self.frame.picture(self.reader._short)
        if pixels.shape[:2] != self.reader.size:
            pixels = _fit(pixels, *self.reader.size)
        return pixels, None


class AnimationReader:
    """Reads a GIF, an APNG or an animated WebP.

    Args:
        path: The file.
        start: From this second on.
        end: Up to this one.
        max_size: Of the long side; None keeps its own.

    Raises:
        ValueError: When the file is damaged, or nothing is shown in that time.
    """

    is_animation = True
    time_base = MILLI
    origin = 0
    tags = (UNTOLD,) * 3

    def __init__(self, path, start=0.0, end=math.inf, max_size=None):
        self.path, self.start, self.end = Path(path), start, end
        self.notes = []
        with Image.open(self.path) as image:
            height, width = image.height, image.width
            self.loop = image.info.get("loop")
        share = 1.0 if max_size is None else min(1.0, max_size / max(height, width))
        self.size = max(1, round(height * share)), max(1, round(width * share))
        # A decoder tells how long a frame lasts when it reads it.
        durations, self.has_alpha = [], False
        for shown in self.frames():
            durations.append(shown.duration)
            self.has_alpha |= shown.make()[1] is not None
        if not durations:
            raise ValueError(
                f"An animation must have frames from --start to --end. "
                f"Received: {self.path}"
            )
        self.count = len(durations)
        self.rate = 1000 * self.count / max(1, sum(durations))

    def frames(self) -> Iterator[Shown]:
        """All frames in order, as they are seen."""
        pts = 0
        try:
            with Image.open(self.path) as image:
                for picture in ImageSequence.Iterator(image):
                    whole = picture.convert("RGBA")
                    lasts = round(picture.info.get("duration") or 0)
                    lasts = SLOW if lasts <= QUICK else lasts
                    if self.start <= pts / 1000 < self.end:
                        yield Shown(pts, lasts, _Still(whole, self.size))
                    pts += lasts
        except (OSError, SyntaxError, EOFError) as error:
            raise ValueError(
                f"An animation must be whole. Damaged: {self.path} ({error})"
            ) from error

    def told(self) -> list[str]:
        """What users should know, after it was read: nothing."""
        return []

    def seconds(self, pts: int) -> float:
        """A time as seconds from its beginning."""
        return pts / 1000


@dataclass(frozen=True)
class _Still:
    image: Image.Image
    size: tuple[int, int]

    def __call__(self):
        pixels = np.array(self.image)
        if pixels.shape[:2] != self.size:
            pixels = np.dstack(
                [
                    images.resize(np.ascontiguousarray(part), *self.size)
                    for part in (pixels[..., :3], pixels[..., 3])
                ]
            )
        alpha = pixels[..., 3]
        color = np.ascontiguousarray(pixels[..., :3])
        return color, None if alpha.min() == 255 else alpha


def open_reader(path, start=0.0, end=math.inf, max_size=None):
    """A `FilmReader` or an `AnimationReader`, by the file's content."""
    kind = sniff.look(path)
    animated = kind in ("GIF", "PNG", "WebP") and is_animated(path)
    reader = AnimationReader if animated or kind == "GIF" else FilmReader
    return reader(path, start, end, max_size)


def _told(value) -> int:
    """A tag as a number; reserved ones and none count as untold."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        return UNTOLD
    return UNTOLD if number in (0, 3) else number


def _fit(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """A frame of another form, whole, in the middle of a black one of this size."""
    share = min(height / pixels.shape[0], width / pixels.shape[1])
    size = [max(1, round(side * share)) for side in pixels.shape[:2]]
    size = min(size[0], height), min(size[1], width)
    small = cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_AREA)
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    result = np.zeros((height, width, 3), np.uint8)
    result[top : top + size[0], left : left + size[1]] = small
    return result
