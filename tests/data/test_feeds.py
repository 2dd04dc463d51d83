"""Facts about the batches that a student learns from."""

import numpy as np
import pytest

from cartoongan_tf.data.feeds import Feed, Source
from cartoongan_tf.data.pairs import Pairs
from cartoongan_tf.pictures import images


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for number in range(4):
        photo = rng.integers(0, 256, (48, 64, 3)).astype(np.uint8)
        images.write(folder / f"{number}.png", photo)
    return folder


def drawn(folder, size, count=6):
    pairs = Pairs(folder / str(size), sorted(folder.glob("*.png")), size)
    pairs.make(lambda windows, margin: -windows, count)
    return pairs


def test_a_window_is_cut_elsewhere_each_time_and_its_cartoon_with_it(folder):
    source = Source(drawn(folder, 40), 6, 2, shift=8)
    batches = list(source.make_batches(0, (1, 2), 0, 6))
    for photo, cartoon in batches:
        assert photo.shape == (2, 32, 32, 3)
        assert np.abs(photo + cartoon).max() < 0.01
    # Step 0 and step 3 begin an epoch of six windows each: the same ones, cut anew.
    seen = {np.asarray(p).tobytes() for batch in batches for p in batch[0]}
    assert 6 < len(seen) <= 12  # nine places, and chance


def test_the_border_of_the_window_not_of_what_is_cut_from_it_is_left_out(folder):
    source = Source(drawn(folder, 48), 6, 1, shift=8, border=8)
    places = set()
    for photo, cartoon, smooth in source.make_batches(0, (1, 2), 0, 24, smooth=True):
        known = ~np.isnan(np.asarray(cartoon[0, ..., 0]))
        assert np.array_equal(known, ~np.isnan(np.asarray(smooth[0, ..., 0])))
        rows, columns = np.flatnonzero(known.any(1)), np.flatnonzero(known.any(0))
        assert len(rows) == len(columns) == 48 - 2 * 8
        assert known.sum() == 32**2
        assert np.isfinite(photo).all()
        difference = np.asarray(photo + cartoon)[0, known]
        assert np.abs(difference).max() < 0.01
        places.add((rows[0], columns[0]))
    assert places <= {(y, x) for y in (0, 4, 8) for x in (0, 4, 8)}
    assert len(places) > 4


@pytest.mark.parametrize("share, turns", [(0.5, [0, 1] * 4), (0.75, [0, 1, 1, 1] * 2)])
def test_larger_windows_have_their_share_of_the_steps(folder, share, turns):
    small, large = Source(drawn(folder, 40), 6, 2), Source(drawn(folder, 48), 6, 1)
    feed = Feed(small, large, share, steps=8)
    batches = list(feed(0))
    assert len(batches) == 8
    assert [photo.shape[1] == 48 for photo, _ in batches] == turns
    for step in (1, 2, 5, 7):  # a run that goes on meets what it would have met
        for batch, again in zip(batches[step:], feed(step), strict=True):
            for one, other in zip(batch, again, strict=True):
                assert np.array_equal(one, other)


def test_either_alone_has_all_steps(folder):
    source = Source(drawn(folder, 40), 6, 2)
    for given in ((source, None), (None, source)):
        assert [len(photo) for photo, _ in Feed(*given, steps=4)(0)] == [2] * 4
