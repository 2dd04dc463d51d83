"""The third set of a style: each cartoon with its edges smoothed, kept on disk."""

import os
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cartoongan_tf.data.edges import KERNEL_SIZE, smooth_edges
from cartoongan_tf.data.lists import WORKERS
from cartoongan_tf.pictures import images, paths

# A training window is 1 to so many times as large as what it is resized to. Of a
# picture shrunk to as much, that is all of its height, as in the authors' "load 256,
# crop 256", or some of it.
MAX_ZOOM = 1.5


def make_smooth(
    folder: Path, cartoons: list[Path], image_size: int = 256
) -> list[tuple[Path, Path]]:
    """Smooths the edges of every cartoon into `folder/smooth/`, where not done already.

    Redone when the cartoon's file has changed or the training size asks for another
    kernel. A picture in `smooth/` that we did not make, or that was changed since, is
    taken as it is and never overwritten.

    Returns:
        Pairs of (cartoon, smooth) paths, damaged cartoons left out with a warning.
    """
    root, target = folder / "cartoons", folder / "smooth"
    places = [target / cartoon.relative_to(root) for cartoon in cartoons]
    wanted = [p.with_name(paths.cut(p.name, ".png")) for p in places]
    made = dict(zip(cartoons, paths.apart(wanted, cartoons), strict=True))
    ours = set(made.values())
    pairs, todo = {}, []
    for cartoon, place in zip(cartoons, places, strict=True):
        own = (place, place.with_suffix(".png"))
        own = [path for path in own if path not in ours and path.exists()]
        if own:
            pairs[cartoon] = own[0]
        elif _is_users(made[cartoon]) or _is_fresh(made[cartoon], cartoon, image_size):
            pairs[cartoon] = made[cartoon]
        else:
            todo.append(cartoon)
    if not todo:
        return [(c, pairs[c]) for c in cartoons]
    paths.check_folder(target)

    def work(cartoon):
        try:
            pixels = images.read(cartoon).pixels
        except ValueError as error:
            return cartoon, error
        note = _origin(cartoon, image_size)
        pixels = smooth_edges(pixels, kernel_size(pixels, image_size))
        with paths.replacing(made[cartoon]) as temporary:
            temporary.write_bytes(images.encode(pixels, ".png", note=note))
            # Its time is its cartoon's. One that was changed since has another.
            os.utime(temporary, ns=(time.time_ns(), cartoon.stat().st_mtime_ns))
        return cartoon, None

    with ThreadPoolExecutor(WORKERS) as pool:
        results = pool.map(work, todo)
        for cartoon, error in tqdm(
            results, "smoothing edges", len(todo), unit="picture"
        ):
            if error is None:
                pairs[cartoon] = made[cartoon]
            else:
                warnings.warn(f"Skipped. {error}", stacklevel=2)
    if not pairs:
        raise ValueError(
            f"At least one cartoon must be readable. Received: {len(cartoons)} damaged "
            f"files in {root}"
        )
    return [(c, pairs[c]) for c in cartoons if c in pairs]


def _origin(cartoon: Path, image_size: int) -> str:
    """From what a smooth picture was made; kept in the file itself."""
    status = cartoon.stat()
    return f"{status.st_mtime_ns} {status.st_size} {image_size}"


def _is_fresh(smooth: Path, cartoon: Path, image_size: int) -> bool:
    if not smooth.exists() or not cartoon.exists():
        return False
    return images.read_note(smooth) == _origin(cartoon, image_size)


def _is_users(smooth: Path) -> bool:
    """Whether a picture was not made by us, or was changed since."""
    if not smooth.exists():
        return False
    note = images.read_note(smooth)
    return note is None or not note.startswith(f"{smooth.stat().st_mtime_ns} ")


def kernel_size(pixels: np.ndarray, image_size: int) -> int:
    """The smoothing kernel for a picture that training will shrink to `image_size`.

    5 pixels of a film frame 1,080 high are one pixel of the network's 256: what
    was smoothed would be sharp again. So the kernel grows with the picture.
    """
    shrink = max(1.0, min(pixels.shape[:2]) / (image_size * MAX_ZOOM))
    return 2 * round((KERNEL_SIZE * shrink - 1) / 2) + 1
