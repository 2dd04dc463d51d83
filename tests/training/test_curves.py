"""Facts about a run's curves."""

import numpy as np

from cartoongan_tf.pictures import images
from cartoongan_tf.training.curves import draw_curves

ROWS = [
    {"phase": "init", "step": "10", "content_loss": "40.0", "g_loss": ""},
    {"phase": "init", "step": "20", "content_loss": "30.0", "g_loss": ""},
    {"phase": "joint", "step": "30", "content_loss": "31.0", "g_loss": "0.9"},
    {"phase": "joint", "step": "40", "content_loss": "32.0", "g_loss": "0.8"},
]


def test_curves_are_a_picture_that_depends_on_the_rows(tmp_path):
    path = tmp_path / "curves.png"
    draw_curves(ROWS, path)
    first = images.read(path).pixels
    assert first.shape[0] > 400 and first.std() > 10
    draw_curves(ROWS[:3], path)
    assert not np.array_equal(images.read(path).pixels, first)
    assert [p.name for p in tmp_path.iterdir()] == ["curves.png"]


def test_a_run_without_rows_has_curves_too(tmp_path):
    draw_curves([], tmp_path / "curves.png")
    assert (tmp_path / "curves.png").is_file()
