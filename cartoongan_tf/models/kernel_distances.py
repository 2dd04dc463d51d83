"""Measures of a training's pictures, as Keras metrics."""

import keras
import numpy as np
from keras import ops


class KernelDistance(keras.metrics.Metric):
    """How far the last pictures are from the cartoons, by their features.

    The unbiased kernel distance of `evaluation.distances.kernel_inception`, over the
    newest pictures that it was given, at most `capacity`. It may be below 0.

    Args:
        reference: Vectors `(count, channels)` that `features` gave of the cartoons, at
            least 2.
        features: A model or function of pictures `(batch, height, width, 3)`, RGB in
            -1..1, to vectors `(batch, channels)`.
        capacity: How many pictures are remembered, at least 2.
        name: Of the metric, in logs.

    Raises:
        ValueError: When the reference is no such set, or `capacity` is below 2.

    Example:
        >>> features = StyleFeatures()
        >>> look = lambda pictures: features(pictures)[0] / 40.0
        >>> metric = KernelDistance(look(cartoons), look)
        >>> metric.update_state(fakes)
        >>> float(metric.result())

    Reference: M. Binkowski et al., "Demystifying MMD GANs", ICLR 2018, section 4.
    """

    def __init__(self, reference, features, capacity=256, name="kernel_distance"):
        super().__init__(name=name, dtype="float32")
        reference = np.asarray(reference, np.float32)
        if reference.ndim != 2 or len(reference) < 2:
            raise ValueError(
                "`reference` must be at least two vectors. "
                f"Received: reference of shape {reference.shape}"
            )
        if capacity < 2:
            raise ValueError(
                f"`capacity` must be at least 2. Received: capacity={capacity}"
            )
        self.features, self.capacity = features, capacity
        self.reference = reference
        own = self._kernel(reference, reference)
        count = len(reference)
        within = ops.sum(own) - ops.sum(ops.diagonal(own))
        self.within = float(within / (count * (count - 1)))
        self.kept = self.add_variable(
            (capacity, reference.shape[1]), "zeros", name="kept"
        )
        self.seen = self.add_variable((), "zeros", name="seen")

    def _kernel(self, one, other):
        inner = ops.matmul(one, ops.transpose(other))
        return (inner / self.reference.shape[1] + 1.0) ** 3

    def update_state(self, pictures, sample_weight=None):
        """Remembers a batch; every picture counts alike, whatever its weight."""
        vectors = ops.cast(self.features(pictures), "float32")
        count = ops.shape(vectors)[0]
        first = ops.cast(self.seen, "int32")
        places = (first + ops.arange(count, dtype="int32")) % self.capacity
        kept = ops.scatter_update(
            ops.convert_to_tensor(self.kept), places[:, None], vectors
        )
        self.kept.assign(kept)
        self.seen.assign(self.seen + ops.cast(count, "float32"))

    def result(self):
        count = ops.minimum(self.seen, float(self.capacity))
        there = ops.cast(ops.arange(self.capacity, dtype="float32") < count, "float32")
        kept = ops.convert_to_tensor(self.kept)
        own = self._kernel(kept, kept) * there[:, None] * there[None]
        pairs = ops.maximum(count * (count - 1), 1.0)
        within = (ops.sum(own) - ops.sum(ops.diagonal(own))) / pairs
        cross = ops.sum(self._kernel(kept, self.reference) * there[:, None])
        cross = cross / ops.maximum(count * len(self.reference), 1.0)
        return within + self.within - 2 * cross
