import numpy as np
import pytest

from cartoongan_tf.pictures import layout


@pytest.mark.parametrize(
    "count, shape", [(1, (10, 30)), (3, (38, 30)), (6, (38, 72)), (12, (80, 72))]
)
def test_sheets_are_about_square(count, shape):
    pictures = [np.full((10, 30, 3), number, np.uint8) for number in range(count)]
    sheet = layout.lay_out(pictures)
    assert sheet.shape[:2] == shape
    assert {*np.unique(sheet)} == {*range(count), *([255] if count > 1 else [])}


def test_sheets_put_pictures_side_by_side_and_one_above_the_other():
    scene = np.arange(24 * 36 * 3, dtype=np.uint16).reshape(24, 36, 3) % 250
    scene = scene.astype(np.uint8)
    row = layout.side_by_side(scene, scene, gap=2)
    assert row.shape == (24, 74, 3)
    assert np.array_equal(row[:, 38:], scene)
    assert layout.side_by_side(scene, scene[:9], gap=2).shape == (24, 74, 3)
    sheet = layout.stack([row, scene], gap=3)
    assert sheet.shape == (51, 74, 3)
    assert np.array_equal(sheet[27:, :36], scene)
    assert (sheet[27:, 36:] == 255).all()
