"""Facts about the built-in sample set."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from cartoongan_tf.samples import samples

SEEDS = range(6)


def gray(picture):
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)


def border_of(regions):
    """True on the pixels to either side of a step between two labels."""
    labels = regions.astype(np.float32)
    box = np.ones((3, 3), np.uint8)
    return cv2.dilate(labels, box) != cv2.erode(labels, box)


def far_from(mask, pixels):
    size = 2 * pixels + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((size, size), np.uint8)) == 0


def near_to(mask, pixels):
    return ~far_from(mask, pixels)


def ink_of(picture):
    """Pixels of the darkest colour, which is the colour of the lines."""
    shades = gray(picture)
    return shades <= shades.min() + 12


def texture(picture, inside):
    return cv2.Laplacian(gray(picture), cv2.CV_32F)[inside].std()


def valley_depth(picture, border):
    """How much darker a border is than what lies a few pixels beside it."""
    shades = gray(picture)
    beside = near_to(border, 7) & far_from(border, 3)
    return shades[beside].mean() - shades[border].mean()


def test_same_seed_draws_the_same_picture():
    assert np.array_equal(samples.draw_photo(3), samples.draw_photo(3))
    assert np.array_equal(samples.draw_regions(3), samples.draw_regions(3))
    for style in samples.STYLES:
        first = samples.draw_cartoon(3, style)
        assert np.array_equal(first, samples.draw_cartoon(3, style))


def test_drawing_leaves_global_random_state_alone():
    np.random.seed(1)
    expected = np.random.random()
    np.random.seed(1)
    samples.draw_photo(0)
    samples.draw_cartoon(0, "hayao")
    assert np.random.random() == expected


def test_other_seeds_draw_other_pictures():
    pictures = samples.draw_photos(4, seed=0) + samples.draw_photos(4, seed=1)
    pictures += samples.draw_cartoons(4, "hayao", seed=0)
    pictures += samples.draw_cartoons(4, "hayao", seed=1)
    for index, one in enumerate(pictures):
        for other in pictures[:index]:
            difference = np.abs(one.astype(np.int16) - other)
            assert difference.mean() > 10


@pytest.mark.parametrize("size", [(192, 256), (33, 70), (70, 33), (32, 32), (301, 64)])
def test_pictures_have_the_asked_size_and_type(size):
    height, width = size
    photo = samples.draw_photo(5, height, width)
    assert photo.shape == (height, width, 3) and photo.dtype == np.uint8
    cartoon = samples.draw_cartoon(5, "paprika", height, width)
    assert cartoon.shape == (height, width, 3) and cartoon.dtype == np.uint8
    regions = samples.draw_regions(5, height, width)
    assert regions.shape == (height, width) and regions.dtype == np.int32
    assert len(np.unique(regions)) > 3
    assert photo.std() > 10 and cartoon.std() > 10


def test_default_size_is_192_by_256():
    assert samples.draw_photo(0).shape == (192, 256, 3)
    assert samples.draw_regions(0).shape == (192, 256)
    assert samples.draw_cartoon(0, "hosoda").shape == (192, 256, 3)


def test_sets_hold_the_asked_number_of_different_pictures():
    photos = samples.draw_photos(3, seed=2, height=40, width=48)
    cartoons = samples.draw_cartoons(3, "hosoda", seed=2, height=40, width=48)
    for pictures in (photos, cartoons):
        assert isinstance(pictures, list)
        assert [picture.shape for picture in pictures] == [(40, 48, 3)] * 3
        assert len({picture.tobytes() for picture in pictures}) == 3
    assert samples.draw_photos(0) == []


def test_photos_and_cartoons_of_one_seed_show_different_scenes():
    """The lines of a cartoon fall no better on its own photo than on others."""
    own, other = [], []
    for seed in range(8):
        ink = ink_of(samples.draw_cartoon(seed, "hayao"))
        for second in range(8):
            border = border_of(samples.draw_regions(second))
            (own if second == seed else other).append(ink[border].mean())
    assert np.mean(own) < np.mean(other) + 0.1


def test_photos_have_more_texture_inside_regions_than_cartoons():
    for seed in SEEDS:
        inside = far_from(border_of(samples.draw_regions(seed)), 3)
        photo = texture(samples.draw_photo(seed), inside)
        cartoon = samples.draw_cartoon(seed, samples.STYLES[seed % 4])
        flat = far_from(ink_of(cartoon), 3)
        assert flat.mean() > 0.15
        assert photo > 12
        assert photo > 1.5 * texture(cartoon, flat)


def test_most_of_a_cartoon_is_exactly_flat():
    for style in samples.STYLES:
        for cartoon in samples.draw_cartoons(3, style):
            still = np.abs(cv2.Laplacian(cartoon, cv2.CV_32F)).max(axis=2) == 0
            assert still.mean() > 0.5


def test_the_smoothest_part_of_a_photo_has_sensor_noise():
    for photo in samples.draw_photos(4):
        detail = cv2.Laplacian(gray(photo), cv2.CV_32F)
        blocks = detail.reshape(12, 16, 16, 16).std(axis=(1, 3))
        assert blocks.min() > 4


def test_cartoons_have_dark_lines_of_two_to_four_pixels():
    for style in samples.STYLES:
        for cartoon in samples.draw_cartoons(4, style):
            ink = gray(cartoon) < 60
            assert 0.04 < ink.mean() < 0.4
            distance = cv2.distanceTransform(ink.astype(np.uint8), cv2.DIST_L2, 5)
            # A ridge is as far from both sides of the line as it gets.
            ridge = (distance == cv2.dilate(distance, np.ones((3, 3)))) & ink
            assert 0.9 <= np.median(distance[ridge]) <= 2


def test_borders_are_valleys_in_cartoons_and_not_in_photos():
    for seed in SEEDS:
        photo = samples.draw_photo(seed)
        border = border_of(samples.draw_regions(seed))
        assert valley_depth(photo, border) < 12
        cartoon = samples.draw_cartoon(seed, "hosoda")
        assert valley_depth(cartoon, ink_of(cartoon)) > 60


def test_every_step_of_colour_but_shade_is_inked(monkeypatch):
    """With shade as bright as light, colours change nowhere but at a line."""
    palette = samples.PALETTES["hosoda"]
    even = replace(palette, shade=(1, 1, 1), high_sky=palette.colours["sky"])
    monkeypatch.setitem(samples.PALETTES, "hosoda", even)
    for seed in SEEDS:
        cartoon = samples.draw_cartoon(seed, "hosoda")
        lined = near_to(gray(cartoon) < 70, 3)
        for picture, near in ((cartoon, lined), (cartoon.transpose(1, 0, 2), lined.T)):
            picture = picture.astype(np.int16)
            step = np.abs(picture[:, 4:] - picture[:, :-4]).max(axis=2) > 24
            assert near[:, 2:-2][step].mean() > 0.99


def test_few_colours_cover_a_cartoon():
    for style in samples.STYLES:
        for cartoon in samples.draw_cartoons(4, style):
            _, counts = np.unique(cartoon.reshape(-1, 3), axis=0, return_counts=True)
            assert np.sort(counts)[-24:].sum() > 0.75 * counts.sum()
    _, counts = np.unique(
        samples.draw_photo(0).reshape(-1, 3), axis=0, return_counts=True
    )
    assert np.sort(counts)[-24:].sum() < 0.2 * counts.sum()


def test_styles_have_different_mean_colours():
    means = [
        np.mean(samples.draw_cartoons(6, style), axis=(0, 1, 2))
        for style in samples.STYLES
    ]
    for index, one in enumerate(means):
        for other in means[:index]:
            assert np.linalg.norm(one - other) > 25


def test_styles_share_the_scene_of_a_seed():
    pictures = [samples.draw_cartoon(1, style) for style in samples.STYLES]
    inks = [gray(picture) < 40 for picture in pictures]
    for ink in inks[1:]:
        assert (ink & inks[0]).sum() > 0.7 * (ink | inks[0]).sum()


def test_cartoons_are_more_saturated_than_photos():
    def saturation(pictures):
        return np.mean(
            [cv2.cvtColor(one, cv2.COLOR_RGB2HSV)[..., 1].mean() for one in pictures]
        )

    photos = saturation(samples.draw_photos(6))
    for style in ("shinkai", "hayao", "paprika"):
        assert saturation(samples.draw_cartoons(6, style)) > photos + 15


def test_regions_line_up_with_the_colours_of_the_photo():
    for seed in SEEDS:
        photo = cv2.GaussianBlur(samples.draw_photo(seed), (0, 0), 2)
        photo = photo.astype(np.float32)
        regions = samples.draw_regions(seed)
        step = np.linalg.norm(photo[:, 6:] - photo[:, :-6], axis=2)
        across = regions[:, 6:] != regions[:, :-6]
        assert 0.02 < across.mean() < 0.6
        assert step[across].mean() > 1.5 * step[~across].mean()


def test_lines_get_thinner_in_small_pictures():
    small = samples.draw_cartoon(4, "hayao", 64, 85)
    assert 0.02 < (gray(small) < 70).mean() < 0.4


@pytest.mark.parametrize("style", ["x", "", "Hayao"])
def test_unknown_style_is_refused(style):
    with pytest.raises(ValueError) as error:
        samples.draw_cartoon(0, style)
    assert str(error.value) == (
        "`style` must be one of shinkai, hosoda, hayao, paprika. "
        f"Received: style={style!r}"
    )
    with pytest.raises(ValueError, match="`style` must be one of"):
        samples.draw_cartoons(1, style)


@pytest.mark.parametrize("size", [(8, 256), (256, 31), (0, 0)])
def test_small_sizes_are_refused(size):
    height, width = size
    message = (
        "`height` and `width` must be at least 32. "
        f"Received: height={height}, width={width}"
    )
    for draw in (
        lambda: samples.draw_photo(0, height, width),
        lambda: samples.draw_regions(0, height, width),
        lambda: samples.draw_cartoon(0, "hayao", height, width),
        lambda: samples.draw_photos(1, 0, height, width),
    ):
        with pytest.raises(ValueError) as error:
            draw()
        assert str(error.value) == message
