"""Facts about files that Beam reads and writes."""

import pytest


@pytest.fixture
def files(beam):
    from cartoongan_tf.pipelines import files

    return files


def test_a_file_is_written_whole_in_folders_that_are_made(files, tmp_path):
    path = str(tmp_path / "out" / "a" / "b.png")
    files.write(path, b"one", str(tmp_path / "out" / ".bulk-1"))
    files.write(path, b"two", str(tmp_path / "out" / ".bulk-1"))
    assert files.read(path) == b"two"
    assert not list((tmp_path / "out" / ".bulk-1").iterdir())


def test_one_that_cannot_be_written_leaves_the_earlier_one(
    files, tmp_path, monkeypatch
):
    path = tmp_path / "a.png"
    path.write_bytes(b"earlier")

    def full(*args):
        raise OSError("No space left on device")

    monkeypatch.setattr(files.FileSystems, "rename", full)
    with pytest.raises(OSError):
        files.write(str(path), b"new", str(tmp_path / ".bulk-1"))
    assert path.read_bytes() == b"earlier"


def test_a_name_that_ends_in_gz_is_read_as_it_is(files, tmp_path):
    (tmp_path / "a.gz").write_bytes(b"\xff\xd8")
    assert files.read(str(tmp_path / "a.gz")) == b"\xff\xd8"


def test_patterns_are_matched_in_folders_below(files, tmp_path):
    for name in ("a.jpg", "b/c.jpg", "b/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = files.match(f"{tmp_path}/**")
    assert {path.removeprefix(f"{tmp_path}/") for path in found} == {
        "a.jpg",
        "b/c.jpg",
        "b/d.txt",
    }
    assert files.match(f"{tmp_path}/none/*") == []


def test_a_folder_is_deleted_and_one_that_is_not_there_is_no_error(files, tmp_path):
    (tmp_path / "x" / "y").mkdir(parents=True)
    (tmp_path / "x" / "y" / "z").write_bytes(b"")
    files.delete(str(tmp_path / "x"))
    files.delete(str(tmp_path / "x"))
    assert not (tmp_path / "x").exists()
