"""Facts about contact sheets and palettes."""

import numpy as np
from made_films import blank

from cartoongan_tf.pictures.sheets import ContactSheet, find_palette
from cartoongan_tf.samples import samples


def test_a_sheet_shows_few_as_they_are_and_of_many_an_even_part():
    sheet = ContactSheet(most=10)
    for number in range(500):
        sheet.add(blank(90, 160, number // 2), f"{number}")
        assert len(sheet._kept) < 2 * 10
    levels = [int(thumb[0, 0, 0]) for thumb in sheet.thumbs]
    assert len(levels) == 10 and levels == sorted(levels)
    assert levels[0] < 30 and levels[-1] > 215
    assert sheet.count == 500


def test_pictures_of_every_shape_find_their_place():
    sheet = ContactSheet()
    for shape in ((90, 160), (160, 90), (1, 300), (300, 1), (64, 64)):
        sheet.add(blank(*shape, 200), "a caption that is much too long for its place")
    drawn = sheet.draw([("#ff0000", 0.5), ("#0000ff", 0.5)])
    assert drawn.dtype == np.uint8 and drawn.shape[-1] == 3
    assert tuple(drawn[5, 5]) == (255, 0, 0) and tuple(drawn[5, -5]) == (0, 0, 255)


def test_a_palette_holds_the_colours_with_their_shares():
    page = np.zeros((60, 60, 3), np.uint8)
    page[:45] = (200, 40, 30)
    page[45:] = (20, 60, 220)
    assert find_palette([page], 2) == [("#c8281e", 0.75), ("#143cdc", 0.25)]
    assert find_palette([page], 8)[0] == ("#c8281e", 0.75)  # there are but two
    assert find_palette([]) == []


def test_the_same_pictures_have_the_same_palette():
    drawings = [samples.draw_cartoon(seed, "paprika", 72, 96) for seed in range(3)]
    first = find_palette(drawings)
    assert first == find_palette(drawings) and len(first) == 8
    assert abs(sum(share for _, share in first) - 1) < 0.01
