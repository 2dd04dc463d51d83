"""Files and folders: pictures found, folders checked, files replaced whole."""

import glob
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

READABLE = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
WRITABLE = (".jpeg", ".jpg", ".png", ".webp")


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
    temporary = path.with_name(f".{path.stem[:200]}.tmp{os.getpid()}{path.suffix}")
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
    temporary = folder.with_name(f".{folder.name[:200]}.tmp{os.getpid()}")
    old = folder.with_name(f".{folder.name[:200]}.tmp{os.getpid()}-old")
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


def find(folder: str | os.PathLike) -> list[Path]:
    """Every picture file below a folder, by suffix, sorted; hidden ones left out.

    Raises:
        ValueError: When the folder is absent, unreadable, or holds no picture.
    """
    folder = Path(folder)
    if not os.path.isdir(folder):
        raise ValueError(f"A folder of pictures must exist. No such folder: {folder}")

    def refuse(error: OSError):
        raise ValueError(
            f"A folder must be readable. Received: {error.filename} ({error.strerror})"
        ) from error

    found, seen = [], set()
    for root, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        if os.path.realpath(root) in seen:  # a link to a folder above
            folders.clear()
            continue
        seen.add(os.path.realpath(root))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [
            Path(root, name)
            for name in files
            if name.lower().endswith(READABLE) and not name.startswith(".")
        ]
    if not found:
        raise ValueError(
            f"A folder must hold pictures ({', '.join(READABLE)}). Received: {folder}"
        )
    return sorted(found)


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
                names = sorted(glob.glob(text, recursive=True))
                found = [Photo(f, Path(f.name)) for f in map(Path, names)]
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


def place_results(photos: list[Photo], folder: Path) -> list[Path]:
    """A name below `folder` for the result of each photo, no two the same.

    Sub-folders are kept, and the suffix where we write that format; else it is `.png`.
    """
    places = []
    for photo in photos:
        suffix = photo.place.suffix.lower()
        suffix = suffix if suffix in WRITABLE else ".png"
        places.append(folder / photo.place.with_suffix(suffix))
    return number_twins(places)


def number_twins(places: list[Path]) -> list[Path]:
    """Gives `_2`, `_3` ... to names that stand in the list before."""
    taken = {}  # in order; looking one up takes the same time however many there are
    for place in places:
        free, number = place, 2
        while free in taken:  # a.jpg of one folder, a.jpg of another; or a.gif, a.png
            free = place.with_stem(f"{place.stem}_{number}")
            number += 1
        taken[free] = None
    return list(taken)
