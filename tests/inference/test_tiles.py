"""Facts about large pictures drawn in tiles."""

import keras
import numpy as np
import pytest

from cartoongan_tf.inference.maps import Maps
from cartoongan_tf.inference.runtimes import KerasRuntime
from cartoongan_tf.inference.tiles import Layout, Tiles
from cartoongan_tf.networks.attention import AttentionGenerator
from cartoongan_tf.networks.choices import NORMS
from cartoongan_tf.networks.generators import Generator, ResnetGenerator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.pictures import images, padding
from cartoongan_tf.samples import samples

NETWORKS = {
    "paper": lambda: Generator(8, 2, recolor=True),
    "cyclegan": lambda: ResnetGenerator(4, 1),
    "ugatit": lambda: AttentionGenerator(4, 2),
    "reflect": lambda: LightGenerator(8, 16, 2, padding="reflect"),
    "deep": lambda: LightGenerator(8, 16, 1, deep=1, deep_norms=2),
    **{
        norm: lambda norm=norm: LightGenerator(8, 16, 2, norm=norm, recolor=True)
        for norm in NORMS
    },
}
IN_MEMORY, COMPACT, ON_DISK = (
    Layout(64, False, 2**30),
    Layout(64, True, 2**30),
    Layout(64, True, 10_000),
)


@pytest.fixture(scope="module", params=NETWORKS)
def generator(request):
    keras.utils.set_random_seed(1)
    generator = NETWORKS[request.param]()
    rng = np.random.default_rng(2)
    for weight in generator.weights:
        if "moving_variance" not in weight.path and "matrix" not in weight.path:
            value = np.asarray(weight)
            weight.assign(value + rng.normal(0, 0.05, value.shape))
    return generator


def whole(generator, photo):
    padded = images.to_signed(padding.pad(photo))[None]
    signed = KerasRuntime(generator)(padded)[0]
    return images.to_uint8(padding.crop(signed, *photo.shape[:2]))


def compare(ours, theirs):
    """Largest difference in levels, and PSNR in dB."""
    apart = ours.astype(float) - theirs
    return np.abs(apart).max(), 10 * np.log10(255**2 / max(np.mean(apart**2), 1e-9))


@pytest.mark.parametrize("layout", [IN_MEMORY, COMPACT, ON_DISK])
@pytest.mark.parametrize("size", [(200, 264), (150, 333)])
def test_tiles_are_the_whole(generator, layout, size):
    photo = samples.draw_photo(3, *size)
    largest, psnr = compare(Tiles(generator)(photo, 0, layout), whole(generator, photo))
    assert largest <= 1 and psnr > 60


def test_tiles_without_pooled_statistics_are_not(tmp_path):
    keras.utils.set_random_seed(1)
    generator = LightGenerator(8, 16, 2)
    photo = samples.draw_photo(3, 128, 128)
    photo[:64] //= 3
    halves = np.concatenate([whole(generator, half) for half in np.split(photo, 2)])
    assert compare(halves, whole(generator, photo))[1] < 40


def test_borders_of_tiles_are_no_worse_than_other_places(generator):
    photo = samples.draw_photo(4, 256, 256)
    ours = Tiles(generator)(photo, 0, COMPACT).astype(float)
    apart = np.abs(ours - whole(generator, photo))
    borders = apart[:, [63, 64, 127, 128, 191, 192]]
    assert borders.mean() <= 2 * apart.mean() + 1e-3


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (7, 9), (65, 8)])
def test_small_and_odd_pictures_are_drawn_too(generator, size):
    photo = samples.draw_photo(5, 256, 256)[: size[0], : size[1]]
    largest, _ = compare(Tiles(generator)(photo, 0, COMPACT), whole(generator, photo))
    assert largest <= 1


