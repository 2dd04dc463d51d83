"""Pictures on disk to `tf.data` batches of photo, cartoon and smooth.

Every batch is a pure function of the seed and its number: which files, which window,
which flip. So a run starts again at any step and sees what it would have seen, and
there is no shuffle buffer to keep.
"""

import itertools
import json
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from cartoongan_tf import images, paths
from cartoongan_tf.edges import KERNEL_SIZE, smooth_edges

cv2 = images.opencv()

# A window's side is the picture's short side divided by 1 to this: the whole height of
# a film frame, as in the authors' "load 256, crop 256", or some of it.
MAX_ZOOM = 1.5
CACHE_BYTES = 2 * 2**30  # pictures are kept in memory up to here, else read each time
WORKERS = min(8, os.cpu_count() or 1)


class Pictures:
    """A list of pictures: files, read when asked for or kept in memory, or arrays.

    A damaged file is skipped: named once in a warning, counted in `damaged`, and the
    next file in the list stands in for it.

    Args:
        sources: Paths or uint8 RGB arrays, one kind.
        short_side: Files are shrunk to this short side on reading; None keeps them.
    """

    def __init__(self, sources, short_side: int | None = None):
        self.sources = list(sources)
        self.short_side = short_side
        self.damaged: set[int] = set()
        self._kept: list[np.ndarray | None] = [None] * len(self.sources)

    def __len__(self):
        return len(self.sources)

    def __getitem__(self, index: int) -> np.ndarray:
        """The picture, uint8 RGB.

        Raises:
            ValueError: When every file is damaged.
        """
        for step in range(len(self)):
            at = (index + step) % len(self)
            if at not in self.damaged:
                picture = self._get(at)
                if picture is not None:
                    return picture
        raise ValueError(
            f"At least one picture must be readable. Received: {len(self)} damaged "
            f"files, {self.sources[0]} the first"
        )

    def _get(self, index: int) -> np.ndarray | None:
        source = self.sources[index]
        if isinstance(source, np.ndarray):
            return source
        if self._kept[index] is not None:
            return self._kept[index]
        try:
            return self._shrink(images.read(source).pixels)
        except ValueError as error:
            if index not in self.damaged:
                self.damaged.add(index)
                warnings.warn(f"Skipped. {error}", stacklevel=2)
            return None

    def _shrink(self, pixels: np.ndarray) -> np.ndarray:
        short = min(pixels.shape[:2])
        if self.short_side is None or short <= self.short_side:
            return pixels
        height, width = (round(s * self.short_side / short) for s in pixels.shape[:2])
        return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)

    def keep(self, budget: int, label: str = "pictures") -> int:
        """Reads every file into memory if all fit in `budget` bytes.

        Returns:
            The bytes kept: 0 when they do not fit, and files are read each time.
        """
        if not self.sources or isinstance(self.sources[0], np.ndarray):
            return 0
        sample = self[0].nbytes  # a first guess, before reading all of a large set
        if sample * len(self) > 2 * budget:
            return 0
        kept, used = {}, 0
        with ThreadPoolExecutor(WORKERS) as pool:
            reads = pool.map(self._get, range(len(self)))
            bar = tqdm(reads, f"reading {label}", len(self), leave=False, disable=None)
            for index, picture in enumerate(bar):
                if picture is None:
                    continue
                used += picture.nbytes
                if used > budget:
                    pool.shutdown(wait=False, cancel_futures=True)
                    return 0
                kept[index] = picture
        for index, picture in kept.items():
            self._kept[index] = picture
        return used


@dataclass(frozen=True)
class TrainingSet:
    """Photos, one artist's cartoons, and each cartoon with its edges smoothed."""

    photos: Pictures
    cartoons: Pictures
    smooth: Pictures

    def __post_init__(self):
        assert len(self.cartoons) == len(self.smooth)

    @property
    def damaged(self) -> int:
        """How many files have turned out damaged so far."""
        return len(self.photos.damaged) + len(self.cartoons.damaged)


def open_folder(folder: str | os.PathLike, image_size: int = 256) -> TrainingSet:
    """Opens `folder/{photos,cartoons,smooth}/`, making `smooth` where it is missing.

    Pictures may have any size and any of the formats of `images.read`, and may lie in
    sub-folders.

    Args:
        folder: The data of one style.
        image_size: The training size; larger pictures are shrunk on reading.

    Raises:
        ValueError: When a folder is missing or holds no picture.
    """
    folder = Path(folder)
    check_layout(folder)
    photos = paths.find(folder / "photos")
    cartoons = paths.find(folder / "cartoons")
    # Both lists lose a damaged cartoon together, so they stay paired.
    pairs = make_smooth(folder, cartoons, image_size)
    short = round(image_size * MAX_ZOOM)
    return TrainingSet(
        Pictures(photos, short),
        Pictures([cartoon for cartoon, _ in pairs], short),
        Pictures([smooth for _, smooth in pairs], short),
    )


