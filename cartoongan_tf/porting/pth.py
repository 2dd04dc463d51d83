"""PyTorch's `.pth` files read without PyTorch, and without running what is in them.

A `.pth` is a pickle, and a pickle is a program. Ours knows six words (`_ALLOWED`) and
refuses every other before it runs.
"""

import collections
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np

_DTYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "<i1",
    "ByteStorage": "<u1",
    "BoolStorage": "?",
}
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C  # torch.serialization.MAGIC_NUMBER
_LEGACY_PROTOCOL = 1001


class _Storage:
    """One flat block of numbers that tensors are views of."""

    def __init__(self, dtype: str, key: str, size: int):
        self.dtype, self.key, self.size = np.dtype(dtype), key, size
        self.values = None


class _Tensor:
    """A view of a storage, resolved once all storages are read."""

    def __init__(self, storage, offset, shape, strides):
        self.storage, self.offset = storage, offset
        self.shape, self.strides = tuple(shape), tuple(strides)

    def to_numpy(self) -> np.ndarray:
        values, item = self.storage.values, self.storage.dtype.itemsize
        reach = self.offset + 1
        reach += sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True))
        numbers = (self.offset, *self.shape, *self.strides)
        empty = 0 in self.shape
        if min(numbers, default=0) < 0 or (not empty and reach > values.size):
            raise ValueError("a tensor reaches outside its storage")
        view = np.lib.stride_tricks.as_strided(
            values[self.offset :], self.shape, [s * item for s in self.strides]
        )
        return np.array(view)


def _rebuild_tensor(storage, offset, shape, strides, *_):
    return _Tensor(storage, offset, shape, strides)


def _rebuild_parameter(tensor, *_):
    return tensor


_ALLOWED = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor"): _rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
    **{("torch", name): dtype for name, dtype in _DTYPES.items()},
}


class _Unpickler(pickle.Unpickler):
    """Builds dictionaries of tensors, and nothing else."""

    def __init__(self, file, storages: dict):
        super().__init__(file, encoding="utf-8")
        self.storages = storages

    def find_class(self, module, name):
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise ValueError(
                f"only tensors are read; it asks for {module}.{name}"
            ) from None

    def persistent_load(self, saved):
        # ("storage", type, key, location, size), in the legacy format one more
        kind, dtype, key, _, size, *view = saved
        if kind != "storage" or any(part is not None for part in view):
            raise ValueError(f"a storage of a kind that we do not read: {saved!r}")
        return self.storages.setdefault(key, _Storage(dtype, key, size))


def read_pth(path: Path) -> dict[str, np.ndarray]:
    """Reads a PyTorch state dictionary, zip or legacy format, into numpy arrays.

    Raises:
        ValueError: When the file is damaged, holds anything but tensors, or asks for
            code to be run. Nothing of it is run.
    """
    try:
        read = _read_zip if zipfile.is_zipfile(path) else _read_legacy
        state = read(path)
        if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
            state = state["state_dict"]
        if not isinstance(state, dict) or not state:
            raise ValueError("it holds no dictionary of tensors")
        for key, value in state.items():
            if not isinstance(key, str) or not isinstance(value, _Tensor):
                raise ValueError(f"{key!r} is no tensor")
        return {key: value.to_numpy() for key, value in state.items()}
    except (
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        KeyError,
        EOFError,
        OSError,
        OverflowError,
        MemoryError,
        UnicodeDecodeError,
        struct.error,
        pickle.UnpicklingError,
        zipfile.BadZipFile,
    ) as error:
        reason = str(error) or type(error).__name__
        raise ValueError(
            f"A .pth must be a PyTorch state dictionary of tensors. "
            f"Received: {path} ({reason})"
        ) from error


def _read_zip(path: Path):
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        pickles = [name for name in names if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise ValueError("a zip without a data.pkl")
        root = pickles[0].removesuffix("data.pkl")
        order = f"{root}byteorder"
        if order in names and archive.read(order) != b"little":
            raise ValueError("a big-endian file")
        storages = {}
        with archive.open(pickles[0]) as file:
            state = _Unpickler(file, storages).load()
        for key, storage in storages.items():
            data = archive.read(f"{root}data/{key}")
            if len(data) != storage.size * storage.dtype.itemsize:
                raise ValueError(f"storage {key} is cut short")
            storage.values = np.frombuffer(data, storage.dtype)
    return state


def _read_legacy(path: Path):
    with open(path, "rb") as file:
        storages = {}

        def load():
            return _Unpickler(file, storages).load()

        if load() != _LEGACY_MAGIC or load() != _LEGACY_PROTOCOL:
            raise ValueError("it does not begin as a PyTorch file does")
        if not load().get("little_endian", True):
            raise ValueError("a big-endian file")
        state = load()
        for key in load():  # the order in which the storages follow
            storage = storages[key]
            (size,) = struct.unpack("<q", file.read(8))
            if size != storage.size:
                raise ValueError(f"storage {key} is cut short")
            data = file.read(size * storage.dtype.itemsize)
            storage.values = np.frombuffer(data, storage.dtype, count=size)
    return state
