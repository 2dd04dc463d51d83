"""Where pictures of a dataset come from: films and folders, each a row of offers."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cartoongan_tf import terminal
from cartoongan_tf.films.bars import find_bars, find_bars_by_form
from cartoongan_tf.films.frames import SUFFIXES, WHOLE, Box, Film, clock, stamp
from cartoongan_tf.films.shots import Shots
from cartoongan_tf.formats import sniff
from cartoongan_tf.pictures import images, paths

cv2 = images.opencv()

GLANCES = 96  # frames that black bars are found in
FEWEST_ALIKE = 12  # pictures of one size, from which on they may have bars in common


@dataclass(frozen=True)
class Offer:
    """A picture that may become part of the dataset."""

    place: Path  # its name below the folder of its source
    caption: str  # when or what it is, in a few letters
    read: Callable[[], np.ndarray]  # uint8 RGB; raises ValueError where damaged
    unfit: str | None = None  # a reason that was found before it is looked at


@dataclass
class FilmSource:
    """The key frames of a film.

    Args:
        film: The film.
        name: Of its pictures and their folder.
        size: Short side of the pictures; 0 keeps the film's.
        every: Seconds of a shot that one picture stands for.
        start: From this second on.
        end: Up to this one.
    """

    film: Film
    name: str
    size: int
    every: float
    start: float
    end: float
    boxes: dict[tuple, Box] = field(init=False, default_factory=dict)
    shots: Shots | None = field(init=False, default=None)

    @property
    def path(self) -> Path:
        """The file."""
        return self.film.path

    @property
    def length(self) -> int | None:
        """How many steps there are to go, in seconds of film; None if unknown."""
        if self.film.duration is None:
            return None
        return max(1, round(min(self.end, self.film.duration) - self.start))

    def offers(self, watch=None) -> Iterator[Offer]:
        """The key frames in order; `watch` is told how many seconds were read."""
        glances = self.film.glances(GLANCES, self.start, self.end)
        self.boxes = find_bars_by_form(glances)
        self.shots = Shots(self.film, self.every, self.boxes, self.start, self.end)

        def tell(time):
            if watch is not None:
                watch(time - self.start)

        for key in self.shots.key_frames(tell):

            def read(key=key):
                box = self.boxes.get(key.frame.form, WHOLE)
                return key.frame.picture(self.size, box)

            place = Path(f"{self.name}_{stamp(key.time)}.jpg")
            yield Offer(place, clock(key.time), read, "faded" if key.faded else None)

    def facts(self) -> dict:
        """What was found out, once all offers were made."""
        stored, without = {}, {}  # in order, each once
        for form in self.film.forms or [(*self.film.size, 1.0)]:
            whole = np.empty(form[:2], bool)
            for sizes, box in (stored, WHOLE), (without, self.boxes.get(form, WHOLE)):
                height, width = box.cut(whole).shape
                sizes[f"{width}x{height}"] = None
        return {
            "kind": "film",
            "seconds": round(max(self.film.duration or 0, self.film.read_to), 1),
            "frames_looked_at": self.shots.seen,
            "shots": self.shots.count,
            "stored_size": ", ".join(stored),
            "without_bars": ", ".join(without),
            "notes": self.film.told_of(self.end),
        }


@dataclass
class PictureSource:
    """Picture files.

    Args:
        files: Pairs of a file and its place below the folder that was named.
        name: Of their folder in the dataset.
        path: What was named.
        size: Short side of the pictures; 0 keeps them.
        may_have_bars: Whether black bars that those of one size have in common are cut.
    """

    files: list[tuple[Path, Path]]
    name: str
    path: Path
    size: int
    may_have_bars: bool = True
    _bars: dict = field(init=False, default_factory=dict)

    @property
    def length(self) -> int:
        """How many steps there are to go: files."""
        return len(self.files)

    def offers(self, watch=None) -> Iterator[Offer]:
        """The pictures in order; `watch` is told how many were read."""
        places = [
            place.with_name(paths.cut(paths.stem(place), ".jpg"))
            for _, place in self.files
        ]
        places = paths.apart(places, [file for file, _ in self.files])
        if self.may_have_bars:
            self._bars = self._find_bars()
        for number, (file, _) in enumerate(self.files):
            if watch is not None:
                watch(number)

            def read(file=file):
                with terminal.quiet_libraries():
                    pixels = images.read(file).pixels
                box = self._bars.get(pixels.shape[:2], WHOLE)
                return shrink_short(box.cut(pixels), self.size)

            yield Offer(places[number], file.name, read)

    def _find_bars(self) -> dict:
        """For every frequent size of picture, the part that is not bars."""
        step = max(1, len(self.files) // GLANCES)
        lumas: dict[tuple, list] = {}
        for file, _ in self.files[::step]:
            try:
                with terminal.quiet_libraries():
                    pixels = images.read(file).pixels
            except ValueError:
                continue
            # Positions are shares of a side, so a smaller picture finds them too.
            gray = cv2.cvtColor(shrink_short(pixels, 540), cv2.COLOR_RGB2GRAY)
            lumas.setdefault(pixels.shape[:2], []).append(gray)
        return {
            size: find_bars(grays)
            for size, grays in lumas.items()
            if len(grays) >= FEWEST_ALIKE
        }

    def facts(self) -> dict:
        """What was found out, once all offers were made."""
        cut = [box for box in self._bars.values() if box != WHOLE]
        notes = ["Black bars were cut off."] if cut else []
        return {"kind": "pictures", "files": len(self.files), "notes": notes}


def shrink_short(pixels: np.ndarray, short_side: int) -> np.ndarray:
    """Shrinks a uint8 picture to a short side; 0 keeps it, and smaller ones stay."""
    height, width = pixels.shape[:2]
    if not short_side or min(height, width) <= short_side:
        return np.ascontiguousarray(pixels)
    share = short_side / min(height, width)
    size = (max(1, round(height * share)), max(1, round(width * share)))
    return images.resize(np.ascontiguousarray(pixels), *size)


def is_film(path: Path) -> bool:
    """Whether a file is a film by its name or, where that says nothing, inside."""
    name = path.name.lower()
    return name.endswith(SUFFIXES) or (
        not name.endswith(paths.READABLE) and sniff.look(path) == sniff.FILM
    )


def sort_inputs(inputs: list[str]):
    """Films, folders of either, pictures and globs to films and lists of pictures.

    Returns:
        Paths of films; pairs of (what was named, pairs of file and place below it); and
        messages about inputs that stand for nothing.
    """
    films, groups, failures, loose = [], [], [], []
    for text in inputs:
        path = Path(text)
        if path.is_dir():
            try:
                found, others = paths.search(path)
            except ValueError as error:
                failures.append(str(error))
                continue
            below = [file for file in others if is_film(file)]
            others = [file for file in others if not is_film(file)]
            films += below
            if found:
                groups.append((path, [(f, f.relative_to(path)) for f in found]))
            if not found and not below:
                failures.append(
                    f"A folder must hold pictures ({', '.join(paths.READABLE)}). "
                    f"Received: {path}; nor are there films"
                )
            elif others:
                warnings.warn(paths.passed_over(others, path), stacklevel=2)
            continue
        photos, told = paths.expand([text])
        failures += told
        for photo in photos:
            if not is_film(photo.path) and paths.is_picture(photo.path):
                loose.append((photo.path, photo.place))
            else:
                films.append(photo.path)
    if loose:
        groups.append((Path("pictures"), loose))
    return list(dict.fromkeys(films)), groups, failures
