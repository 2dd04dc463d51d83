"""What a generator draws, brought to the cartoons' colours after each epoch."""

from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from cartoongan_tf.models.averages import averaged
from cartoongan_tf.networks.palettes import Palette, measure
from cartoongan_tf.pictures import padding
from cartoongan_tf.pictures.drawing import MOST_PIXELS, cut_middle, draw_whole

PICTURES = 32  # that a generator draws for it


class Recoloring:
    """The values of a generator's last layer, a `Palette`, fitted to what it draws.

    A discriminator of instance norms hardly sees colours, and averaged weights draw
    with less contrast than any that were averaged: a trained generator's colours are
    paler than the cartoons' in all its pictures alike. One linear map for all of them
    mends that. In training the layer changes nothing.

    Args:
        generator: Made with `recolor=True`.
    """

    def __init__(self, generator):
        self.layer = generator.get_layer("recolored")
        self.variables = [
            tf.Variable(
                variable.value,
                trainable=False,
                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
            )
            for variable in self.layer.variables
        ]
        self.wanted = None

    def fit(self, generator, photos, cartoons, most: int = MOST_PIXELS) -> None:
        """Learns the map from what the generator makes of photos to the cartoons.

        Args:
            generator: As it is to be recoloured.
            photos: Sequence of uint8 pictures of any sizes, spread over which some are
                drawn.
            cartoons: Sequence of uint8 pictures of any sizes.
            most: Pixels of a photo that are drawn; of a larger one its middle is.
        """
        if self.wanted is None:
            self.wanted = measure(cartoons)
        count = min(PICTURES, len(photos))
        fakes = []
        for at in np.linspace(0, len(photos) - 1, count).astype(int):
            photo = cut_middle(photos[int(at)], most)
            if min(photo.shape[:2]) >= padding.SMALLEST:
                # Without its last rows rather than padded, as all runs so far.
                height, width = (s - s % padding.MULTIPLE for s in photo.shape[:2])
                photo = padding.crop(photo, height, width)
            fakes.append(draw_whole(generator, photo))
        palette = Palette()
        palette.fit(measure(fakes), self.wanted)
        for variable, value in zip(self.variables, palette.variables, strict=True):
            variable.assign(value.value)

    @contextmanager
    def applied(self):
        """The layer with its fitted values, for as long as the context lasts."""
        before = [tf.identity(variable.value) for variable in self.layer.variables]
        _assign(self.layer, (variable.read_value() for variable in self.variables))
        try:
            yield
        finally:
            _assign(self.layer, before)


@contextmanager
def finished(model):
    """The generator as it is saved and drawn: averaged and recoloured, where it is.

    Args:
        model: With a `generator`, and perhaps an `average` and a `recoloring` of it.
    """
    recoloring = getattr(model, "recoloring", None)
    with averaged(model) as generator:
        if recoloring is None:
            yield generator
            return
        with recoloring.applied():
            yield generator


def _assign(layer, values) -> None:
    for variable, value in zip(layer.variables, values, strict=True):
        variable.value.assign(value)
