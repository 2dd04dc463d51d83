"""Files and folders: pictures found, results named, files replaced whole."""

import glob
import os
import shutil
import unicodedata
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cartoongan_tf.formats import sniff

# Taken for pictures unseen; other names are looked into.
READABLE = (
    ".apng", ".avif", ".bmp", ".dib", ".gif", ".heic", ".heif", ".hif", ".jfif", ".jpe",
    ".jpeg", ".jpg", ".jpg_large", ".png", ".tif", ".tiff", ".webp",
)  # fmt: skip
WRITABLE = (".jpeg", ".jpg", ".png", ".webp")
MOST_BYTES = 255  # of a name, on every usual disk

_ZERO_WIDTH_JOINER = "\u200d"


# ---------------------------------------------------------------- folders


def check_folder(folder: str | os.PathLike) -> Path:
    """Checks, making nothing, that files can be written into a folder.

    The folder may be missing as long as it can be made.

    Raises:
        ValueError: When it cannot be made or written to.
    """
    folder = Path(folder)
    there = folder.absolute()
    while not os.path.lexists(there):
        there = there.parent
    if not os.path.isdir(there):
        raise ValueError(
            f"The output folder must be writable. Received: {folder} "
            f"({there} is a file)"
        )
    effective = os.access in os.supports_effective_ids
    if not os.access(there, os.W_OK | os.X_OK, effective_ids=effective):
        raise ValueError(
            f"The output folder must be writable. Received: {folder} (no permission to "
            f"write to {there})"
        )
    return folder


def check_utf8(folder: str | os.PathLike) -> Path:
    """Checks that TensorFlow can write into a folder of this name.

    Raises:
        ValueError: When the name is no UTF-8.
    """
    folder = Path(folder)
    try:
        os.path.abspath(folder).encode()
    except UnicodeEncodeError:
        raise ValueError(
            "The name of a folder that TensorFlow writes to must be UTF-8. "
            f"Received: {os.path.abspath(folder)}"
        ) from None
    return folder


