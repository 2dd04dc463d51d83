"""Facts about a run's folder."""

import os

import pytest

from cartoongan_tf.training.runs import Run


def test_runs_are_numbered_by_style(tmp_path):
    folders = [Run.create(tmp_path, style, {}).folder for style in ("a", "a", "b")]
    assert [f.relative_to(tmp_path).as_posix() for f in folders] == [
        "a/00001", "a/00002", "b/00001",
    ]  # fmt: skip


def test_numbers_go_on_after_a_gap_and_past_other_files(tmp_path):
    (tmp_path / "a" / "00007").mkdir(parents=True)
    (tmp_path / "a" / "notes.txt").touch()
    assert Run.create(tmp_path, "a", {}).folder.name == "00008"


def test_a_config_comes_back(tmp_path):
    run = Run.create(tmp_path, "a", {"seed": 3})
    assert Run.open(run.folder).read_config() == {"seed": 3}
    assert [p.name for p in run.folder.iterdir()] == ["config.json"]


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(ValueError, match="`--resume` must be a run's folder"):
            Run.open(folder)


@pytest.mark.parametrize("text", ["", "{", "[1]"])
def test_a_damaged_config_is_refused(tmp_path, text):
    run = Run.create(tmp_path, "a", {})
    run.config_path.write_text(text)
    with pytest.raises(ValueError, match="config.json must be whole"):
        Run.open(run.folder)


def test_a_folder_that_tensorflow_cannot_name_is_refused(tmp_path):
    odd = tmp_path / os.fsdecode(b"caf\xe9")
    with pytest.raises(ValueError, match="must be UTF-8. Received: .*caf"):
        Run.create(odd, "a", {})
    assert not odd.exists()
    run = Run.create(tmp_path, "a", {})
    run.folder.rename(odd)
    with pytest.raises(ValueError, match="must be UTF-8"):
        Run.open(odd)
