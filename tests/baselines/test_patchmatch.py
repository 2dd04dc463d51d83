"""Facts about PatchMatch."""

import numpy as np
import pytest

from cartoongan_tf.baselines import patches, patchmatch


def noise(seed, *shape):
    values = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return patches.unit(values)


def places(height, width):
    return np.stack(np.mgrid[:height, :width], -1)


def anywhere(a, b, seed=0):
    """A field to begin with that knows nothing."""
    return np.random.default_rng(seed).integers(0, b.shape[:2], (*a.shape[:2], 2))


def score(a, b, field, side):
    """Place by place, as its definition says."""
    margin, found = side // 2, np.zeros(a.shape[:2])
    a, b = (np.pad(each, ((margin,) * 2,) * 2 + ((0, 0),), "edge") for each in (a, b))
    for y, x in np.ndindex(found.shape):
        v, u = field[y, x]
        found[y, x] = (
            a[y : y + side, x : x + side] * b[v : v + side, u : u + side]
        ).sum()
    return found


def test_everything_is_tried_where_all_places_are():
    a, b = noise(0, 5, 6, 4), noise(1, 7, 4, 4)
    field = patchmatch.match_all(a, b, 3)
    best = np.full(a.shape[:2], -np.inf)
    for place in np.ndindex(b.shape[:2]):
        best = np.maximum(best, score(a, b, np.broadcast_to(place, field.shape), 3))
    assert np.allclose(score(a, b, field, 3), best, atol=1e-5)


@pytest.mark.parametrize("side", (3, 5))
def test_a_shifted_copy_is_found_again_both_ways(side):
    b = noise(0, 40, 44, 8)
    a = b[5:37, 9:41]
    generator = np.random.default_rng(0)
    there = patchmatch.match(a, b, side, anywhere(a, b), 40, 10, generator)
    right = (there == places(*a.shape[:2]) + (5, 9)).all(-1)
    # At the border the copy's patches see no further.
    assert right[2:-2, 2:-2].mean() > 0.99
    back = patchmatch.match(b, a, side, anywhere(b, a), 40, 10, generator)
    right = (back == places(*b.shape[:2]) - (5, 9)).all(-1)
    assert right[7:35, 11:39].mean() > 0.99


def test_it_comes_near_to_what_trying_everything_finds():
    rng = np.random.default_rng(0)
    smooth = [rng.normal(size=(30, 30, 8)).cumsum(0).cumsum(1) for _ in range(2)]
    a, b = (patches.unit(each.astype(np.float32)) for each in smooth)
    best = score(a, b, patchmatch.match_all(a, b, 3), 3)
    start = anywhere(a, b)
    field = patchmatch.match(a, b, 3, start, 30, 10, rng)
    found = score(a, b, field, 3)
    assert (found >= score(a, b, start, 3) - 1e-5).all()
    assert (best - found).mean() < 0.02 * (best - score(a, b, start, 3)).mean()


def test_matches_spread_by_neighbours_alone():
    """With no room for random places, one right match is enough."""
    b = noise(0, 24, 24, 8)
    field = anywhere(b, b)
    field[12, 12] = 12, 12
    found = patchmatch.match(b, b, 3, field, 0, 20, np.random.default_rng(0))
    assert (found == places(24, 24)).all(-1).mean() > 0.99


def test_the_same_seed_gives_the_same_field_whatever_the_chunks(monkeypatch):
    a, b = noise(0, 20, 21, 8), noise(1, 19, 23, 8)

    def run(seed):
        generator = np.random.default_rng(seed)
        return patchmatch.match(a, b, 3, anywhere(a, b), 8, 2, generator)

    first = run(0)
    assert not np.array_equal(first, run(1))
    monkeypatch.setattr(patchmatch, "CHUNK", 8 * 70)
    assert np.array_equal(first, run(0))


def test_it_tells_how_alike_matches_are_and_ends_when_settled():
    a, told = noise(0, 16, 16, 8), []
    patchmatch.match(
        a, a, 3, places(16, 16), 4, 10, np.random.default_rng(0), told.append
    )
    assert len(told) == 2 and told[-1] == pytest.approx(9, abs=1e-4)


@pytest.mark.parametrize("size", [(8, 12), (9, 13), (8, 13)])
def test_identity_stays_identity_at_twice_the_size(size):
    small = places(size[0] // 2, size[1] // 2)
    assert np.array_equal(patchmatch.upsample(small, size, size), places(*size))


def test_a_larger_field_points_into_the_larger_map():
    field = np.full((3, 4, 2), (5, 6))
    larger = patchmatch.upsample(field, (6, 9), (11, 13))
    assert larger.shape == (6, 9, 2)
    assert larger.reshape(-1, 2).max(0).tolist() == [10, 12]
    assert larger[0, 0].tolist() == [10, 12]


def test_warp_and_vote_of_the_identity_are_the_picture():
    values = noise(0, 9, 7, 3)
    assert np.array_equal(patchmatch.warp(values, places(9, 7)), values)
    assert np.allclose(patchmatch.vote(values, places(9, 7), 3), values, atol=1e-6)


def test_a_vote_is_the_mean_of_the_patches_that_cover_a_place():
    values, field = noise(0, 8, 9, 2), anywhere(noise(1, 6, 5, 2), noise(0, 8, 9, 2))
    found = patchmatch.vote(values, field, 3)
    for y, x in np.ndindex(6, 5):
        said = []
        for dy, dx in np.ndindex(3, 3):
            near = y + dy - 1, x + dx - 1
            if 0 <= near[0] < 6 and 0 <= near[1] < 5:
                v, u = field[near] - (dy - 1, dx - 1)
                if 0 <= v < 8 and 0 <= u < 9:
                    said.append(values[v, u])
        assert np.allclose(found[y, x], np.mean(said, 0), atol=1e-5)
