"""Facts about the script that makes the paper's comparison."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cartoongan_tf.pictures import images, paths
from cartoongan_tf.samples import samples

ROOT = Path(__file__).resolve().parent.parent.parent
QUICK = "--size", "40", "--count", "2", "--steps", "2", "--no-times", "--no-page"


@pytest.fixture
def paper(tmp_path):
    """The script, in an empty folder."""

    def run(*words):
        return subprocess.run(
            [sys.executable, ROOT / "benchmarks/paper.py", *map(str, words)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=900,
        )

    return run


@pytest.fixture
def data(tmp_path):
    for number in range(4):
        photo = samples.draw_photo(number, 60, 80)
        images.write(tmp_path / "data" / "photos" / f"{number}.jpg", photo)
        cartoon = samples.draw_cartoon(10 + number, "hayao", 60, 80)
        images.write(tmp_path / "data" / "cartoons" / f"{number}.png", cartoon)
    return tmp_path / "data"


def told(result):
    return [line for line in result.stderr.splitlines() if line.startswith("error")]


@pytest.mark.slow
def test_every_method_draws_once_and_a_second_call_goes_on(paper, data, tmp_path):
    words = "--data", "data", "--out", "out", "--style-image", "data/cartoons/1.png"
    first = paper(*words, *QUICK, "--methods", "analogy", "--style", "none")
    assert first.returncode == 0, first.stderr
    result = paper(*words, *QUICK)
    assert result.returncode == 0, result.stderr
    out = tmp_path / "out"
    names = {
        "cartoongan", "neural-style-picked", "neural-style-set", "cnnmrf-picked",
        "cnnmrf-random", "analogy-picked", "analogy-random",
    }  # fmt: skip
    assert {path.name for path in (out / "pictures").iterdir()} == names
    files = paths.find(out / "pictures")
    assert len(files) == 2 * len(names)
    assert {images.read(file).pixels.shape for file in files} == {(30, 40, 3)}
    # Every method and every picture draws something else; but neural style's two, whom
    # two steps hardly part.
    drawn = {
        images.read(file).pixels.tobytes()
        for file in files
        if file.name == "0.png" and file.parent.name != "neural-style-set"
    }
    assert len(drawn) == len(names) - 1
    assert images.read(out / "rows.png").pixels.shape[1] == 8 * 40 + 7 * 4
    assert len(paths.find(out / "rows")) == 2
    summary = (out / "paper.md").read_text()
    assert all(f"| {name} |" in summary for name in names)
    times = {file: file.stat().st_mtime_ns for file in files}
    files[0].unlink()
    again = paper(*words, *QUICK)
    assert again.returncode == 0, again.stderr
    assert files[0].exists()
    assert all(file.stat().st_mtime_ns == times[file] for file in files[1:])
    # And what is there is not mixed with what other flags draw.
    other = paper(*words, *QUICK, "--seed", 1, "--count", 1)
    assert other.returncode == 2
    (error,) = told(other)
    assert "must be of the same flags" in error
    assert json.loads((out / "columns.json").read_text()).keys() == {"photos", *names}


@pytest.mark.slow
def test_networks_are_trained_on_photos_that_are_not_drawn(paper, data, tmp_path):
    flags = (
        "--image-size 32 --steps-per-epoch 1 --filters 4 --num-blocks 1 --d-filters 4"
    )
    more = "--train", "cyclegan", "--train-minutes", "0.01", "--train-flags", flags
    words = "--data", "data", "--methods", "--style", "none", "--out", "out", *QUICK
    result = paper(*words, *more)
    assert result.returncode == 0, result.stderr
    assert {path.name for path in (tmp_path / "out/pictures/cyclegan").iterdir()} == {
        "0.png", "3.png",
    }  # fmt: skip
    learnt = {path.read_bytes() for path in (tmp_path / "out/data").rglob("*.jpg")}
    assert learnt == {(data / "photos" / f"{n}.jpg").read_bytes() for n in (1, 2)}
    again = paper(*words, *more)
    assert again.returncode == 0 and "--- " not in again.stdout


def test_without_flags_it_explains_itself(paper):
    result = paper()
    assert result.returncode == 0 and "--data data/mine" in result.stdout


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--photos", "data/photos"), "`--data`"),
        (("--data", "data", "--count", "0"), "`--count` must be at least 1"),
        (("--data", "data", "--weights", "a"), "`--weights` must be NAME=FILE"),
        (("--data", "data", "--weights", "a=b.keras"), "No such file: b.keras"),
        (("--data", "data", "--style-image", "no.png"), "no.png"),
        (("--data", "nowhere"), "nowhere"),
    ],
)
def test_what_it_cannot_do_it_says_in_one_line(paper, data, tmp_path, words, error):
    result = paper(*words, "--out", "out")
    assert result.returncode == 2, result.stderr
    assert len(told(result)) == 1 and error in told(result)[0]
    assert not (tmp_path / "out").exists()
