"""Facts about runs side by side."""

import json

import pytest

from cartoongan_tf.reports import ablations


def make(folder, config, generator=True):
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    if generator:
        (folder / "generator.keras").write_bytes(b"x")
    return str(folder)


def test_only_flags_that_differ_are_told(tmp_path):
    one = make(tmp_path / "1", {"edges": True, "epochs": 3, "pictures": "a", "new": 1})
    other = make(tmp_path / "2", {"edges": False, "epochs": 3, "pictures": "b"})
    runs = ablations.read([one, other])
    assert [run["file"].parent.name for run in runs] == ["1", "2"]
    assert ablations.differences(runs) == {"edges": [True, False], "new": [1, None]}


def test_what_is_no_run_or_has_no_generator_yet_is_refused(tmp_path):
    with pytest.raises(ValueError, match="A run must be a folder.*Received"):
        ablations.read([str(tmp_path)])
    begun = make(tmp_path / "1", {}, generator=False)
    with pytest.raises(ValueError, match="generator.keras. Received.*without one"):
        ablations.read([begun])
    torn = make(tmp_path / "2", {})
    (tmp_path / "2" / "config.json").write_text("{")
    with pytest.raises(ValueError, match="must be JSON. Received"):
        ablations.read([torn])
