"""Facts about the Makefile's longer recipes, run at a tiny size."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

ROOT = Path(__file__).resolve().parent.parent
TINY = (
    "MORE=--init-epochs 1 --epochs 1 --steps-per-epoch 2 --batch-size 1 "
    "--image-size 40 --short-side 48 --filters 8 --num-blocks 1 --d-filters 4 "
    "--no-palette"
)


def make(folder, *words):
    """Runs a target in a folder by this Python, with nothing installed anew."""
    return subprocess.run(
        ["make", "-f", ROOT / "Makefile", "-o", "install", *words,
         f"BIN={Path(sys.executable).parent}"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )  # fmt: skip


@pytest.fixture
def home(tmp_path):
    """Two folders, of pages with three panels each and of photos."""
    for number in range(2):
        page = np.full((400, 300, 3), 255, np.uint8)
        for index, (left, top, right, bottom) in enumerate(
            [(20, 20, 280, 180), (20, 200, 145, 380), (155, 200, 280, 380)]
        ):
            drawing = samples.draw_photo(3 * number + index, bottom - top, right - left)
            page[top:bottom, left:right] = np.minimum(drawing, 240)
        images.write(tmp_path / "my pages" / f"p{number}.png", page)
    for number in range(6):
        photo = samples.draw_photo(50 + number, 96, 128)
        images.write(tmp_path / "photos" / f"{number}.png", photo)
    (tmp_path / "saved_models").mkdir()  # where --install then puts it
    return tmp_path


@pytest.mark.slow
def test_style_pepper_goes_from_two_folders_to_files_and_on_when_called_again(home):
    words = "style-pepper", "PAGES=my pages", "PHOTOS=photos", "BFLOAT16=", TINY
    first = make(home, *words)
    assert first.returncode == 0, first.stderr
    pepper = home / "saved_models" / "pepper"
    assert (pepper / "generator.keras").is_file()
    assert list(pepper.rglob("*_512_float16.tflite"))
    again = make(home, *words)
    assert again.returncode == 0, again.stderr
    assert [path.name for path in (home / "runs/pepper").iterdir()] == [
        "00001"
    ]  # not anew


def test_style_pepper_without_its_folders_says_so(home):
    result = make(home, "style-pepper", "PAGES=nowhere", "PHOTOS=photos")
    assert result.returncode == 2
    errors = [x for x in result.stderr.splitlines() if x.startswith("error:")]
    assert len(errors) == 1 and "PAGES=nowhere" in errors[0]
    assert not (home / "data").exists()


@pytest.mark.slow
def test_paper_compares_on_the_folder_that_it_is_told(home):
    for number in range(2):
        cartoon = samples.draw_cartoon(number, "hayao", 48, 64)
        images.write(home / "my set" / "cartoons" / f"{number}.png", cartoon)
    (home / "photos").rename(home / "my set" / "photos")
    quick = "MORE=--size 40 --count 1 --steps 1 --methods cnnmrf --no-times --no-page"
    result = make(home, "paper", "DATA=my set", quick)
    assert result.returncode == 0, result.stderr
    assert (home / "out/paper/rows.png").is_file()
    drawn = {path.name for path in (home / "out/paper/pictures").iterdir()}
    assert drawn == {"cartoongan", "cnnmrf-random"}
