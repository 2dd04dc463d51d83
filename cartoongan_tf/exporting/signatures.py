"""The one function that every export ends in: a picture in, its cartoon out."""

import keras
import tensorflow as tf

from cartoongan_tf.exporting import tensors

INPUT, OUTPUT = "image", "cartoon"


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
        cartoon = generator(padded, training=False)
        if padded is not image:
            size = tf.shape(image)
            cartoon = cartoon[:, : size[1], : size[2]]
        return {OUTPUT: tf.identity(cartoon, OUTPUT)}

    return run


def picture_spec(batch=None, height=None, width=None) -> tf.TensorSpec:
    """What `serve` takes, with sizes fixed where a runtime wants them so."""
    return tf.TensorSpec((batch, height, width, 3), tf.float32, name=INPUT)


def as_float32(generator: keras.Model) -> keras.Model:
    """A copy of a generator that computes in float32, whatever it was trained in."""
    config = generator.get_config()
    if "dtype" in config:
        config["dtype"] = "float32"
    copy = type(generator).from_config(config)
    copy.set_weights(generator.get_weights())
    return copy
