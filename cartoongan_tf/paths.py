"""Files and folders: pictures found, folders checked, files replaced whole."""

import glob
import os
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


class replacing:  # noqa: N801  (reads as a statement: `with replacing(path) as new`)
    """Gives a temporary name beside `path`, moved over it if the block succeeds."""

    def __init__(self, path: str | os.PathLike):
        self.path = Path(path)
        # The suffix stays last: Keras and Pillow choose the format by it.
        self.temporary = self.path.with_name(
            f".{self.path.stem}.tmp{os.getpid()}{self.path.suffix}"
        )

    def __enter__(self) -> Path:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return self.temporary

    def __exit__(self, kind, value, trace):
        if kind is None:
            os.replace(self.temporary, self.path)
        else:
            self.temporary.unlink(missing_ok=True)


def find(folder: str | os.PathLike) -> list[Path]:
    """Every picture file below a folder, by suffix, sorted; hidden ones left out.

    Raises:
        ValueError: When the folder is absent, unreadable, or holds no picture.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f"A folder of pictures must exist. No such folder: {folder}")

    def refuse(error: OSError):
        raise ValueError(
            f"A folder must be readable. Received: {error.filename} ({error.strerror})"
        ) from error

    found = []
    for root, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
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


@dataclass(frozen=True)
class Photo:
    """A picture that was asked for, and its place below the folder that was named."""

    path: Path
    place: Path


def expand(inputs: list[str], leave_out: Path | None = None):
    """Files, folders and globs to the photos they stand for, each once.

    Args:
        inputs: As typed. A glob is for shells that do not expand it, or quoted.
        leave_out: A folder not to look into: that of the results.

    Returns:
        A list of `Photo`, and a list of messages about inputs that stand for nothing.
    """
    photos, failures = {}, []
    for text in inputs:
        path = Path(text)
        try:
            if path.is_dir():
                found = [(file, file.relative_to(path)) for file in find(path)]
            elif path.exists() or not glob.has_magic(text):
                found = [(path, Path(path.name))]
            else:
                found = [(Path(f), Path(Path(f).name)) for f in sorted(glob.glob(text))]
                found = [(file, place) for file, place in found if file.is_file()]
                if not found:
                    raise ValueError(f"A glob must match files. Received: {text}")
        except ValueError as error:
            failures.append(str(error))
            continue
        for file, place in found:
            whole = file.resolve()
            if leave_out is None or leave_out.resolve() not in whole.parents:
                photos.setdefault(whole, Photo(file, place))
    return list(photos.values()), failures


def place_results(photos: list[Photo], folder: Path) -> list[Path]:
    """A name below `folder` for the result of each photo, no two the same.

    Sub-folders are kept, and the suffix where we write that format; else it is `.png`.
    """
    taken, places = set(), []
    for photo in photos:
        suffix = photo.place.suffix.lower()
        suffix = suffix if suffix in WRITABLE else ".png"
        place = folder / photo.place.with_suffix(suffix)
        number = 2
        while place in taken:  # a.jpg of one folder, a.jpg of another; or a.gif, a.png
            place = folder / photo.place.with_name(
                f"{photo.place.stem}_{number}{suffix}"
            )
            number += 1
        taken.add(place)
        places.append(place)
    return places