def check_layout(folder: str | os.PathLike) -> None:
    """Checks that a style's folder holds `photos/` and `cartoons/`, with pictures."""
    folder = Path(folder)
    for part in ("photos", "cartoons"):
        if not (folder / part).is_dir():
            raise ValueError(
                "A style's data must be in <data>/<style>/photos and "
                f"<data>/<style>/cartoons. No such folder: {folder / part}"
            )
        paths.find(folder / part)


# ---------------------------------------------------------------- smooth

_RECORD = ".smooth.json"  # from what each picture in smooth/ was made


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
    record = _read_record(target / _RECORD)
    pairs, todo = {}, []
    for cartoon in cartoons:
        name = cartoon.relative_to(root).as_posix()
        made = target / f"{name}.png"
        theirs = next(
            (p for p in (target / name, (target / name).with_suffix(".png"))
             if p.exists()), None,
        )  # fmt: skip
        state = [*_stamp(cartoon), image_size]
        entry = record.get(name)
        if made.exists() and (entry is None or entry["smooth"] != _stamp(made)):
            theirs = made  # not ours, or touched since
        if theirs is not None:
            pairs[cartoon] = theirs
        elif made.exists() and entry["cartoon"] == state:
            pairs[cartoon] = made
        else:
            todo.append((cartoon, made, name, state))
    if not todo:
        return [(c, pairs[c]) for c in cartoons]
    paths.check_folder(target)

    def work(job):
        cartoon, made, name, state = job
        try:
            pixels = images.read(cartoon).pixels
        except ValueError as error:
            return cartoon, None, name, error
        images.write(made, smooth_edges(pixels, kernel_size(pixels, image_size)))
        return cartoon, made, name, {"cartoon": state, "smooth": _stamp(made)}

    try:
        with ThreadPoolExecutor(WORKERS) as pool:
            results = pool.map(work, todo)
            bar = tqdm(results, "smoothing edges", len(todo), unit="picture")
            for cartoon, made, name, result in bar:
                if made is None:
                    warnings.warn(f"Skipped. {result}", stacklevel=2)
                else:
                    pairs[cartoon] = made
                    record[name] = result
    finally:  # what is done stays done after Ctrl-C
        with paths.replacing(target / _RECORD) as temporary:
            temporary.write_text(json.dumps(record, indent=0))
    if not pairs:
        raise ValueError(
            f"At least one cartoon must be readable. Received: {len(cartoons)} damaged "
            f"files in {root}"
        )
    return [(c, pairs[c]) for c in cartoons if c in pairs]


def kernel_size(pixels: np.ndarray, image_size: int) -> int:
    """The smoothing kernel for a picture that training will shrink to `image_size`.

    5 pixels of a film frame 1,080 high are one pixel of the network's 256: what
    was smoothed would be sharp again. So the kernel grows with the picture.
    """
    shrink = max(1.0, min(pixels.shape[:2]) / (image_size * MAX_ZOOM))
    return 2 * round((KERNEL_SIZE * shrink - 1) / 2) + 1


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _read_record(path: Path) -> dict:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}  # made anew


# ---------------------------------------------------------------- batches


