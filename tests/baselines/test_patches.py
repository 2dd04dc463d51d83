"""Facts about patches."""

import numpy as np
import pytest

from cartoongan_tf.baselines import patches


def noise(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(
    ("length", "expected"),
    [(3, [0]), (4, [0, 1]), (7, [0, 2, 4]), (8, [0, 2, 4, 5])],
)
def test_patches_begin_every_stride_and_reach_the_end(length, expected):
    assert patches.starts(length, 3, 2).tolist() == expected


def test_a_patch_is_what_lies_there():
    maps = noise(0, 6, 7, 4)
    rows, columns = np.array([0, 2, 3]), np.array([1, 4])
    found = patches.cut(maps, 3, rows, columns)
    assert found.shape == (6, 36)
    assert np.array_equal(found[3], maps[2:5, 4:7].ravel())


def test_a_maps_own_patches_make_it_again():
    maps = noise(0, 8, 7, 4)
    grid = [patches.starts(side, 3, 2) for side in maps.shape[:2]]
    made, covered = patches.put_back(patches.cut(maps, 3, *grid), maps.shape, 3, *grid)
    assert np.allclose(made, maps, atol=1e-6) and covered.all()


def test_where_patches_overlap_is_their_mean_and_where_none_is_0():
    rows, columns = np.array([0]), np.array([0, 2])
    both = np.repeat([[1.0], [5.0]], 9, 1).astype(np.float32)
    made, covered = patches.put_back(both, (4, 6, 1), 3, rows, columns)
    assert made[0, :, 0].tolist() == [1, 1, 3, 5, 5, 0]
    assert covered[0, :, 0].tolist() == [1, 1, 1, 1, 1, 0]
    assert not made[3].any() and not covered[3].any()


def test_the_best_has_the_largest_normalized_correlation(monkeypatch):
    ours, theirs = noise(0, 50, 27), noise(1, 70, 27) * 10 ** noise(2, 70, 1)
    cosines = [
        [float(a @ b) / np.linalg.norm(a) / np.linalg.norm(b) for b in theirs]
        for a in ours
    ]
    found = patches.best(ours, patches.unit(theirs))
    assert np.array_equal(found, np.argmax(cosines, 1))
    assert not np.array_equal(found, np.argmax(ours @ theirs.T, 1))
    monkeypatch.setattr(patches, "CHUNK", 500)  # 7 at once
    assert np.array_equal(patches.best(ours, patches.unit(theirs)), found)


def test_an_empty_patch_stays_empty():
    assert not patches.unit(np.zeros((2, 5), np.float32)).any()
