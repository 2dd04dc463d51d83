"""What a generator's norms know of the whole picture, as data.

An instance norm takes the mean and the variance of each channel over the picture that
it sees. So a tile of a photo is drawn in other colours than the photo, and a film that
moves by a pixel flickers. `StatisticsGenerator` reports those statistics, and draws on
statistics that are given: pooled over tiles, or carried from frame to frame.
"""

import threading
from contextlib import contextmanager

import keras
import numpy as np
from keras import ops

_scope = threading.local()


class Measuring(keras.layers.Layer):
    """A layer that takes means and variances over a picture, or uses given ones.

    A mean is that of the rows' means, unless `by_rows` is False.
    """

    by_rows = True

    def build(self, input_shape):
        self.channels = input_shape[-1]

    def measured(self, x):
        """Mean and biased variance to compute with, `(batch, 1, 1, channels)` each.

        Args:
            x: float32 `(batch, height, width, channels)`.
        """
        given = getattr(_scope, "given", None)
        if given is None:
            return self.measure(x)
        return given.exchange(self, x)

    def measure(self, x):
        """Mean and biased variance of this very `x`."""
        mean = self._mean(x)
        return mean, self._mean(ops.square(x - mean))

    def _mean(self, x):
        if self.by_rows:
            return ops.mean(ops.mean(x, axis=2, keepdims=True), axis=1, keepdims=True)
        return ops.mean(x, axis=(1, 2), keepdims=True)


def find_norms(generator: keras.Model) -> list[Measuring]:
    """The layers of a network that see the whole picture, in the order they run."""
    return [layer for layer in generator.layers if isinstance(layer, Measuring)]


class Given:
    """Statistics that the norms of one network use while `given` is in force.

    Args:
        norms: Of `find_norms`.
        statistics: float32 `(batch or 1, 2, channels)`: the norms' means, then their
            variances, one norm after the other.
        share: How much they count against the picture's own, 0..1, `(batch or 1,)`;
            None for 1, where the own ones are not even measured.
    """

    def __init__(self, norms, statistics, share=None):
        self.statistics = statistics
        self.share = None if share is None else ops.reshape(share, (-1, 1, 1))
        self.places, first = {}, 0
        for norm in norms:
            self.places[norm] = first, first + norm.channels
            first += norm.channels
        self.own = {}

    def exchange(self, norm, x):
        """The mean and variance that a norm is to use; its own are kept in `own`."""
        first, end = self.places[norm]
        used = self.statistics[:, :, first:end]
        if self.share is not None:
            own = ops.concatenate(norm.measure(x), axis=1)[:, :, 0]
            self.own[norm] = own
            used = self.share * used + (1 - self.share) * own
        used = used[:, :, None, None]
        return used[:, 0], used[:, 1]


@contextmanager
def given(statistics: Given):
    """Within it, norms that are called use these statistics."""
    before = getattr(_scope, "given", None)
    _scope.given = statistics
    try:
        yield statistics
    finally:
        _scope.given = before


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class StatisticsGenerator(keras.Model):
    """A generator whose norms' statistics go in and come out.

    The layers and weights are the generator's own. A network without norms that look
    at the picture, such as a `LightGenerator` of norm `none`, has 0 channels of
    statistics, and everything works the same.

    Args:
        generator: A `Generator`, `LightGenerator` or `ResnetGenerator`.

    Input, a list of three:
        picture: `(batch, height, width, 3)`, RGB, -1..1, sides multiples of 4 from 8.
        statistics: `(batch or 1, 2, channels)`: every norm's means, and after them
            their variances. Finite, even where the share is 0.
        share: `(batch or 1,)`, how much the given statistics count against the
            picture's own: `used = share * given + (1 - share) * own`.

    Output, a pair:
        cartoon: As the generator's, float32.
        own: `(batch, 2, channels)`, float32: what the norms saw in this picture. The
            statistics of a norm depend on what the norms before it used.

    Example:
        >>> network = StatisticsGenerator(Generator.from_style("hayao"))
        >>> cartoon, own = network([photo, network.none(), np.zeros(1)])
        >>> alike, _ = network([next_photo, own, np.ones(1)])

    In float32 whatever the generator's policy: sixteen bits are too few for statistics.
    """

    def __init__(self, generator, name=None, **kwargs):
        super().__init__(name=name, **{**kwargs, "dtype": "float32"})
        self.generator = generator
        self.norms = find_norms(generator)
        self.channels = sum(norm.channels for norm in self.norms)

    def none(self, batch=1) -> np.ndarray:
        """Statistics to give along with a share of 0: zeros."""
        return np.zeros((batch, 2, self.channels), np.float32)

    def call(self, inputs, training=False):
        picture, statistics, share = inputs
        statistics = ops.cast(statistics, "float32")
        share = ops.cast(share, "float32")
        with given(Given(self.norms, statistics, share)) as seen:
            cartoon = self.generator(picture, training=training)
        if not self.norms:
            return cartoon, ops.zeros((ops.shape(picture)[0], 2, 0), "float32")
        return cartoon, ops.concatenate([seen.own[n] for n in self.norms], axis=-1)

    def describe(self) -> list[dict]:
        """Name, first channel and number of channels of every norm."""
        told, first = [], 0
        for norm in self.norms:
            told.append(
                {"name": norm.name, "first": first, "channels": int(norm.channels)}
            )
            first += norm.channels
        return told

    def get_config(self):
        generator = keras.saving.serialize_keras_object(self.generator)
        return {"name": self.name, "generator": generator}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        generator = keras.saving.deserialize_keras_object(config["generator"])
        return cls(**{**config, "generator": generator})
