"""Feature maps of a large picture, kept as blocks: in memory, and past that on disk."""

import mmap
import tempfile
import threading

import numpy as np

from cartoongan_tf.formats import scratch

LEVELS = 65535  # of a block's channel in sixteen bits, from its least to its most


class Maps:
    """Named maps in blocks, float32 or sixteen bits, in memory as long as it lasts.

    Sixteen bits between the least and the most of a channel in a block are an error of
    1/100,000 of that range: nothing of it is seen in a picture.

    Args:
        room: Bytes that blocks may take in memory; what comes after them goes into a
            file that has no name any more, and is gone with the process.
        tight: Whether memory is so scarce that blocks are worth a copy each, see
            `_copy`.
    """

    def __init__(self, room: int, tight: bool = True):
        self.room, self.tight = room, tight
        self.used = self.spilled = 0
        self.reuse = True  # whether pages of dropped blocks are kept for new ones
        self._blocks = {}  # by map, then by place
        self._spare = {}  # pages by their size
        self._file, self._end, self._free = None, 0, {}
        self._lock = threading.Lock()  # of the file's place: one reads, one writes

    def put(self, name: str, box, values: np.ndarray, low=None, step=None) -> None:
        """Keeps a block.

        Args:
            name: Of the map.
            box: Top, bottom, left and right of the block in the map.
            values: `(height, width, channels)`, float32; or uint16, see below.
            low: Of uint16 values, what their 0 means, by channel.
            step: And their 1 more.
        """
        if self.used + values.nbytes <= self.room:
            self.used += values.nbytes
            held = self._copy(values) if self.tight else values
        else:
            held = self._write(values)
        self._blocks.setdefault(name, {})[tuple(box)] = held, low, step

    def read(self, name: str, box) -> np.ndarray:
        """A part of a map, float32 `(height, width, channels)`."""
        top, bottom, left, right = box
        result = None
        for (t, b, le, r), (held, low, step) in list(self._blocks[name].items()):
            if t >= bottom or b <= top or le >= right or r <= left:
                continue
            values = self._load(held)
            if result is None:
                shape = (bottom - top, right - left, values.shape[-1])
                result = np.empty(shape, np.float32)
            rows = slice(max(t, top) - t, min(b, bottom) - t)
            columns = slice(max(le, left) - le, min(r, right) - le)
            into = result[
                max(t, top) - top : min(b, bottom) - top,
                max(le, left) - left : min(r, right) - left,
            ]
            if low is None:
                into[...] = values[rows, columns]
            else:
                np.multiply(values[rows, columns], step, out=into)
                into += low
        return result

    def drop(self, name: str, above: int | None = None) -> None:
        """Forgets a map's blocks, or those of them that end at or above a row."""
        blocks = self._blocks.get(name, {})
        for box in [box for box in blocks if above is None or box[1] <= above]:
            held, _, _ = blocks.pop(box)
            if isinstance(held, np.ndarray):
                self.used -= held.nbytes
                if self.tight and self.reuse:
                    self._spare.setdefault(held.nbytes, []).append(_pages(held))
            else:
                start, shape, dtype = held
                size = int(np.prod(shape)) * np.dtype(dtype).itemsize
                self.spilled -= size
                self._free.setdefault(size, []).append(start)

    def expect(self, blocks: bool) -> None:
        """Says whether more blocks are to come; if none, no pages are kept for them."""
        self.reuse = blocks
        if not blocks:
            self._spare.clear()

    def _copy(self, values: np.ndarray) -> np.ndarray:
        """A copy in pages of its own.

        The C library keeps what it lends in pieces of megabytes: of a photo of 50
        megapixels 150 MB, which nobody uses. New pages take the system as long as the
        copy, so those of blocks that were dropped serve again while there is room.
        """
        size = values.nbytes
        if not self._spare.get(size):
            if self.used + sum(n * len(each) for n, each in self._spare.items()) > (
                self.room
            ):
                self._spare.clear()
            self._spare.setdefault(size, []).append(mmap.mmap(-1, size))
        pages = self._spare[size].pop()
        copy = np.frombuffer(pages, values.dtype).reshape(values.shape)
        copy[...] = values
        return copy

    def _write(self, values: np.ndarray) -> tuple:
        if self._file is None:
            # Of no name: it is gone with the process, however that ends.
            self._file = tempfile.TemporaryFile(dir=scratch.folder())
        places = self._free.get(values.nbytes)
        start = places.pop() if places else self._end
        self._end = max(self._end, start + values.nbytes)
        with self._lock:
            self._file.seek(start)
            self._file.write(np.ascontiguousarray(values).data)
        self.spilled += values.nbytes
        return start, values.shape, values.dtype

    def _load(self, held) -> np.ndarray:
        if isinstance(held, np.ndarray):
            return held
        start, shape, dtype = held
        values = np.empty(shape, dtype)
        view = memoryview(values).cast("B")
        with self._lock:
            self._file.seek(start)
            got = self._file.readinto(view)
        if got != len(view):
            raise OSError("A temporary file has become shorter")
        return values

    def close(self) -> None:
        """Gives everything back."""
        self._blocks.clear()
        self._spare.clear()
        self.used = self.spilled = 0
        if self._file is not None:
            self._file.close()
            self._file = None


def _pages(array):
    """The pages that an array of `_copy` lies in."""
    while isinstance(array, np.ndarray):
        array = array.base
    return array.obj if isinstance(array, memoryview) else array
