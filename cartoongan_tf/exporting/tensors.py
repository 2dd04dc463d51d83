"""What `pictures.images` does with arrays, inside a TensorFlow graph."""

import tensorflow as tf

from cartoongan_tf.pictures import images


def pad_tensor(pictures):
    """`images.pad` inside a TensorFlow graph, for exported networks.

    Args:
        pictures: `(batch, H, W, C)`, of sizes known or not. A size that the generator
            can take as it is adds nothing to the graph.
    """

    def indices(side):
        # nothing negative is divided: ONNX would round it the other way
        padded = (side + images.MULTIPLE - 1) // images.MULTIPLE * images.MULTIPLE
        padded = tf.maximum(images.SMALLEST, padded)
        period = tf.maximum(2 * (side - 1), 1)
        place = tf.range(padded) % period
        return tf.minimum(place, period - place)  # 0 1 2 1 0 1 ...: reflected

    for axis, side in enumerate(pictures.shape):
        if axis in (1, 2) and (
            side is None or side < images.SMALLEST or side % images.MULTIPLE
        ):
            places = indices(tf.shape(pictures)[axis])
            pictures = tf.gather(pictures, places, axis=axis)
    return pictures


def round_tensor(signed):
    """`images.to_uint8` inside a TensorFlow graph."""
    levels = tf.clip_by_value(tf.round(images.to_levels(signed)), 0.0, 255.0)
    return tf.cast(levels, tf.uint8)
