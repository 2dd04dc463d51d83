"""Facts about finding the panels of comic pages."""

import cv2
import numpy as np
import pytest
from marked_pages import PAGES

from cartoongan_tf.comics.panels import find_panels
from cartoongan_tf.comics.rectangles import largest_rectangle
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

WIDTH, HEIGHT = 600, 800


def texture(height, width, seed=0):
    """A picture without a plain or white place."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(30, 190, (height // 40 + 2, width // 40 + 2, 3))
    picture = cv2.resize(coarse.astype(np.uint8), (width, height))
    return cv2.add(picture, rng.integers(0, 20, picture.shape).astype(np.uint8))


def draw_page(*shapes, ground=(255, 255, 255), height=HEIGHT, width=WIDTH):
    """A page: every shape is a box or a polygon that shows a picture of its own."""
    page = np.full((height, width, 3), ground, np.uint8)
    for seed, shape in enumerate(shapes):
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [np.array(corners(shape))], 1)
        page[mask > 0] = texture(height, width, seed)[mask > 0]
    return page


def corners(shape):
    if isinstance(shape, list):
        return shape
    left, top, right, bottom = shape
    right, bottom = right - 1, bottom - 1
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def boxes(page):
    return [(p.left, p.top, p.right, p.bottom) for p in page.panels]


def overlap(one, other):
    """Intersection over union of two boxes."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    both = max(0, wide) * max(0, high)
    area = sum((b[2] - b[0]) * (b[3] - b[1]) for b in (one, other))
    return both / (area - both)


def assert_found(page, expected, least=0.9):
    found = boxes(page)
    assert len(found) == len(expected), found
    for one, other in zip(found, expected, strict=True):
        assert overlap(one, other) >= least, (one, other)
        # Never a gutter: the window lies within.
        assert one[0] >= other[0] and one[1] >= other[1], (one, other)
        assert one[2] <= other[2] and one[3] <= other[3], (one, other)


def flower():
    """A figure without a straight side, in the lower half of the page."""
    turns = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    radius = 110 + 60 * np.sin(5 * turns)
    around = np.stack([np.cos(turns), np.sin(turns)], axis=1) * radius[:, None]
    return np.round(around + [300, 590]).astype(int).tolist()


GRID = [(20, 20, 580, 300), (20, 320, 290, 780), (310, 320, 580, 780)]

# ---------------------------------------------------------------- drawn pages


@pytest.mark.parametrize(
    "ground", [(255, 255, 255), (0, 0, 0), (40, 60, 200), (238, 230, 205)]
)
def test_panels_are_found_between_gutters_of_any_colour(ground):
    page = find_panels(draw_page(*GRID, ground=ground))
    assert page.framed and not page.left_out
    assert_found(page, GRID)


def test_jpeg_does_not_hide_a_narrow_gutter():
    shapes = [(20, 20, 296, 780), (304, 20, 580, 780)]
    data = images.encode(draw_page(*shapes), ".jpg")
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), 1)[..., ::-1]
    assert_found(find_panels(pixels), shapes)


def test_a_slanted_panel_gives_its_largest_upright_window():
    left = [(20, 20), (379, 20), (239, 779), (20, 779)]
    right = [(400, 20), (579, 20), (579, 779), (260, 779)]
    page = find_panels(draw_page(left, right))
    assert_found(page, [(20, 20, 244, 780), (394, 20, 580, 780)], least=0.75)
    for panel in page.panels:  # no white wedge
        assert panel.cut(draw_page(left, right)).max() < 250


def test_a_round_panel_gives_its_largest_upright_window():
    pixels = draw_page()
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(mask, (300, 200), (250, 150), 0, 0, 360, 1, -1)
    pixels[mask > 0] = texture(HEIGHT, WIDTH)[mask > 0]
    share = 0.5**0.5  # of the axes: the largest rectangle in an ellipse
    wide, high = 250 * share, 150 * share
    expected = (300 - wide, 200 - high, 300 + wide, 200 + high)
    (found,) = boxes(find_panels(pixels))
    assert overlap(found, expected) >= 0.85
    assert find_panels(pixels).panels[0].cut(pixels).max() < 250


def test_a_torn_border_is_cut_off():
    rng = np.random.default_rng(1)
    top = [(x, int(rng.integers(40, 70))) for x in range(20, 581, 8)]
    bottom = [(x, int(rng.integers(330, 360))) for x in range(580, 19, -8)]
    pixels = draw_page(top + bottom, (20, 400, 580, 780))
    page = find_panels(pixels)
    assert_found(page, [(20, 68, 580, 332), (20, 400, 580, 780)], least=0.85)
    assert all(panel.cut(pixels).max() < 250 for panel in page.panels)