# The first stage, one in the middle, the last: of norm `none` all are the same one.
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_what_lies_beyond_the_halo_changes_nothing(generator, share):
    tiles = Tiles(generator)
    stage = tiles.stages[round(share * (len(tiles.stages) - 1))]
    rng = np.random.default_rng(6)
    side, middle = 160, (76, 84)

    def run(changed):
        inputs = []
        for taken in stage.takes:
            shape = (1, side // taken.scale, side // taken.scale, taken.channels)
            x = np.random.default_rng(7).normal(0, 1, shape).astype(np.float32)
            if changed:
                keep = slice(
                    (middle[0] - stage.halo) // taken.scale,
                    (middle[1] + stage.halo) // taken.scale,
                )
                other = rng.normal(0, 1, shape).astype(np.float32)
                other[:, keep, keep] = x[:, keep, keep]
                x = other
            inputs.append(x)
        known = np.ones((1, 2, tiles.channels), np.float32)
        given = tiles._statistics.Given(tiles.norms, known)
        with tiles._statistics.given(given):
            made = stage.network(inputs)
        made = made if isinstance(made, list) else [made]
        return [
            np.asarray(x)[
                :, (s := slice(middle[0] // m.scale, middle[1] // m.scale)), s
            ]
            for x, m in zip(made, stage.gives, strict=True)
        ]

    for ours, theirs in zip(run(False), run(True), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_the_plan_keeps_to_the_memory():
    tiles = Tiles(LightGenerator())
    small, large = (tiles.plan(6000, 8000, m * 2**30) for m in (1, 16))
    assert small.compact and not large.compact
    assert small.side < large.side and small.side % 4 == 0
    none = tiles.plan(6000, 8000, 0)
    assert none.room == 0 and none.side == 128


def test_progress_is_told_to_the_end(generator):
    told = []
    photo = samples.draw_photo(5, 128, 100)
    tiles = Tiles(generator)
    tiles(photo, 0, COMPACT, tell=lambda done, of: told.append((done, of)))
    count = 4 * len(tiles.stages)
    assert told == [(n + 1, count) for n in range(count)]


# ------------------------------------------------------------------------ maps


def block(*shape, seed=0):
    return np.random.default_rng(seed).normal(5, 2, shape).astype(np.float32)


@pytest.mark.parametrize("room", [0, 500, 10**6])
@pytest.mark.parametrize("tight", [True, False])
def test_parts_are_read_across_blocks_wherever_they_lie(room, tight):
    whole, maps = block(12, 10, 3), Maps(room, tight)
    for t, b in ((0, 5), (5, 12)):
        for le, r in ((0, 4), (4, 10)):
            maps.put("x", (t, b, le, r), whole[t:b, le:r])
    assert maps.used <= room
    for t, b, le, r in ((0, 12, 0, 10), (3, 7, 2, 9), (5, 6, 0, 10), (0, 5, 0, 4)):
        assert np.array_equal(maps.read("x", (t, b, le, r)), whole[t:b, le:r])


@pytest.mark.parametrize("room", [0, 10**6])
def test_what_is_dropped_gives_its_place_back(room):
    maps = Maps(room)
    for turn in range(3):
        for row in range(4):
            maps.put("x", (row, row + 1, 0, 8), block(1, 8, 4, seed=turn * 4 + row))
        maps.drop("x", above=2)
        assert maps.used + maps.spilled == 2 * 8 * 4 * 4
        maps.drop("x")
        assert maps.used + maps.spilled == 0
    assert maps._end <= 4 * 8 * 4 * 4
    maps.close()


def test_a_full_disk_is_told(monkeypatch):
    monkeypatch.setenv("TMPDIR", "/nowhere")
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(OSError):
        Maps(0).put("x", (0, 1, 0, 1), block(1, 1, 1))


def test_pages_are_kept_only_while_more_blocks_are_to_come():
    maps = Maps(10**6, tight=True)
    block = np.zeros((8, 8, 4), np.float32)
    for top in (0, 8, 16):
        maps.put("x", (top, top + 8, 0, 8), block)
    maps.drop("x", above=8)
    assert sum(map(len, maps._spare.values())) == 1
    maps.expect(blocks=False)
    maps.drop("x", above=16)
    assert not maps._spare and maps.used == block.nbytes
    assert np.array_equal(maps.read("x", (16, 24, 0, 8)), block)
