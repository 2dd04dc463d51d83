"""A large generator that draws windows as parts of something larger."""

import tensorflow as tf
from keras import ops

from cartoongan_tf.networks.statistics import Given, find_norms, given


class Teacher:
    """Draws windows without what it draws along the border of a picture.

    A window is drawn with a reflected margin around it, which is cut off again. But
    the margin must not change the colours: the norms use the statistics of the window
    alone, which a student of it sees. (With those of window and margin, paprika's
    pictures of windows of 192 are 29.7 dB from these, the worst 24.4; a student cannot
    come nearer than what it is taught.)

    Args:
        generator: A generator, of `(batch, height, width, 3)`, RGB, -1..1.
    """

    def __init__(self, generator):
        self.generator, self.norms = generator, find_norms(generator)
        self.channels = sum(norm.channels for norm in self.norms)
        self._measured = tf.function(self._measure, reduce_retracing=True)
        self._drawn = tf.function(self._draw, reduce_retracing=True)

    def __call__(self, windows, margin: int):
        """What it draws of windows.

        Args:
            windows: float32 `(batch, height, width, 3)`, -1..1.
            margin: Pixels around them, a multiple of 4; 0 to draw them as they are.

        Returns:
            Of the same shape.
        """
        if not margin:
            return self._drawn(windows, None)
        statistics = self._measured(windows) if self.norms else None
        around = (margin, margin)
        framed = tf.pad(windows, ((0, 0), around, around, (0, 0)), "REFLECT")
        inside = slice(margin, -margin)
        return self._drawn(framed, statistics)[:, inside, inside]

    def _measure(self, windows):
        nothing = Given(self.norms, tf.zeros((1, 2, self.channels)), tf.zeros(1))
        with given(nothing) as seen:
            self.generator(windows, training=False)
        return ops.concatenate([seen.own[norm] for norm in self.norms], axis=-1)

    def _draw(self, windows, statistics):
        if statistics is None:
            return self.generator(windows, training=False)
        with given(Given(self.norms, statistics)):
            return self.generator(windows, training=False)
