"""Facts about finding, naming and replacing files."""

import itertools
import os
import unicodedata
from pathlib import Path

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


@pytest.mark.filterwarnings("ignore:Passed over")
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


@pytest.mark.filterwarnings("ignore:Passed over")
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


@pytest.mark.filterwarnings("ignore:Passed over")
def test_the_folder_of_results_is_not_looked_into(album):
    photos, _ = paths.expand([str(album)], leave_out=album / "trip")
    assert names([photo.path for photo in photos], album) == ["a.jpg", "b.PNG"]


# ---------------------------------------------------------------- names of results


def place(*names_of_photos):
    photos = [paths.Photo(Path("in", n), Path(n)) for n in names_of_photos]
    placed = paths.place_results(photos, Path("out"))
    return dict(zip(names_of_photos, names(placed, Path("out")), strict=True))


def test_results_keep_folders_and_the_formats_that_we_write():
    assert place("a.gif", "trip/a.png", "b.JPG", "b.tif", "c.jfif") == {
        "a.gif": "a.png",
        "trip/a.png": "trip/a.png",
        "b.JPG": "b.jpg",
        "b.tif": "b.png",
        "c.jfif": "c.png",
    }


@pytest.mark.parametrize("order", itertools.permutations(range(3)))
def test_who_gets_a_name_that_several_want_depends_on_no_order(order):
    photos = ("star.gif", "star.png", "star.bmp")
    assert place(*(photos[n] for n in order)) == {
        "star.png": "star.png",  # its own name
        "star.gif": "star_gif.png",
        "star.bmp": "star_bmp.png",
    }


def test_names_made_for_twins_meet_no_others():
    assert place("a.gif", "a.png", "a_gif.png") == {
        "a.gif": "a_gif_2.png",
        "a.png": "a.png",
        "a_gif.png": "a_gif.png",
    }
    # Some disks take these for one name.
    assert place("a.png", "A.gif") == {"a.png": "a.png", "A.gif": "A_gif.png"}


def test_files_of_one_name_from_several_folders_are_numbered():
    photos = [paths.Photo(Path(f, "a.jpg"), Path("a.jpg")) for f in ("x", "b", "m")]
    placed = paths.place_results(photos, Path("out"))
    assert names(placed, Path("out")) == ["a_3.jpg", "a.jpg", "a_2.jpg"]


def test_dots_within_a_name_are_no_suffix():
    assert place("Shot at 9.10", "Shot at 9.11") == {
        "Shot at 9.10": "Shot at 9.10.png",
        "Shot at 9.11": "Shot at 9.11.png",
    }


# ---------------------------------------------------------------- long names

CHINESE = "漫" * 83
KOREAN = unicodedata.normalize("NFD", "한" * 28)  # as macOS stores it: nine bytes each


def test_the_longest_names_can_be_written(tmp_path):
    for stem in (CHINESE, KOREAN[: 27 * 3], "a" * 251, "é" * 125):
        path = tmp_path / f"{stem}.png"
        images.write(path, PIXEL)
        images.write(path, PIXEL)  # a second time: replaced
        assert images.read(path).pixels.shape == (1, 1, 3)
    assert len(list(tmp_path.iterdir())) == 4
    with paths.replacing_folder(tmp_path / CHINESE) as folder:
        (folder / "file").touch()
    assert (tmp_path / CHINESE / "file").exists()


def test_names_are_cut_at_bytes_by_whole_letters():
    assert paths.cut(CHINESE, ".png") == f"{CHINESE}.png"  # 253 bytes
    assert paths.cut(CHINESE, "_cartoon.png") == f"{'漫' * 81}_cartoon.png"
    assert paths.cut(KOREAN, "_cartoon.png") == f"{KOREAN[: 27 * 3]}_cartoon.png"
    accents = "e\u0301" * 85  # three bytes, two of them an accent
    assert paths.cut(accents, "_x.png") == f"{accents[: 83 * 2]}_x.png"
    family = "\U0001f469\u200d\U0001f467" * 23  # eleven bytes each, drawn as one
    assert paths.cut(family, ".png") == f"{family[: 22 * 3]}.png"
    flags = "\U0001f1f0\U0001f1f7" * 32  # eight bytes each
    assert paths.cut(flags, ".jpg") == f"{flags[: 31 * 2]}.jpg"


def test_names_of_any_bytes_are_cut_too():
    name = os.fsdecode(b"\xff" * 250)
    assert os.fsencode(paths.cut(name, "_long.png")) == b"\xff" * 246 + b"_long.png"


def test_long_names_that_are_cut_alike_stay_two():
    first, second = place(f"{CHINESE}A.tif", f"{CHINESE}B.tif").values()
    assert first != second
    assert max(len(os.fsencode(n)) for n in (first, second)) <= 255


# ---------------------------------------------------------------- names that lie


@pytest.fixture
def unnamed(tmp_path):
    """Pictures whose names say nothing, and what is none."""
    for name, suffix in (
        ("a.jfif", ".jpg"), ("b.jpe", ".jpg"), ("c.jpg_large", ".jpg"), ("d", ".png"),
        ("e.apng", ".png"), ("f.picture", ".webp"), ("g.JPG~", ".jpg"),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(images.encode(PIXEL, suffix))
    (tmp_path / "notes").write_text("what we saw")
    (tmp_path / "film").write_bytes(b"\x1aE\xdf\xa3" + bytes(60))
    os.mkfifo(tmp_path / "pipe")  # reading it would wait for ever
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "Thumbs.db").touch()
    return tmp_path


def test_pictures_are_found_by_content_where_names_say_nothing(unnamed):
    with pytest.warns(UserWarning, match="Passed over") as told:
        found = paths.find(unnamed)
    assert names(found, unnamed) == [
        "a.jfif", "b.jpe", "c.jpg_large", "d", "e.apng", "f.picture", "g.JPG~",
    ]  # fmt: skip
    assert [str(w.message) for w in told] == [
        f"Passed over in {unnamed}: film (a film), gone (other content), notes (text) "
        "and 1 more"
    ]


def test_a_folder_of_other_things_says_what_they_are(tmp_path):
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(ValueError, match=r"must hold pictures.*scan\.pdf \(a PDF\)"):
        paths.find(tmp_path)


def test_a_mark_changes_with_name_and_size_and_takes_any_bytes(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    path.write_bytes(b"12345")
    assert paths.mark(path, path.name) == b"caf\xe9.jpg 5\n"
    path.unlink()
    path.symlink_to("nowhere")
    assert paths.mark(path, "a b") == b"a b absent\n"
