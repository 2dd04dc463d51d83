"""Facts about reading PyTorch's files without PyTorch."""

import collections
import io
import os
import pickle
import shutil
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cartoongan_tf.porting.pth import read_pth

GOLDENS = Path(__file__).resolve().parent.parent / "goldens"


def test_both_formats_hold_the_same_tensors():
    new, old = (read_pth(GOLDENS / f"narrow_{kind}.pth") for kind in ("zip", "legacy"))
    assert list(new) == list(old)
    for name, array in new.items():
        assert np.array_equal(array, old[name]), name
        assert array.dtype == np.float32
        assert array.flags.writeable


class Malicious:
    """A pickle that runs a command when it is loaded."""

    def __init__(self, witness):
        self.witness = witness

    def __reduce__(self):
        return os.system, (f"touch {self.witness}",)


def zipped(path, payload):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", payload)
        archive.writestr("archive/byteorder", "little")
    return path


def test_a_malicious_zip_is_refused_and_not_run(tmp_path):
    witness = tmp_path / "ran"
    path = zipped(tmp_path / "a.pth", pickle.dumps({"w": Malicious(witness)}, 2))
    with pytest.raises(ValueError, match="only tensors are read.*system"):
        read_pth(path)
    assert not witness.exists()


def test_a_malicious_legacy_file_is_refused_and_not_run(tmp_path):
    witness = tmp_path / "ran"
    path = tmp_path / "a.pth"
    path.write_bytes(pickle.dumps(Malicious(witness), 2))
    with pytest.raises(ValueError, match="only tensors are read"):
        read_pth(path)
    assert not witness.exists()


@pytest.mark.parametrize(
    "call", ["builtins.eval", "builtins.getattr", "torch.load", "numpy.load"]
)
def test_no_other_word_is_known(tmp_path, call):
    module, name = call.rsplit(".", 1)
    payload = f"c{module}\n{name}\n(S'1'\ntR.".encode()
    with pytest.raises(ValueError, match=f"asks for {call}"):
        read_pth(zipped(tmp_path / "a.pth", payload))


def state(tmp_path, shape, strides, size, data=None, offset=0):
    """A zip file with one tensor of these numbers, its pickle assembled by opcode."""
    buffer = io.BytesIO()
    out = buffer.write
    out(b"\x80\x02}X\x01\x00\x00\x00w")  # protocol 2, a dict, the key "w"
    out(b"ctorch._utils\n_rebuild_tensor_v2\n(")
    out(b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000")
    out(b"X\x03\x00\x00\x00cpuJ" + struct.pack("<i", size) + b"tQ")
    out(b"J" + struct.pack("<i", offset))
    for numbers in (shape, strides):
        out(b"(" + b"".join(b"J" + struct.pack("<i", n) for n in numbers) + b"t")
    out(b"\x89ccollections\nOrderedDict\n)RtR")  # False, OrderedDict(), the call
    out(b"s.")
    path = zipped(tmp_path / "s.pth", buffer.getvalue())
    data = np.arange(size, dtype="<f4").tobytes() if data is None else data
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("archive/data/0", data)
    return path


def test_strides_and_offsets_are_honoured(tmp_path):
    array = read_pth(state(tmp_path, (2, 3), (1, 2), 7, offset=1))["w"]
    assert array.tolist() == [[1, 3, 5], [2, 4, 6]]


@pytest.mark.parametrize(
    "numbers",
    [
        {"shape": (4,), "strides": (1,), "size": 3},
        {"shape": (2,), "strides": (9,), "size": 4},
        {"shape": (2,), "strides": (1,), "size": 4, "offset": 3},
        {"shape": (2,), "strides": (-1,), "size": 4, "offset": 3},
        {"shape": (2,), "strides": (1,), "size": 4, "offset": -3},
        {"shape": (2, 2), "strides": (1,), "size": 4},
    ],
)
def test_a_tensor_may_not_reach_outside_its_storage(tmp_path, numbers):
    with pytest.raises(ValueError, match="must be a PyTorch state dictionary"):
        read_pth(state(tmp_path, **numbers))


def test_a_storage_cut_short_is_refused(tmp_path):
    with pytest.raises(ValueError, match="cut short"):
        read_pth(state(tmp_path, (3,), (1,), 3, data=b"1234"))


def short(text):
    return b"\x8c" + bytes([len(text)]) + text.encode()


BOMBS = {
    # Hashing a key of 200,000 nested tuples ends the process.
    "deep key": b"\x80\x02})" + b"\x85" * 200_000 + b"K\x01s.",
    # 2 ** 60 items, told in an error message or hashed.
    "laughs": b"\x80\x04})" + b"\x94h\x00\x86" * 60 + b"K\x01s.",
    "laughs as storage": b"\x80\x04)" + b"\x94h\x00\x86" * 60 + b"Q.",
    # A memo, a string and a list of four billion.
    "memo": b"\x80\x02]r\xff\xff\xff\xff.",
    "string": b"\x80\x02X\xff\xff\xff\xffabc.",
    "dict by reduce": b"\x80\x04ccollections\nOrderedDict\n](K\x01K\x02\x86e\x85R.",
    "calls a string": b"\x80\x04" + short("<f4") + b")R.",
    "bytes": b"\x80\x04B\xff\xff\xff\x7fabc.",
    "object": b"\x80\x02ccollections\nOrderedDict\n)\x81.",
    "nothing to take": b"\x80\x02s.",
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("kind", ["zip", "legacy"])
def test_bombs_are_refused_at_once(tmp_path, bomb, kind):
    path = tmp_path / "bomb.pth"
    if kind == "zip":
        zipped(path, BOMBS[bomb])
    else:
        path.write_bytes(BOMBS[bomb])
    with pytest.raises(ValueError, match="bomb.pth"):
        read_pth(path)


def test_a_packed_zip_is_refused_before_it_is_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"0" * 50_000_000)
    with pytest.raises(ValueError, match="is packed or too large"):
        read_pth(tmp_path / "a.pth")


def test_a_tensor_may_not_be_larger_than_its_storage(tmp_path):
    with pytest.raises(ValueError, match="outside its storage"):
        read_pth(state(tmp_path, (16384, 16384), (0, 0), 1))


@pytest.mark.parametrize("kind", ["zip", "legacy"])
def test_every_truncation_is_refused(tmp_path, kind):
    whole = (GOLDENS / f"narrow_{kind}.pth").read_bytes()
    path = tmp_path / "cut.pth"
    for length in [0, 1, 10, 100, *range(1000, len(whole), len(whole) // 25)]:
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="cut.pth"):
            read_pth(path)


def test_other_content_is_refused(tmp_path):
    for payload in (b"", b"hello", pickle.dumps([1, 2]), pickle.dumps({"a": 1})):
        path = tmp_path / "x.pth"
        path.write_bytes(payload)
        with pytest.raises(ValueError, match="must be a PyTorch state dictionary"):
            read_pth(path)
    with pytest.raises(ValueError, match="no tensor"):
        read_pth(zipped(path, pickle.dumps(collections.OrderedDict(a=1), 2)))
    shutil.copy(GOLDENS / "narrow_golden.npz", path)
    with pytest.raises(ValueError, match="data.pkl"):
        read_pth(path)
