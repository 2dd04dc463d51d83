"""Facts about how much memory there is."""

import ctypes
import sys

import pytest

from cartoongan_tf.pictures import memory


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc/meminfo")
def test_there_is_some_memory_and_not_without_end():
    assert 2**26 < memory.available() < 2**50


def test_a_containers_limit_counts(tmp_path, monkeypatch):
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert memory.available() == 600_000
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.available() != 600_000


@pytest.mark.parametrize(
    "text, size",
    [("2G", 2**31), ("1.5GiB", 3 * 2**29), ("800m", 800 * 2**20), ("12345", 12345)],
)
def test_sizes_are_read_as_people_write_them(text, size):
    assert memory.parse(text) == size


@pytest.mark.parametrize("text", ["", "much", "0", "-2G", "2X", "nan", "1e9", "2 G B"])
def test_other_sizes_are_refused(text):
    with pytest.raises(ValueError, match="`--max-memory` must be .*Received:"):
        memory.parse(text)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_what_is_left_of_what_a_user_allows(monkeypatch):
    assert memory.left(1) == 0
    assert 2**40 - 2**36 < memory.left(2**40) < 2**40
    monkeypatch.setattr(memory, "available", lambda: 1000)
    assert memory.left() == 900


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="no glibc: nothing to ask"
)
def test_what_the_c_library_keeps_is_given_back():
    blocks = [b"x" * (5000 + n % 2) for n in range(20000)]
    kept = blocks[::50]  # so that the rest lies in between
    del blocks
    before = memory.taken()
    memory.trim()
    assert before - memory.taken() > 40 * 2**20 and len(kept) == 400


def test_bombs_and_what_does_not_fit_are_told_apart():
    memory.check_pixels(20_000, 40_000)
    with pytest.raises(
        ValueError, match="at most 800 megapixels. Received 40001x20000"
    ):
        memory.check_pixels(20_000, 40_001)
    memory.check_reading(100, 100, most=1)  # nobody asks for so little
    with pytest.raises(memory.TooLarge, match="fit in memory.*20000x20000.*6.0 GiB"):
        memory.check_reading(20_000, 20_000, most=2**31)
