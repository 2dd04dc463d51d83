"""A style's pictures to `tf.data` batches of photo, cartoon and smooth.

Every batch is a pure function of the seed and its number: which files, which window,
which flip. So a run starts again at any step and sees what it would have seen, and
there is no shuffle buffer to keep.
"""

import itertools
import os
from pathlib import Path

import numpy as np
import tensorflow as tf

from cartoongan_tf.data import packs
from cartoongan_tf.data.lists import Pictures
from cartoongan_tf.data.sizes import check_sizes
from cartoongan_tf.data.smooth import MAX_ZOOM, make_smooth
from cartoongan_tf.data.triples import TrainingSet, draw_triple
from cartoongan_tf.pictures import images, memory, paths

CACHE_BYTES = 2 * 2**30  # pictures are kept in memory up to here, else read each time
CACHE_SHARE = 0.25  # and up to this share of the memory that is free


def open_folder(
    folder: str | os.PathLike, image_size: int = 256, short_side: int = 0
) -> TrainingSet:
    """Opens `folder/{photos,cartoons,smooth}/`, making `smooth` where it is missing.

    Pictures may have any size and any of the formats of `images.read`, and may lie in
    sub-folders.

    Args:
        folder: The data of one style.
        image_size: The training size.
        short_side: Larger pictures are shrunk to it on reading; 0 for 1.5 times
            `image_size`, so that a window shows most of a picture.

    Raises:
        ValueError: When a folder is missing or holds no picture.
    """
    folder = Path(folder)
    photos, cartoons = list_pictures(folder)
    short = short_side or round(image_size * MAX_ZOOM)
    pairs = make_smooth(folder, cartoons, round(short / MAX_ZOOM))
    return TrainingSet(
        Pictures(photos, short),
        Pictures([cartoon for cartoon, _ in pairs], short),
        Pictures([smooth for _, smooth in pairs], short),
        lost=len(cartoons) - len(pairs),
    )


def list_pictures(folder: str | os.PathLike) -> tuple[list[Path], list[Path]]:
    """The photos and the cartoons in a style's folder; nothing is read or made.

    Raises:
        ValueError: When `photos/` or `cartoons/` is missing or holds no picture.
    """
    folder = Path(folder)
    for part in ("photos", "cartoons"):
        if not (folder / part).is_dir():
            raise ValueError(
                "A style's data must be in <data>/<style>/photos and "
                f"<data>/<style>/cartoons. No such folder: {folder / part}"
            )
    return paths.find(folder / "photos"), paths.find(folder / "cartoons")


# ---------------------------------------------------------------- batches


def load_dataset(
    folder: str | os.PathLike,
    batch_size: int = 8,
    image_size: int = 256,
    seed: int = 0,
    cache_bytes: int = CACHE_BYTES,
    packed: bool = False,
) -> tf.data.Dataset:
    """Batches of `(photo, cartoon, smooth)` from a style's folder, for `fit`.

    Args:
        folder: With `photos/`, `cartoons/` and perhaps `smooth/`.
        batch_size: Pictures of each kind a batch.
        image_size: Their side, a multiple of 4 of at least 32.
        seed: Decides order, windows and flips; batches depend on nothing else.
        cache_bytes: Pictures are kept in memory when they fit.
        packed: Those that do not are packed into `folder/packed/`, once.

    Returns:
        A dataset of three float32 tensors `(batch_size, image_size, image_size, 3)`,
        RGB, -1..1. It ends after an epoch, in which no photo is seen twice (up to
        `batch_size - 1` are left out); iterated again, as `fit` does, it goes on with
        the next order, windows and flips.
    """
    training_set = open_folder(folder, image_size)
    keep_in_memory(training_set, cache_bytes)
    if packed:
        pack_on_disk(training_set, folder)
    check_sizes(batch_size, image_size)
    batches = max(1, len(training_set.photos) // batch_size)
    laps = itertools.count()

    def first_number():
        return np.int64(next(laps) * len(training_set.photos))

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
    free = memory.available()
    if free is not None:
        budget = min(budget, int(free * CACHE_SHARE))
    used = 0
    for name in ("photos", "cartoons", "smooth"):
        used += getattr(training_set, name).keep(budget - used, name)
    return used


def pack_on_disk(training_set: TrainingSet, folder: str | os.PathLike) -> int:
    """Packs those of the three lists that memory did not hold; returns their bytes.

    Args:
        training_set: Of files.
        folder: A style's; its packs lie in `folder/packed/` and may be deleted.
    """
    folder = Path(folder) / "packed"
    spare, used = packs.free_space(folder), 0
    for name in ("photos", "cartoons", "smooth"):
        pictures = getattr(training_set, name)
        if not pictures.is_kept:
            used += packs.pack(pictures, folder, name, spare - used)
    return used


def make_batches(
    training_set: TrainingSet,
    batch_size: int,
    image_size: int,
    seed: int = 0,
    start: int = 0,
    part: int = 0,
    parts: int = 1,
    devices: int = 1,
) -> tf.data.Dataset:
    """Endless batches of a training set, as `load_dataset`, from batch `start` on.

    Of many processes each makes its own part of every batch, and gives each of its
    devices a share: `devices` smaller batches in place of one.

    Raises:
        ValueError: When a batch cannot be shared out evenly.
    """
    check_sizes(batch_size, image_size)
    shares = parts * devices
    if batch_size % shares:
        raise ValueError(
            f"`batch_size` must be a multiple of the {shares} devices. "
            f"Received: batch_size={batch_size}"
        )
    own = batch_size // parts
    steps = tf.data.Dataset.range(start, np.iinfo(np.int64).max // batch_size)

    def numbers_of(step):
        first = step * batch_size + part * own
        return tf.data.Dataset.range(first, first + own)

    numbers = steps.flat_map(numbers_of)
    return _to_batches(numbers, training_set, batch_size // shares, image_size, seed)


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
