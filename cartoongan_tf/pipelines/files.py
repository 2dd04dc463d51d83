"""Files wherever Beam reaches: matched, read, and written whole or not at all."""

import os
import uuid

from apache_beam.io.filesystem import BeamIOError, CompressionTypes
from apache_beam.io.filesystems import FileSystems

PLAIN = CompressionTypes.UNCOMPRESSED  # whatever a name ends in


def match(pattern: str, most: int | None = None) -> list[str]:
    """Names of the files that match one of Beam's patterns; at most so many."""
    try:
        (result,) = FileSystems.match([pattern], None if most is None else [most])
    except BeamIOError as error:
        raise OSError(f"Cannot look for {pattern} ({error})") from error
    return [found.path for found in result.metadata_list]


def is_folder(path: str) -> bool:
    """Whether a name is a folder's: one ends in `/`, others only disks can tell."""
    return path.endswith("/") or os.path.isdir(path)


def exists(path: str) -> bool:
    """Whether there is a file of this name."""
    return FileSystems.exists(path)


def read(path: str) -> bytes:
    """A file's bytes."""
    with FileSystems.open(path, compression_type=PLAIN) as file:
        return file.read()


def join(folder: str, place: str) -> str:
    """A place below a folder."""
    return f"{folder.rstrip('/')}/{place}"


def write(path: str, data: bytes, temporary: str) -> None:
    """Writes a file, whole or not at all; one of this name is replaced.

    Args:
        path: Where to. Missing folders are made.
        data: Its bytes.
        temporary: A folder on the same disk, or in the same bucket, for what is not
            whole yet. Its names are each used once, by whoever writes.
    """
    part = join(temporary, uuid.uuid4().hex)
    with FileSystems.create(part, compression_type=PLAIN) as file:
        file.write(data)
    move(part, path)


def move(path: str, to: str) -> None:
    """Gives a file another name; one of that name is replaced."""
    _make_folder(to.rpartition("/")[0])
    FileSystems.rename([path], [to])


def _make_folder(folder: str) -> None:
    if not folder or "://" in folder or FileSystems.exists(folder):
        return  # buckets have none
    try:
        FileSystems.mkdirs(folder)
    except OSError:
        if not FileSystems.exists(folder):  # else another made it just now
            raise


def delete(folder: str) -> None:
    """Deletes a folder and what is in it, if it is there."""
    if "://" not in folder and not FileSystems.exists(folder):
        return
    try:
        FileSystems.delete([folder if "://" not in folder else join(folder, "")])
    except BeamIOError:
        if match(join(folder, "**"), 1):
            raise
