"""PyTorch's `.pth` files read without PyTorch, and without running what is in them.

A `.pth` is a pickle, and a pickle is a program. Ours reads only the instructions that
build dictionaries of tensors, knows a handful of names (`_ALLOWED`), and refuses the
rest before it runs. Sizes are checked against the file before memory is taken.
"""

import collections
import io
import pickle
import struct
import zipfile
import zlib
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
_MAX_PICKLE = 16 * 2**20  # bytes; a hundred a tensor is usual
_MAX_FILE = 2 * 2**30


class _Storage:
    """One flat block of numbers that tensors are views of."""

    def __init__(self, dtype: str, size: int):
        self.dtype, self.size = np.dtype(dtype), size
        self.values = None

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize


class _Tensor:
    """A view of a storage, resolved once all storages are read."""

    def __init__(self, storage, offset, shape, strides, *_):
        numbers = (offset, *shape, *strides)
        if (
            not isinstance(storage, _Storage)
            or len(shape) != len(strides)
            or not all(type(n) is int and 0 <= n < 2**40 for n in numbers)
        ):
            raise ValueError("a tensor that is none")
        self.storage, self.offset = storage, offset
        self.shape, self.strides = tuple(shape), tuple(strides)

    def to_numpy(self) -> np.ndarray:
        if 0 in self.shape:
            return np.zeros(self.shape, self.storage.dtype)
        last = self.offset
        last += sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True))
        count = 1
        for side in self.shape:
            count *= side
        if last >= self.storage.size or count > self.storage.size:
            raise ValueError("a tensor reaches outside its storage")
        item = self.storage.dtype.itemsize
        view = np.lib.stride_tricks.as_strided(
            self.storage.values[self.offset :],
            self.shape,
            [stride * item for stride in self.strides],
        )
        return np.array(view)


def _rebuild_parameter(tensor, *_):
    return tensor


def _ordered_dict():
    return collections.OrderedDict()


_ALLOWED = {
    ("collections", "OrderedDict"): _ordered_dict,
    ("torch._utils", "_rebuild_tensor"): _Tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _Tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
    **{("torch", name): dtype for name, dtype in _DTYPES.items()},
}


class _Unpickler(pickle._Unpickler):
    """The standard library's unpickler in Python, with the few instructions needed.

    The one in C cannot be kept from hashing a key of nested tuples (which ends the
    process) or from making room for a memo of any size.
    """

    def __init__(self, file, storages: dict):
        super().__init__(file, encoding="utf-8")
        self.storages = storages

    def find_class(self, module, name):
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise ValueError(
                f"only tensors are read; it asks for {module[:80]}.{name[:80]}"
            ) from None

    def persistent_load(self, saved):
        # ("storage", type, key, location, size), in the legacy format one more: None
        if type(saved) is not tuple or len(saved) not in (5, 6):
            raise ValueError("a storage of a kind that we do not read")
        kind, dtype, key, _, size, *view = saved
        if (
            kind != "storage"
            or type(key) is not str
            or type(size) is not int
            or dtype not in _DTYPES.values()
            or not 0 <= size < 2**40
            or view not in ([], [None])
        ):
            raise ValueError("a storage of a kind that we do not read")
        return self.storages.setdefault(key, _Storage(dtype, size))

    def _set(self, target, keys, values):
        if not isinstance(target, dict) or not all(type(key) is str for key in keys):
            raise ValueError("a dictionary whose keys are no names")
        target.update(zip(keys, values, strict=True))

    def _load_setitem(self):
        value, key = self.stack.pop(), self.stack.pop()
        self._set(self.stack[-1], [key], [value])

    def _load_setitems(self):
        items = self.pop_mark()
        self._set(self.stack[-1], items[::2], items[1::2])

    def _load_build(self):
        self.stack.pop()  # a state dictionary's version numbers

    def _load_reduce(self):
        arguments, function = self.stack.pop(), self.stack[-1]
        if function not in _ALLOWED.values() or not callable(function):
            raise ValueError("only tensors are read; it calls something else")
        self.stack[-1] = function(*arguments)

    _PLAIN = (
        "PROTO FRAME MARK STOP NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 "
        "BINFLOAT BINUNICODE SHORT_BINUNICODE EMPTY_DICT EMPTY_LIST EMPTY_TUPLE TUPLE "
        "TUPLE1 TUPLE2 TUPLE3 APPEND APPENDS BINPUT LONG_BINPUT BINGET LONG_BINGET "
        "MEMOIZE GLOBAL STACK_GLOBAL BINPERSID"
    )
    dispatch = {
        code: pickle._Unpickler.dispatch[code]
        for code in (getattr(pickle, name)[0] for name in _PLAIN.split())
    } | {
        pickle.SETITEM[0]: _load_setitem,
        pickle.SETITEMS[0]: _load_setitems,
        pickle.BUILD[0]: _load_build,
        pickle.REDUCE[0]: _load_reduce,
    }

    def load(self):
        try:
            return super().load()
        except KeyError as error:
            raise ValueError("only tensors are read; it does something else") from error


def read_pth(path: Path) -> dict[str, np.ndarray]:
    """Reads a PyTorch state dictionary, zip or legacy format, into numpy arrays.

    Raises:
        ValueError: When the file is damaged, holds anything but tensors, or asks for
            code to be run. Nothing of it is run.
    """
    try:
        if path.stat().st_size > _MAX_FILE:
            raise ValueError("more than 2 GiB")
        read = _read_zip if zipfile.is_zipfile(path) else _read_legacy
        state = read(path)
        if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
            state = state["state_dict"]
        if not isinstance(state, dict) or not state:
            raise ValueError("it holds no dictionary of tensors")
        for key, value in state.items():
            if not isinstance(value, _Tensor):
                raise ValueError(f"{key[:80]} is no tensor")
        return {key: value.to_numpy() for key, value in state.items()}
    except (
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        EOFError,
        OSError,
        OverflowError,
        MemoryError,
        RuntimeError,
        struct.error,
        pickle.UnpicklingError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        reason = str(error) or type(error).__name__
        raise ValueError(
            f"A .pth must be a PyTorch state dictionary of tensors. "
            f"Received: {path} ({reason[:200]})"
        ) from error


def _read_zip(path: Path):
    with zipfile.ZipFile(path) as archive:

        def read(name, size):
            info = archive.getinfo(name)
            # PyTorch stores; whatever is packed could be a bomb.
            if info.compress_type != zipfile.ZIP_STORED or info.file_size > size:
                raise ValueError(f"{name[-40:]} is packed or too large")
            return archive.read(info)

        names = archive.namelist()
        pickles = [name for name in names if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise ValueError("a zip without a data.pkl")
        root = pickles[0].removesuffix("data.pkl")
        order = f"{root}byteorder"
        if order in names and read(order, 16) != b"little":
            raise ValueError("a big-endian file")
        storages = {}
        program = io.BytesIO(read(pickles[0], _MAX_PICKLE))
        state = _Unpickler(program, storages).load()
        for key, storage in storages.items():
            data = read(f"{root}data/{key}", storage.nbytes)
            if len(data) != storage.nbytes:
                raise ValueError(f"storage {key[:20]} is cut short")
            storage.values = np.frombuffer(data, storage.dtype)
    return state


def _read_legacy(path: Path):
    # In memory: a file object would make room for whatever length a string claims.
    file = io.BytesIO(path.read_bytes())
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
        data = file.read(storage.nbytes)
        if size != storage.size or len(data) != storage.nbytes:
            raise ValueError(f"storage {key[:20]} is cut short")
        storage.values = np.frombuffer(data, storage.dtype)
    return state
