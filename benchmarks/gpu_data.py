"""A style's pictures in one small file, and batches of them for a card.

Nothing here imports TensorFlow, Keras or JAX.
"""

import queue
import sys
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cartoongan_tf.data.edges import smooth_edges  # noqa: E402
from cartoongan_tf.data.lists import Pictures  # noqa: E402
from cartoongan_tf.data.pairs import hold_out  # noqa: E402
from cartoongan_tf.data.triples import TrainingSet, draw_triple  # noqa: E402
from cartoongan_tf.pictures import images, paths  # noqa: E402

MOST_BYTES = 30_000_000  # of a packed set: what is sent to a card is bounded
QUALITIES = (95, 92, 88, 84, 80, 75)  # of its JPEGs, the first that fits
WORKERS = 8


def pack(folder, out, short_side: int, most_bytes: int = MOST_BYTES) -> str:
    """Writes a style's two folders as JPEGs in one .npz.

    Returns:
        What was written, in words.

    Raises:
        ValueError: When a folder is missing or empty, or all is too large.
    """
    lists = {}
    for name in ("photos", "cartoons"):
        part = Path(folder) / name
        if not part.is_dir():
            raise ValueError(
                f"There must be photos/ and cartoons/. No such folder: {part}"
            )
        lists[name] = Pictures(paths.find(part), short_side)
    return _pack(lists, out, most_bytes)


def pack_photos(folders, out, short_side, one_in=8, most_bytes=MOST_BYTES) -> str:
    """Writes folders' photos, but those that `distill` keeps for scores.

    Of each folder every `one_in`-th is left out; 0 for none. See `pack`.
    """
    learnt = []
    for folder in folders:
        found = paths.find(folder)
        learnt += hold_out(found, one_in)[0]
    return _pack({"photos": Pictures(learnt, short_side)}, out, most_bytes)


def _pack(lists, out, most_bytes):
    for quality in QUALITIES:
        packed = {
            name: [_jpeg(pictures[n], quality) for n in range(len(pictures))]
            for name, pictures in lists.items()
        }
        size = sum(len(each) for part in packed.values() for each in part)
        if size <= most_bytes:
            break
    else:
        raise ValueError(
            f"A packed set must have at most {most_bytes / 1e6:.0f} MB. "
            f"Received: {size / 1e6:.0f} MB; give a smaller --short-side"
        )
    found = {}
    for name, part in packed.items():
        found[name] = np.frombuffer(b"".join(part), np.uint8)
        found[f"{name}_ends"] = np.cumsum([len(each) for each in part])
    np.savez(out, **found)
    counts = ", ".join(f"{len(part)} {name}" for name, part in packed.items())
    return f"{out}: {counts}, {size / 1e6:.1f} MB, JPEG quality {quality}"


def _jpeg(pixels, quality):
    cv2 = images.opencv()
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR]
    flags.append(cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)  # lines keep their colours
    return cv2.imencode(".jpg", pixels[..., ::-1], flags)[1].tobytes()


def unpack(path) -> TrainingSet:
    """The training set of a packed file, its cartoons smoothed."""
    photos, cartoons = unpack_pictures(path, ("photos", "cartoons"))
    with ThreadPoolExecutor(WORKERS) as pool:
        smooth = list(pool.map(smooth_edges, cartoons))
    return TrainingSet(Pictures(photos), Pictures(cartoons), Pictures(smooth))


def unpack_pictures(path, names=("photos",)) -> list[list[np.ndarray]]:
    """The pictures of a packed file, of each name a list."""
    cv2 = images.opencv()
    with np.load(path) as file:
        arrays_of = {name: file[name] for name in file.files}

    def read(name):
        ends = arrays_of[f"{name}_ends"]
        starts = [0, *ends[:-1]]
        parts = [arrays_of[name][a:b] for a, b in zip(starts, ends, strict=True)]
        with ThreadPoolExecutor(WORKERS) as pool:
            read = pool.map(lambda part: cv2.imdecode(part, cv2.IMREAD_COLOR), parts)
            return [np.ascontiguousarray(bgr[..., ::-1]) for bgr in read]

    return [read(name) for name in names]


class Batches:
    """Batches of a run from a step on, drawn by threads while the card computes.

    Each is the same as in training on TensorFlow: a pure function of seed and number.
    """

    def __init__(self, training_set, plan, start: int):
        self.plan, self.training_set = plan, training_set
        self.ready = queue.Queue(4)
        self.pool = ThreadPoolExecutor(WORKERS)
        self.open = True
        threading.Thread(target=self._fill, args=(start,), daemon=True).start()

    def _fill(self, step):
        try:
            while self.open:
                self._offer(self._draw(step))
                step += 1
        except CancelledError:
            return
        except Exception as error:  # told to whom it may concern, in `next`
            self._offer(error)

    def _draw(self, step):
        plan = self.plan
        first = step * plan.batch_size
        triples = self.pool.map(
            lambda n: draw_triple(self.training_set, n, plan.image_size, plan.seed),
            range(first, first + plan.batch_size),
        )
        return [np.stack(part) for part in zip(*triples, strict=True)]

    def _offer(self, found):
        while self.open:
            try:
                return self.ready.put(found, timeout=1)
            except queue.Full:
                continue

    def next(self) -> list[np.ndarray]:
        """The next batch: photo, cartoon, smooth, uint8.

        Raises:
            ValueError: And whatever else kept it from being drawn.
        """
        found = self.ready.get()
        if isinstance(found, Exception):
            raise found
        return found

    def close(self):
        """Ends the threads."""
        self.open = False
        self.pool.shutdown(wait=False, cancel_futures=True)
