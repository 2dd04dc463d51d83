"""Where a plan's pictures come from: a user's folder, or the drawn sample set."""

import hashlib

import numpy as np

from cartoongan_tf.data import batches, triples
from cartoongan_tf.data.edges import smooth_edges
from cartoongan_tf.data.lists import Pictures
from cartoongan_tf.pictures import paths
from cartoongan_tf.plans.plans import Plan
from cartoongan_tf.plans.recipes import SAMPLE_SETS
from cartoongan_tf.samples import samples

SAMPLES = 150  # pictures of each kind in the sample set


def count_pictures(plan: Plan) -> tuple[int, int, str]:
    """How many photos and cartoons there are, and a name for this very set of them."""
    if plan.data in SAMPLE_SETS:
        return SAMPLES, SAMPLES, plan.data
    lists = batches.list_pictures(plan.data)
    digest = hashlib.sha256()
    for path in sum(lists, []):
        digest.update(paths.mark(path, path.relative_to(plan.data).as_posix()))
    photos, cartoons = map(len, lists)
    name = f"{photos} photos, {cartoons} cartoons, {digest.hexdigest()[:12]}"
    return photos, cartoons, name


def open_pictures(plan: Plan) -> triples.TrainingSet:
    """The training set, drawn or read; `smooth/` is made where it is missing."""
    if plan.data not in SAMPLE_SETS:
        return batches.open_folder(plan.data, plan.image_size, plan.short_side)
    height, width = (max(side, plan.image_size) for side in SAMPLE_SETS[plan.data])
    cartoons = samples.draw_cartoons(SAMPLES, plan.style, 0, height, width)
    return triples.TrainingSet(
        Pictures(samples.draw_photos(SAMPLES, 0, height, width)),
        Pictures(cartoons),
        Pictures([smooth_edges(cartoon) for cartoon in cartoons]),
    )


def cut_some(pictures: Pictures, size: int, count: int) -> np.ndarray:
    """The middle squares of so many pictures, spread over all there are."""
    count = min(count, len(pictures))
    places = np.linspace(0, len(pictures) - 1, count).astype(int)
    return np.stack([triples.cut_center(pictures[int(at)], size) for at in places])