def load_dataset(
    folder: str | os.PathLike,
    batch_size: int = 8,
    image_size: int = 256,
    seed: int = 0,
    cache_bytes: int = CACHE_BYTES,
) -> tf.data.Dataset:
    """Batches of `(photo, cartoon, smooth)` from a style's folder, for `fit`.

    Args:
        folder: With `photos/`, `cartoons/` and perhaps `smooth/`.
        batch_size: Pictures of each kind a batch.
        image_size: Their side, a multiple of 4 of at least 32.
        seed: Decides order, windows and flips; batches depend on nothing else.
        cache_bytes: Pictures are kept in memory when they fit.

    Returns:
        A dataset of three float32 tensors `(batch_size, image_size, image_size, 3)`,
        RGB, -1..1. It ends when every photo has been seen once, an epoch; iterated
        again, as `fit` does, it goes on with the next order, windows and flips.
    """
    training_set = open_folder(folder, image_size)
    keep_in_memory(training_set, cache_bytes)
    check_sizes(batch_size, image_size)
    batches = max(1, len(training_set.photos) // batch_size)
    laps = itertools.count()

    def first_number():
        return np.int64(next(laps) * batches * batch_size)

    start = tf.data.Dataset.from_tensors(0).map(
        lambda _: tf.numpy_function(first_number, [], tf.int64)
    )
    numbers = start.flat_map(
        lambda first: tf.data.Dataset.range(first, first + batches * batch_size)
    )
    dataset = _to_batches(numbers, training_set, batch_size, image_size, seed)
    return dataset.apply(tf.data.experimental.assert_cardinality(batches))


def keep_in_memory(training_set: TrainingSet, budget: int = CACHE_BYTES) -> int:
    """Keeps in memory those of the three lists that fit, and returns their bytes."""
    used = 0
    for name in ("photos", "cartoons", "smooth"):
        used += getattr(training_set, name).keep(budget - used, name)
    return used


def make_batches(
    training_set: TrainingSet,
    batch_size: int,
    image_size: int,
    seed: int = 0,
    start: int = 0,
) -> tf.data.Dataset:
    """Endless batches of a training set, as `load_dataset`, from batch `start` on."""
    check_sizes(batch_size, image_size)
    numbers = tf.data.Dataset.range(start * batch_size, np.iinfo(np.int64).max)
    return _to_batches(numbers, training_set, batch_size, image_size, seed)


def _to_batches(numbers, training_set, batch_size, image_size, seed):
    """The numbers of triples to batches of them."""

    def draw(number):
        return draw_triple(training_set, int(number), image_size, seed)

    def to_tensors(number):
        triple = tf.numpy_function(draw, [number], [tf.uint8] * 3, stateful=False)
        for picture in triple:
            picture.set_shape((image_size, image_size, 3))
        return tuple(triple)

    def to_signed(*batch):
        return tuple(images.to_signed(tf.cast(p, tf.float32)) for p in batch)

    return (
        numbers.map(to_tensors, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(batch_size, drop_remainder=True)
        .map(to_signed)
        .prefetch(2)
    )


def check_sizes(batch_size: int, image_size: int) -> None:
    """Checks what a batch is made of, in the words of the flags."""
    if batch_size < 1:
        raise ValueError(
            f"`batch_size` must be at least 1. Received: batch_size={batch_size}"
        )
    if image_size % 4 or image_size < 32:
        raise ValueError(
            "`image_size` must be a multiple of 4 and at least 32. "
            f"Received: image_size={image_size}"
        )


def draw_triple(training_set: TrainingSet, number: int, image_size: int, seed: int):
    """The `number`-th photo, cartoon and smooth of a run: uint8, cut to `image_size`.

    Photos and cartoons are shuffled apart, a new order each time round. A cartoon and
    its smooth get the same window and flip, so that edges are all that differs.
    """
    sets = training_set
    at = _shuffled(number, len(sets.photos), seed, 0)
    photo = cut(sets.photos[at], image_size, np.random.default_rng((seed, number, 0)))
    at = _shuffled(number, len(sets.cartoons), seed, 1)
    pair = [
        cut(pictures[at], image_size, np.random.default_rng((seed, number, 1)))
        for pictures in (sets.cartoons, sets.smooth)
    ]
    return photo, *pair


def _shuffled(number: int, length: int, seed: int, stream: int) -> int:
    lap, place = divmod(number, length)
    return int(_order(length, seed, stream, lap)[place])


@lru_cache(maxsize=16)  # this lap's order and the last's, of two streams
def _order(length: int, seed: int, stream: int, lap: int) -> np.ndarray:
    return np.random.default_rng((seed, stream, lap)).permutation(length)


def cut(picture: np.ndarray, image_size: int, rng: np.random.Generator) -> np.ndarray:
    """Cuts a random square window, resizes it to `image_size`, and flips it or not.

    Args:
        picture: uint8 `(H, W, 3)` of any size; one smaller than `image_size` is
        enlarged.
        image_size: Side of the result.
        rng: Three draws are taken, whatever the picture: scale, place, flip.

    Returns:
        uint8 `(image_size, image_size, 3)`.
    """
    height, width = picture.shape[:2]
    short = min(height, width)
    zoom, top, left, flip = rng.random(4)
    # Never a window smaller than the result, unless the picture is: no false blur.
    smallest = min(short, max(image_size, short / MAX_ZOOM))
    side = round(smallest + zoom * (short - smallest))
    y, x = int(top * (height - side + 1)), int(left * (width - side + 1))
    window = picture[y : y + side, x : x + side]
    if side != image_size:
        shrinks = side > image_size
        window = cv2.resize(
            window,
            (image_size, image_size),
            interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
        )
    return np.ascontiguousarray(window[:, ::-1] if flip < 0.5 else window)


def cut_center(picture: np.ndarray, image_size: int) -> np.ndarray:
    """Cuts the largest square from a picture's middle and resizes it: uint8 RGB."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return images.resize(
        picture[top : top + side, left : left + side], image_size, image_size
    )