@contextmanager
def replacing(path: str | os.PathLike):
    """Gives a temporary name beside `path`, moved over it if the block succeeds."""
    path = Path(path)
    # The suffix stays last: Keras and Pillow choose the format by it.
    temporary = path.with_name(cut(f".{path.stem}", f".tmp{os.getpid()}{path.suffix}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(folder: str | os.PathLike):
    """Gives a temporary folder beside `folder`, put in its place if the block succeeds.

    What was in `folder` before is gone then; and untouched if it fails.
    """
    folder = Path(folder)
    hidden = f".{folder.name}"
    temporary = folder.with_name(cut(hidden, f".tmp{os.getpid()}"))
    old = folder.with_name(cut(hidden, f".tmp{os.getpid()}-old"))
    made = [p for p in folder.parents if not p.exists()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        temporary.mkdir()
        yield temporary
        if folder.exists():
            os.rename(folder, old)
        try:
            os.rename(temporary, folder)
        except OSError:
            if old.exists():
                os.rename(old, folder)
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
        for parent in made:
            with suppress(OSError):  # it holds something now
                parent.rmdir()


# ---------------------------------------------------------------- pictures found


def is_picture(path: str | os.PathLike) -> bool:
    """Whether a file is a picture by its name or, where that says nothing, inside."""
    return _has_suffix(Path(path).name) or sniff.look(path) in sniff.READ


def find(folder: str | os.PathLike, tell: bool = True) -> list[Path]:
    """Every picture file below a folder, sorted; hidden ones left out.

    Names that say nothing are looked into. A warning tells what was passed over.

    Args:
        folder: Where to look.
        tell: Whether to warn.

    Raises:
        ValueError: When the folder is absent, unreadable, or holds no picture.
    """
    found, others = search(folder)
    if not found:
        raise ValueError(
            f"A folder must hold pictures ({', '.join(READABLE)}). Received: {folder}"
            + (f", with {_some(others, Path(folder))}" if others else "")
        )
    if others and tell:
        warnings.warn(passed_over(others, folder), stacklevel=2)
    return found


def search(folder: str | os.PathLike) -> tuple[list[Path], list[Path]]:
    """Every picture file below a folder, and every other file; both sorted.

    Raises:
        ValueError: When the folder is absent or unreadable.
    """
    folder = Path(folder)
    if not os.path.isdir(folder):
        raise ValueError(f"A folder of pictures must exist. No such folder: {folder}")

    def refuse(error: OSError):
        raise ValueError(
            f"A folder must be readable. Received: {error.filename} ({error.strerror})"
        ) from error

    found, others, seen = [], [], set()
    for root, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        if os.path.realpath(root) in seen:  # a link to a folder above
            folders.clear()
            continue
        seen.add(os.path.realpath(root))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            if not name.startswith(".") and name.lower() not in _OF_SYSTEMS:
                path = Path(root, name)
                (found if is_picture(path) else others).append(path)
    return sorted(found), sorted(others)


_OF_SYSTEMS = ("desktop.ini", "thumbs.db")


def passed_over(others: list[Path], folder: str | os.PathLike) -> str:
    """One line about the files in a folder that are no pictures."""
    return f"Passed over in {folder}: {_some(others, Path(folder))}"


def _some(others: list[Path], folder: Path) -> str:
    shown = [f"{path.relative_to(folder)} ({sniff.look(path)})" for path in others[:3]]
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return f"{', '.join(shown)}{more}"


def _has_suffix(name: str) -> bool:
    return name.lower().endswith(READABLE)


def mark(path: Path, name: str) -> bytes:
    """A line that changes when a file does: a name for it, of any bytes, and its size.

    What cannot be looked at, such as a link to nothing, has a line too.
    """
    try:
        size = path.stat().st_size
    except OSError:
        size = "absent"
    return os.fsencode(f"{name} {size}\n")


@dataclass(frozen=True)
class Photo:
    """A picture that was asked for, and its place below the folder that was named."""

    path: Path
    place: Path
    in_folder: bool = False


def expand(inputs: list[str], leave_out: Path | None = None):
    """Files, folders and globs to the photos they stand for, each once.

    Args:
        inputs: As typed. A glob is for shells that do not expand it, or quoted.
        leave_out: That of the results: not looked into where it lies in a folder.

    Returns:
        A list of `Photo`, and a list of messages about inputs that stand for nothing.
    """
    photos, failures = {}, []
    for text in inputs:
        path = Path(text)
        try:
            if os.path.isdir(path):
                found = [Photo(f, f.relative_to(path), True) for f in find(path)]
                found = [p for p in found if not _is_below(p.path, leave_out, path)]
            elif os.path.exists(path) or not glob.has_magic(text):
                found = [Photo(path, Path(path.name))]
            else:
                matches = sorted(glob.glob(text, recursive=True))
                found = [Photo(f, Path(f.name)) for f in map(Path, matches)]
                found = [photo for photo in found if os.path.isfile(photo.path)]
                if not found:
                    raise ValueError(f"A glob must match files. Received: {text}")
        except ValueError as error:
            failures.append(str(error))
            continue
        for photo in found:
            photos.setdefault(os.path.realpath(photo.path), photo)
    return list(photos.values()), failures


def _is_below(file: Path, results: Path | None, folder: Path) -> bool:
    if results is None:
        return False
    inner, outer = Path(os.path.realpath(results)), Path(os.path.realpath(folder))
    return outer in inner.parents and inner in Path(os.path.realpath(file)).parents


# ---------------------------------------------------------------- results named


def place_results(photos: list[Photo], folder: Path) -> list[Path]:
    """A name below `folder` for the result of each photo, no two the same.

    Sub-folders are kept, and the suffix where we write that format; else it is `.png`.
    """
    places = []
    for photo in photos:
        suffix = photo.place.suffix.lower()
        suffix = suffix if suffix in WRITABLE else ".png"
        name = cut(stem(photo.place), suffix)
        places.append(folder / photo.place.with_name(name))
    return apart(places, [photo.path for photo in photos])


def stem(path: Path) -> str:
    """A picture's name without its suffix; `.10` of `Picture at 9.10` is none."""
    return path.stem if _has_suffix(path.name) else path.name


def cut(stem: str, rest: str = "", most: int = MOST_BYTES) -> str:
    """`stem` and `rest` in at most so many bytes; the stem is cut by whole letters.

    A letter is what a reader takes for one: with its accents, and a Korean syllable
    with all its parts, which macOS stores one by one.
    """
    room = most - len(os.fsencode(rest))
    if len(os.fsencode(stem)) <= room:
        return stem + rest
    end = size = 0  # of the whole letters so far
    for letter in _letters(stem):
        size += len(os.fsencode(letter))
        if size > room:
            break
        end += len(letter)
    return stem[:end] + rest


def _letters(text: str):
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _belongs(text[at], text[start:at]):
            yield text[start:at]
            start = at


def _belongs(character: str, letter: str) -> bool:
    """Whether a character goes on with the letter before it."""
    code = ord(character)
    return (
        unicodedata.category(character).startswith("M")  # accents, vowel signs
        or character == _ZERO_WIDTH_JOINER
        or letter.endswith(_ZERO_WIDTH_JOINER)
        or 0x1160 <= code <= 0x11FF  # vowels and ends of Korean syllables
        or 0x1F3FB <= code <= 0x1F3FF  # skin colours
        or (_is_flag(character) and len(letter) == 1 and _is_flag(letter))
    )


def _is_flag(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF  # two of them make one


def apart(wanted: list[Path], sources: list[Path]) -> list[Path]:
    """Names for the results of `sources`, no two the same, whatever their order.

    A source that bears the wanted name itself keeps it. Others that want the same get
    their own format in it, `star_gif.png` for `star.gif`; and where that is taken too,
    as by files of one name from several folders, a number.

    Args:
        wanted: The name that each would get if it were alone.
        sources: Where each comes from.
    """
    rivals: dict[str, list[int]] = {}
    for number, place in enumerate(wanted):
        rivals.setdefault(_key(place), []).append(number)
    given: dict[int, Path] = {}
    rest = []
    for numbers in rivals.values():
        numbers.sort(key=lambda n: os.fsencode(sources[n]))
        owners = [n for n in numbers if sources[n].name == wanted[n].name]
        if len(numbers) == 1 or owners:
            first = owners[0] if owners else numbers[0]
            given[first] = wanted[first]
        rest += [n for n in numbers if n not in given]
    taken = {_key(place) for place in given.values()}
    for n in sorted(rest, key=lambda n: os.fsencode(sources[n])):
        place, kind = wanted[n], sources[n].suffix.lower()[1:]
        same_kind = kind == place.suffix.lower()[1:]
        tag = "" if same_kind or not kind.isalnum() else f"_{kind}"
        free, number = _tagged(place, tag), 2
        while _key(free) in taken:
            free, number = _tagged(place, f"{tag}_{number}"), number + 1
        taken.add(_key(free))
        given[n] = free
    return [given[n] for n in range(len(wanted))]


def _tagged(place: Path, tag: str) -> Path:
    return place.with_name(cut(place.stem, f"{tag}{place.suffix}"))


def _key(place: Path) -> str:
    """The same for names that some disks take for the same."""
    return unicodedata.normalize("NFC", str(place)).casefold()
