"""The functions that exports end in: a picture in, its cartoon out.

And the same with the norms' statistics in and out, see `networks/statistics.py`.
"""

import keras
import tensorflow as tf

from cartoongan_tf.exporting import tensors

INPUT, OUTPUT = "image", "cartoon"
STATISTICS, SHARE, OWN = "statistics", "share", "own_statistics"


def serve(generator):
    """The function that SavedModel, ONNX and TFLite files hold.

    Args:
        generator: A float32 generator.

    Returns:
        A function of `image`, float32 RGB -1..1 `(batch, height, width, 3)`, to a
        dictionary of `cartoon`, the same. Any height and width: what the generator
        cannot take is reflected at the right and bottom, and cut off again.
    """

    def run(image):
        padded = tensors.pad_tensor(image)
        cartoon = _crop(generator(padded, training=False), image, padded)
        return {OUTPUT: tf.identity(cartoon, OUTPUT)}

    return run


def serve_statistics(network):
    """The function that files hold which take and give the norms' statistics.

    Args:
        network: A float32 `StatisticsGenerator`.

    Returns:
        A function of `image`, `statistics` and `share` to `cartoon` and
        `own_statistics`. Any height and width, as in `serve`; what is padded counts in
        the statistics.
    """

    def run(image, statistics, share):
        padded = tensors.pad_tensor(image)
        cartoon, own = network([padded, statistics, share], training=False)
        cartoon = _crop(cartoon, image, padded)
        return {OUTPUT: tf.identity(cartoon, OUTPUT), OWN: tf.identity(own, OWN)}

    return run


def _crop(cartoon, image, padded):
    if padded is image:
        return cartoon
    size = tf.shape(image)
    return cartoon[:, : size[1], : size[2]]


def picture_spec(batch=None, height=None, width=None) -> tf.TensorSpec:
    """What `serve` takes, with sizes fixed where a runtime wants them so."""
    return tf.TensorSpec((batch, height, width, 3), tf.float32, name=INPUT)


def statistics_specs(network, batch=None, height=None, width=None) -> list:
    """What `serve_statistics` takes."""
    return [
        picture_spec(batch, height, width),
        tf.TensorSpec((batch, 2, network.channels), tf.float32, name=STATISTICS),
        tf.TensorSpec((batch,), tf.float32, name=SHARE),
    ]


def as_float32(generator: keras.Model) -> keras.Model:
    """A copy of a generator that computes in float32, whatever it was trained in."""
    config = generator.get_config()
    if "dtype" in config:
        config["dtype"] = "float32"
    copy = type(generator).from_config(config)
    copy.set_weights(generator.get_weights())
    return copy
