"""The batches of a teacher's pictures that a student learns from."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from cartoongan_tf.data.edges import smooth_edges
from cartoongan_tf.data.pairs import Pairs
from cartoongan_tf.pictures import images


@dataclass(frozen=True)
class Source:
    """Pairs of one size, and how they are learnt from.

    Args:
        pairs: `Pairs`.
        count: How many of them there are.
        batch: Pairs in a batch.
        shift: Pixels that a window loses each time, at random left or right, above or
            below, by fours: a teacher of stride 4 draws what is shifted by other steps
            anew.
        border: Pixels at a window's border whose cartoon is not learnt, with the frame
            that the teacher draws there: they are NaN.
    """

    pairs: Pairs
    count: int
    batch: int
    shift: int = 0
    border: int = 0

    def make_batches(
        self, seed: int, streams: tuple[int, int], first: int, last: int, smooth=False
    ) -> tf.data.Dataset:
        """Batches of `(photo, cartoon)`, float32 in -1..1.

        Args:
            seed: Of order and shifts.
            streams: Two numbers of random streams, of the order and of the shifts.
            first: Batches that were had before.
            last: Where they end.
            smooth: Whether a third part is the cartoon with its edges smoothed.
        """
        pairs, count, border = self.pairs, self.count, self.border
        side = pairs.size - self.shift

        def draw(number):
            rng = np.random.default_rng((seed, streams[0], number // count))
            photo, cartoon = pairs[int(rng.permutation(count)[number % count])]
            rng = np.random.default_rng((seed, streams[1], number))
            top, left = 4 * rng.integers(0, self.shift // 4 + 1, 2)
            drawn = photo, cartoon, *([smooth_edges(cartoon)] if smooth else [])
            drawn = [images.to_signed(part.astype(np.float32)) for part in drawn]
            if border:
                for part in drawn[1:]:
                    known = part[border:-border, border:-border].copy()
                    part[:] = np.nan
                    part[border:-border, border:-border] = known
            return tuple(part[top : top + side, left : left + side] for part in drawn)

        parts = 2 + smooth

        def to_tensors(number):
            pictures = tf.numpy_function(
                draw, [number], [tf.float32] * parts, stateful=False
            )
            for picture in pictures:
                picture.set_shape((side, side, 3))
            return tuple(pictures)

        return (
            tf.data.Dataset.range(first * self.batch, last * self.batch)
            .map(to_tensors, num_parallel_calls=2)
            .batch(self.batch, drop_remainder=True)
            .prefetch(2)
        )


class Feed:
    """The batches of a run, of smaller and of larger windows in turns.

    Args:
        small: Of smaller windows, or None.
        large: Of larger ones, or None.
        share: Of the steps that learn from larger ones, where there are both.
        steps: All of a run.
        seed: Of order and shifts.
        smooth: As of `Source.make_batches`.
    """

    def __init__(self, small, large, share=0.5, steps=1, seed=0, smooth=False):
        self.sources = (small, (1, 2)), (large, (3, 4))
        self.share = share if small and large else float(large is not None)
        self.steps, self.seed, self.smooth = steps, seed, smooth

    def __call__(self, step: int):
        """Those from a step on; a run that goes on meets what it would have met."""
        large = int(step * self.share)
        feeds = [
            source
            and iter(
                source.make_batches(self.seed, streams, had, self.steps, self.smooth)
            )
            for (source, streams), had in zip(
                self.sources, (step - large, large), strict=True
            )
        ]
        for done in range(step + 1, self.steps + 1):
            before, large = large, int(done * self.share)
            yield next(feeds[large - before])
