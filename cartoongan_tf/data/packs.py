"""Pictures on disk as they are trained on: decoded and shrunk once, then mapped.

For sets that memory does not hold. A JPEG is decoded again for every window that is cut
of it; a mapped file gives the window's rows alone.
"""

import hashlib
import json
import mmap
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cartoongan_tf.data.lists import WORKERS, Pictures
from cartoongan_tf.pictures import paths

DISK_SHARE = 0.5  # of the free disk, that all packs may take
AHEAD = 64  # pictures decoded before they are written


def pack(pictures: Pictures, folder: str | os.PathLike, label: str, spare: int) -> int:
    """Gives a list of files its pictures from a packed file, made where it is missing.

    The pictures are those that `pictures` would read, to the bit. A pack is of these
    very files, by name, size and date, at this short side; another is written over it.

    Args:
        pictures: Of files.
        folder: Where packs lie; made if there is none.
        label: Names the pack and its progress bar.
        spare: Bytes that it may take at most.

    Returns:
        Its bytes on disk; 0 where it would take more, or nothing can be written there:
        files are then read each time, as before.
    """
    path = Path(folder) / f"{label}.pack"
    try:
        origin = _origin(pictures)
        index = _read_index(path, origin)
        if index is None:
            index = _write(pictures, path, origin, label, spare)
    except OSError:  # no room, a disk that may only be read, a file that is gone
        return 0
    with open(path, "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    for number, (start, *shape) in enumerate(index):
        if shape:
            flat = np.frombuffer(mapped, np.uint8, int(np.prod(shape)), start)
            pictures.give(number, flat.reshape(shape))
    return path.stat().st_size


def free_space(folder: str | os.PathLike) -> int:
    """Bytes that packs below a folder may take."""
    folder = Path(folder)
    while not folder.exists():
        folder = folder.parent
    return int(shutil.disk_usage(folder).free * DISK_SHARE)


def _origin(pictures: Pictures) -> str:
    digest = hashlib.sha256(f"1 {pictures.short_side}".encode())
    for path in pictures.sources:
        status = path.stat()
        said = f"{os.fspath(path)} {status.st_size} {status.st_mtime_ns}\n"
        digest.update(os.fsencode(said))
    return digest.hexdigest()


def _read_index(path: Path, origin: str):
    """Where each picture lies and its shape; None where the pack is not of these."""
    try:
        said = json.loads(path.with_suffix(".json").read_text())
        whole = path.stat().st_size == said["bytes"]
    except (OSError, ValueError, KeyError):
        return None
    return said["pictures"] if whole and said["origin"] == origin else None


def _write(pictures, path, origin, label, spare):
    index, at = [], 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        paths.replacing(path) as temporary,
        open(temporary, "wb") as file,
        ThreadPoolExecutor(WORKERS) as pool,
        tqdm(total=len(pictures), desc=f"packing {label}", disable=None) as bar,
    ):
        for first in range(0, len(pictures), AHEAD):
            numbers = range(first, min(first + AHEAD, len(pictures)))
            for picture in pool.map(pictures.get, numbers):
                bar.update()
                if picture is None:  # damaged: said when it is read
                    index.append([at])
                    continue
                index.append([at, *picture.shape])
                file.write(np.ascontiguousarray(picture))
                at += picture.nbytes
            # Foreseen by those written, so that no disk is filled for nothing.
            if at / len(index) * len(pictures) > spare:
                raise OSError("no room")
        if not at:
            raise OSError("nothing to pack")
    said = {"origin": origin, "bytes": at, "pictures": index}
    with paths.replacing(path.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(said))
    return index
