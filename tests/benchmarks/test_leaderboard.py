"""Facts about the leaderboard: what it says of the shipped styles still holds."""

import copy
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import leaderboard  # noqa: E402


@pytest.fixture(scope="module")
def kept():
    return json.loads(leaderboard.KEPT.read_text())


def test_the_cards_figures_still_hold(kept):
    assert leaderboard.faults(kept) == []


def test_a_figure_a_file_or_a_page_that_changed_is_found(kept, monkeypatch):
    monkeypatch.setattr(leaderboard, "STYLES", ("pepper",))
    other = copy.deepcopy(kept)
    other["subset"]["pepper"]["outlines_kept"] += 0.05
    (pepper,) = (m for m in other["methods"] if m["name"] == "pepper")
    pepper["sha256"] = "0" * 64
    pepper["figures"]["structure"]["value"] = 0.123
    found = leaderboard.faults(other)
    assert len(found) == 4  # and both pages that tell of the structure
    for words in ("another than the one", "outlines_kept is", "README.md", "card.md"):
        assert any(words in fault for fault in found)


def test_a_text_is_put_between_its_marks_and_nothing_else_is_touched(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("one\n\n## sha256\n\ntwo\n")
    for text in ("first\n", "second\n"):
        leaderboard.put(page, text, before="## sha256")
    begin, end = leaderboard.MARKS
    assert page.read_text() == f"one\n\n{begin}second\n{end}\n## sha256\n\ntwo\n"
    page.write_text("nothing")
    with pytest.raises(ValueError, match="must have the mark"):
        leaderboard.put(page, "x")


def test_a_report_on_other_styles_or_files_is_refused(kept):
    report = {"methods": [{"name": "mine", "kind": "style", "sha256": ""}]}
    with pytest.raises(ValueError, match="on the styles.*Received"):
        leaderboard.keep(report)
    report = {
        "methods": [
            {"name": name, "kind": "style", "sha256": "0"}
            for name in leaderboard.STYLES
        ]
    }
    with pytest.raises(ValueError, match="on the shipped file"):
        leaderboard.keep(report)
