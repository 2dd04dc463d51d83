"""Facts about finding, naming and replacing files."""

import os

import numpy as np
import pytest

from cartoongan_tf.pictures import images, paths

PIXEL = np.zeros((1, 1, 3), np.uint8)


@pytest.fixture
def album(tmp_path):
    for name in (
        "a.jpg",
        "b.PNG",
        "trip/c.png",
        "trip/day/d.webp",
        ".x/e.png",
        "n.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def names(found, root):
    return [path.relative_to(root).as_posix() for path in found]


def test_pictures_are_found_below_a_folder_sorted_hidden_ones_left_out(album):
    assert names(paths.find(album), album) == [
        "a.jpg", "b.PNG", "trip/c.png", "trip/day/d.webp",
    ]  # fmt: skip


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must hold pictures"):
        paths.find(tmp_path)
    with pytest.raises(ValueError, match="must exist"):
        paths.find(tmp_path / "absent")


@pytest.fixture
def nobody():
    """Lets a test run as a user who may not do everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def open_to_others(folder):
    """Pytest closes its own folders to them."""
    while not folder.name.startswith("pytest-of-"):
        folder.chmod(0o755)
        folder = folder.parent
    folder.chmod(0o755)


def test_an_unreadable_folder_is_named(tmp_path, request):
    closed = tmp_path / "closed"
    closed.mkdir()
    images.write(closed / "a.png", PIXEL)
    open_to_others(tmp_path)
    closed.chmod(0)
    request.getfixturevalue("nobody")
    with pytest.raises(ValueError, match="must be readable. Received: .*closed"):
        paths.find(closed)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="must be writable. Received: .*file"):
        paths.check_folder(tmp_path / "file" / "out")


def test_checking_a_folder_makes_nothing(tmp_path):
    paths.check_folder(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_permission_is_named(tmp_path, request):
    open_to_others(tmp_path)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    request.getfixturevalue("nobody")
    with pytest.raises(ValueError, match="must be writable. Received: .*closed"):
        paths.check_folder(closed / "out")


def test_replacing_moves_the_new_file_in_place_or_leaves_the_old(tmp_path):
    path = tmp_path / "a.txt"
    with paths.replacing(path) as temporary:
        temporary.write_text("one")
        assert not path.exists()
    with pytest.raises(RuntimeError), paths.replacing(path) as temporary:
        temporary.write_text("two")
        raise RuntimeError
    assert path.read_text() == "one"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_inputs_expand_to_files_folders_and_globs_each_once(album):
    photos, failures = paths.expand(
        [str(album / "a.jpg"), str(album), str(album / "*.jpg"), str(album / "no*")]
    )
    assert names([photo.path for photo in photos], album) == [
        "a.jpg", "b.PNG", "trip/c.png", "trip/day/d.webp",
    ]  # fmt: skip
    assert len(failures) == 1 and "no*" in failures[0]


def test_a_file_with_brackets_in_its_name_is_a_file(tmp_path):
    path = tmp_path / "me[1].png"
    path.touch()
    assert [photo.path for photo in paths.expand([str(path)])[0]] == [path]


def test_the_folder_of_results_is_not_looked_into(album):
    photos, _ = paths.expand([str(album)], leave_out=album / "trip")
    assert names([photo.path for photo in photos], album) == ["a.jpg", "b.PNG"]


def test_results_keep_folders_and_never_share_a_name(tmp_path):
    photos = [
        paths.Photo(tmp_path / place, paths.Path(place))
        for place in ("a.gif", "a.png", "trip/a.png", "b.JPG", "b.tif")
    ]
    assert names(paths.place_results(photos, tmp_path), tmp_path) == [
        "a.png", "a_2.png", "trip/a.png", "b.jpg", "b.png",
    ]  # fmt: skip


def test_a_mark_changes_with_name_and_size_and_takes_any_bytes(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    path.write_bytes(b"12345")
    assert paths.mark(path, path.name) == b"caf\xe9.jpg 5\n"
    path.unlink()
    path.symlink_to("nowhere")
    assert paths.mark(path, "a b") == b"a b absent\n"
