"""Facts about a style's dataset as it grows."""

import json

import pytest

from cartoongan_tf.films.prepared import PreparedSet

IDENTITY = {"files": 1, "bytes": 9, "time": 1, "--size": 512}


def record(folder, name="film", kept=3, **more):
    return {
        "part": "cartoons", "name": name, "source": str((folder / name).resolve()),
        "identity": IDENTITY, "kind": "pictures", "files": 3, "offered": 5,
        "kept": kept, "left_out": {"blank": 2}, "smallest_side": 300, "palette": [],
        "notes": [], **more,
    }  # fmt: skip


def add(prepared, tmp_path, content="1", **more):
    with prepared.adding("cartoons", "film") as room:
        (room / "pictures" / "a.jpg").write_text(content)
        (room / "report" / "cartoons-film.jpg").write_text("sheet")
        prepared.commit(room, record(tmp_path, **more))


def test_a_source_is_there_whole_with_its_entry(tmp_path):
    add(PreparedSet(tmp_path / "d" / "mine"), tmp_path)
    folder = tmp_path / "d" / "mine"
    assert (folder / "cartoons" / "film" / "a.jpg").read_text() == "1"
    assert (folder / "prepared" / "cartoons-film.jpg").exists()
    assert sorted(p.name for p in folder.iterdir()) == ["cartoons", "prepared"]
    again = PreparedSet(folder)
    assert again.is_done("cartoons", "film", IDENTITY, False)
    assert "3 kept of 5" in (folder / "prepared" / "report.md").read_text()
    document = json.loads((folder / "prepared" / "report.json").read_text())
    assert document["sources"][0]["left_out"] == {"blank": 2}


def test_what_fails_leaves_nothing(tmp_path):
    prepared = PreparedSet(tmp_path / "d" / "mine")
    with pytest.raises(KeyboardInterrupt), prepared.adding("cartoons", "film") as room:
        (room / "pictures" / "a.jpg").write_text("half")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_removed_a_running_ones_is_not(tmp_path):
    prepared = PreparedSet(tmp_path / "mine")
    dead = tmp_path / "mine" / ".prepare.tmp1"
    (dead / "pictures").mkdir(parents=True)
    (dead / ".lock").write_text("")
    with prepared.adding("cartoons", "film") as room:
        assert not dead.exists()
        prepared._clear_dead()
        assert room.exists()


def test_nothing_is_overwritten_unless_asked(tmp_path):
    prepared = PreparedSet(tmp_path / "mine")
    add(prepared, tmp_path)
    with pytest.raises(ValueError, match="--overwrite.*--size"):
        prepared.is_done("cartoons", "film", {**IDENTITY, "--size": 64}, False)
    (tmp_path / "mine" / "cartoons" / "own").mkdir()
    with pytest.raises(ValueError, match="did not make"):
        prepared.is_done("cartoons", "own", IDENTITY, False)
    assert not prepared.is_done("cartoons", "film", IDENTITY, True)
    add(prepared, tmp_path, "2", kept=7)
    folder = tmp_path / "mine" / "cartoons" / "film"
    assert (folder / "a.jpg").read_text() == "2"
    assert [r["kept"] for r in PreparedSet(tmp_path / "mine").records] == [7]


def test_an_entry_without_its_pictures_counts_for_nothing(tmp_path):
    prepared = PreparedSet(tmp_path / "mine")
    add(prepared, tmp_path)
    folder = tmp_path / "mine" / "cartoons" / "film"
    folder.rename(tmp_path / "elsewhere")
    assert PreparedSet(tmp_path / "mine").records == []


def test_films_of_one_name_get_folders_of_their_own(tmp_path):
    prepared = PreparedSet(tmp_path / "mine")
    add(prepared, tmp_path)
    choose = prepared.choose_name
    assert choose("cartoons", "film", tmp_path / "film") == "film"
    assert choose("cartoons", "film", tmp_path / "other" / "film") == "film_2"
    assert choose("photos", "film", tmp_path / "x") == "film"
    assert choose("cartoons", "夢: a/b?", tmp_path / "x") == "夢_ a_b_"
    assert choose("cartoons", "..", tmp_path / "x") == "source"
    taken = {("cartoons", "new")}
    assert choose("cartoons", "new", tmp_path / "x", taken) == "new_2"


def test_a_damaged_report_is_refused(tmp_path):
    (tmp_path / "prepared").mkdir()
    (tmp_path / "prepared" / "report.json").write_text("{")
    with pytest.raises(ValueError, match="report must be whole"):
        PreparedSet(tmp_path)


def test_warnings_name_what_to_do(tmp_path):
    prepared = PreparedSet(tmp_path / "mine")
    prepared.records = [
        record(tmp_path, left_out={"subtitled": 3, "blurred": 2}, smallest_side=200)
    ]
    few, subtitled, small = prepared.warnings()
    assert "3 cartoons are few" in few and "--every" in few
    assert "60% have subtitles" in subtitled and "200 pixels" in small
    prepared.records = [record(tmp_path, kept=5000, left_out={"blurred": 4})]
    (soft,) = prepared.warnings()
    assert "--keep blurred" in soft