def test_the_line_around_a_panel_is_not_in_it():
    pixels = draw_page(*GRID)
    for left, top, right, bottom in GRID:
        cv2.rectangle(pixels, (left, top), (right - 1, bottom - 1), (0, 0, 0), 4)
    page = find_panels(pixels)
    assert_found(page, GRID)
    for panel in page.panels:
        cut = panel.cut(pixels)
        for line in (cut[0], cut[-1], cut[:, 0], cut[:, -1]):
            assert line.max(axis=-1).mean() > 40


def test_an_inset_and_the_picture_around_it_are_two_panels():
    pixels = draw_page((20, 20, 580, 780))
    pixels[90:330, 90:330] = 255
    pixels[100:320, 100:320] = texture(220, 220, 7)
    found = boxes(find_panels(pixels))
    assert len(found) == 2
    assert overlap(found[0], (100, 100, 320, 320)) >= 0.9
    assert overlap(found[1], (20, 330, 580, 780)) >= 0.9


def test_a_page_without_gutters_is_one_panel():
    page = find_panels(texture(HEIGHT, WIDTH))
    assert not page.framed and boxes(page) == [(0, 0, WIDTH, HEIGHT)]


def test_panels_may_run_off_the_page():
    shapes = [(0, 0, 600, 300), (0, 320, 290, 800), (310, 320, 600, 800)]
    assert_found(find_panels(draw_page(*shapes)), shapes)


def test_one_picture_with_margins_is_one_panel():
    assert_found(find_panels(draw_page((30, 30, 570, 770))), [(30, 30, 570, 770)])


@pytest.mark.parametrize("level", [0, 255])
def test_an_empty_page_has_no_panel(level):
    page = find_panels(np.full((HEIGHT, WIDTH, 3), level, np.uint8))
    assert page.framed and not page.panels


def test_a_figure_on_the_page_is_no_panel():
    page = find_panels(draw_page((20, 20, 580, 380), flower()))
    assert_found(page, [(20, 20, 580, 380)])
    assert [reason for _, reason in page.left_out] == ["gutter"]


def test_white_that_runs_into_the_gutter_stays_with_its_panel():
    pixels = draw_page((20, 20, 580, 380), (20, 400, 580, 780))
    ys, xs = np.mgrid[:HEIGHT, :WIDTH]
    glow = np.hypot(xs - 300, ys - 20) / 110  # at the middle of the upper side
    light = np.clip(1.6 - glow, 0, 1)[..., None] * (ys[..., None] < 380)
    pixels = (pixels * (1 - light) + 255 * light).astype(np.uint8)
    assert_found(find_panels(pixels), [(20, 20, 580, 380), (20, 400, 580, 780)], 0.85)


@pytest.mark.parametrize("ground", [(255, 255, 255), (0, 0, 0), None])
def test_a_window_keeps_away_from_balloons(ground):
    if ground is None:
        pixels = texture(400, 600)
    else:
        pixels = draw_page((20, 20, 580, 380), (20, 400, 580, 780), ground=ground)
    cv2.ellipse(pixels, (300, 100), (200, 55), 0, 0, 360, (0, 0, 0), -1)
    cv2.ellipse(pixels, (300, 100), (197, 52), 0, 0, 360, (255, 255, 255), -1)
    cv2.putText(pixels, "Where are you?", (170, 110), 0, 1, (0, 0, 0), 2)
    panel = find_panels(pixels).panels[0]
    assert 150 <= panel.top <= 170 and panel.bottom >= 370


def test_a_window_keeps_away_from_captions_of_another_colour():
    pixels = draw_page((20, 20, 580, 780))
    pixels[30:130, 60:560] = (240, 220, 130)
    for line, words in enumerate(("Some hours later, behind", "the mountains of the")):
        cv2.putText(pixels, words, (75, 70 + 40 * line), 0, 1, (0, 0, 0), 2)
    (panel,) = find_panels(pixels).panels
    assert 110 <= panel.top <= 180 and panel.bottom >= 770


def test_a_page_full_of_names_is_of_credits():
    pixels = draw_page()
    cv2.rectangle(pixels, (40, 40), (560, 760), (225, 215, 190), -1)
    for line in range(26):
        cv2.putText(
            pixels, "Kenji Hara, Anna Schmidt, J. Doe, M. Weber",
            (60, 80 + 26 * line), 0, 0.6, (20, 20, 20), 1, cv2.LINE_AA,
        )  # fmt: skip
    page = find_panels(pixels)
    assert not page.panels
    assert {reason for _, reason in page.left_out} == {"credits"}


def test_an_empty_sheet_for_names_is_of_credits_too():
    pixels = draw_page((40, 40, 560, 760))
    pixels[80:700, 80:520] = (225, 215, 190)
    page = find_panels(pixels)
    assert not page.panels and page.left_out[0][1] == "credits"


