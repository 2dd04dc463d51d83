"""Facts about how much memory there is."""

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