def test_panels_are_in_the_order_of_reading():
    shapes = [
        (20, 20, 200, 240), (220, 20, 580, 250),
        (20, 270, 580, 500), (20, 520, 290, 780), (310, 520, 580, 780),
    ]  # fmt: skip
    assert_found(find_panels(draw_page(*shapes)), shapes)


@pytest.mark.parametrize("color", [(255, 255, 255), (0, 0, 0)])
def test_a_strip_of_20000_pixels_is_cut_into_its_panels(color):
    shapes = [
        (0 if number % 2 else 25, top, 400, top + 420)
        for number, top in enumerate(range(40, 19_500, 600))
    ]
    pixels = np.full((20_000, 400, 3), color, np.uint8)
    for seed, (left, top, right, bottom) in enumerate(shapes):
        pixels[top:bottom, left:right] = texture(bottom - top, right - left, seed)
    page = find_panels(pixels)
    assert len(page.panels) == len(shapes) == 33
    assert_found(page, shapes)


def test_a_plain_sky_from_edge_to_edge_is_no_gutter():
    pixels = draw_page(width=400, height=2300)
    shapes = [(0, top, 400, top + 300) for top in range(50, 2000, 450)]
    for seed, (_, top, _, bottom) in enumerate(shapes):
        pixels[top:bottom] = samples.draw_cartoon(seed, "hayao", 300, 400)
    assert_found(find_panels(pixels), shapes)


@pytest.mark.parametrize("share", [0.6, 2.0])
def test_the_size_of_the_scan_does_not_matter(share):
    pixels = cv2.resize(
        draw_page(*GRID), None, fx=share, fy=share, interpolation=cv2.INTER_AREA
    )
    expected = [tuple(share * side for side in box) for box in GRID]
    found = boxes(find_panels(pixels))
    assert len(found) == 3
    pairs = zip(found, expected, strict=True)
    assert all(overlap(one, other) >= 0.9 for one, other in pairs)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (7, 9)])
def test_tiny_pages_are_no_trouble(size):
    find_panels(np.zeros((*size, 3), np.uint8))
    find_panels(texture(*size))


def test_the_largest_rectangle_is_found_to_the_pixel():
    free = np.zeros((50, 60), bool)
    free[7:41, 13:29] = True
    free[20:31, 5:50] = True
    assert largest_rectangle(free) == (13, 7, 29, 41)
    assert largest_rectangle(np.zeros((9, 9), bool)) == (0, 0, 0, 0)
    assert largest_rectangle(np.ones((3, 2), bool)) == (0, 0, 2, 3)


# ---------------------------------------------------------------- marked pages


@pytest.fixture(scope="module")
def marked(shared):
    """For every marked page: windows found, windows marked, and where panels are."""
    if not (shared / "comics").is_dir():
        pytest.skip(f"comic pages are not here: {shared / 'comics'}")
    pages = []
    for name, shapes in PAGES.items():
        pixels = images.read(shared / "comics" / f"{name}.jpg").pixels
        panels, windows = np.zeros(pixels.shape[:2], np.uint8), []
        for shape in shapes:
            points = np.array(corners(shape))
            cv2.fillPoly(panels, [points], 1)
            (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
            alone = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
            cv2.fillPoly(alone, [points - (left, top)], 1)
            window = largest_rectangle(alone > 0, 1)
            windows.append(tuple(np.add(window, (left, top, left, top))))
        pages.append((boxes(find_panels(pixels)), windows, panels))
    return pages


@pytest.mark.slow
def test_panels_of_marked_pages_are_found(marked):
    hits = found_all = marked_all = 0
    for found, windows, _ in marked:
        rest = list(windows)
        for box in found:
            best = max(rest, key=lambda window: overlap(box, window), default=None)
            if best is not None and overlap(box, best) >= 0.8:
                rest.remove(best)
                hits += 1
        found_all, marked_all = found_all + len(found), marked_all + len(windows)
    print(f"precision {hits}/{found_all}, recall {hits}/{marked_all}")
    assert hits / found_all >= 0.95
    assert hits / marked_all >= 0.9


@pytest.mark.slow
def test_hardly_a_training_window_of_marked_pages_touches_a_gutter(marked):
    rng = np.random.default_rng(0)
    touching = windows = 0
    for found, _, panels in marked:
        # Borders were marked to two pixels.
        gutter = cv2.dilate(panels, np.ones((5, 5), np.uint8)) == 0
        for left, top, right, bottom in found:
            side = min(192, right - left, bottom - top)
            for _ in range(max(1, (right - left) * (bottom - top) // 1000)):
                x = rng.integers(left, right - side + 1)
                y = rng.integers(top, bottom - side + 1)
                touching += bool(gutter[y : y + side, x : x + side].any())
                windows += 1
    print(f"{touching} of {windows} windows touch a gutter")
    assert touching / windows <= 0.01
