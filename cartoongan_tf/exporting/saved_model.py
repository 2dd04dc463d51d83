"""SavedModels for TensorFlow Serving: three signatures, weights once, a warm-up."""

import collections
from pathlib import Path

import numpy as np
import tensorflow as tf

from cartoongan_tf.exporting import tensors
from cartoongan_tf.exporting.extras import need
from cartoongan_tf.exporting.signatures import (
    INPUT,
    OUTPUT,
    SHARE,
    STATISTICS,
    picture_spec,
    serve,
    serve_statistics,
    statistics_specs,
)
from cartoongan_tf.networks.statistics import StatisticsGenerator
from cartoongan_tf.pictures import images

# The REST interface of TensorFlow Serving takes and gives base64 for names that end so,
# and for no others.
BYTES, BYTES_OUT = "image_bytes", "cartoon_bytes"
WARM_SIZE = 64  # enough to prepare every kernel: sizes are not compiled in


def write_saved_model(generator, folder: Path, style: str) -> None:
    """Writes one version of a SavedModel.

    Signatures: `serving_default`, `image` to `cartoon`, float32 of any size;
    `image_bytes`, a batch of JPEG or PNG strings of mixed sizes to `cartoon_bytes`, PNG
    strings of the same sizes (EXIF orientation is not applied: TensorFlow does not read
    it); and `statistics`, `image`, `statistics` and `share` to `cartoon` and
    `own_statistics`, as in `StatisticsGenerator`.

    Args:
        generator: A float32 generator.
        folder: That of the version, `.../1`; made here.
        style: The name under which TensorFlow Serving will know the model.
    """
    run = serve(generator)
    model = tf.Module()
    # The variables and not the Keras layers, which would be saved a second time.
    model.weights = [weight.value for weight in generator.weights]
    model.picture = tf.function(run, input_signature=[picture_spec()])
    model.strings = tf.function(
        lambda image_bytes: {BYTES_OUT: _draw_strings(run, image_bytes)},
        input_signature=[tf.TensorSpec((None,), tf.string, name=BYTES)],
    )
    network = StatisticsGenerator(generator)
    model.statistics = tf.function(
        serve_statistics(network), input_signature=statistics_specs(network)
    )
    tf.saved_model.save(
        model,
        str(folder),
        signatures={
            "serving_default": model.picture.get_concrete_function(),
            BYTES: model.strings.get_concrete_function(),
            STATISTICS: model.statistics.get_concrete_function(),
        },
    )
    _write_warm_up(folder, style, network.none())


def _draw_strings(run, image_bytes):
    def draw(data):
        start = tf.strings.substr(data, 0, 3)
        known = tf.reduce_any(tf.equal(start, [b"\xff\xd8\xff", b"\x89PN"]))
        message = "`image_bytes` must be whole JPEG or PNG files. Received another"
        with tf.control_dependencies([tf.debugging.Assert(known, [message, start])]):
            data = tf.identity(data)
        pixels = tf.cond(
            tf.io.is_jpeg(data),
            # the default is a fast DCT that no other program uses
            lambda: tf.io.decode_jpeg(data, 3, dct_method="INTEGER_ACCURATE"),
            lambda: tf.io.decode_png(data, 3),
        )
        signed = images.to_signed(tf.cast(pixels, tf.float32))
        cartoon = run(signed[None])[OUTPUT][0]
        return tf.io.encode_png(tensors.round_tensor(cartoon))

    spec = tf.TensorSpec((), tf.string)
    # One after another: side by side, large pictures would fill the memory.
    return tf.map_fn(draw, image_bytes, fn_output_signature=spec, parallel_iterations=1)


def _write_warm_up(folder: Path, style: str, statistics: np.ndarray) -> None:
    """Requests that TensorFlow Serving runs before it says that it is ready."""
    with need("tensorflow-serving-api"):
        from tensorflow_serving.apis import model_pb2, predict_pb2, prediction_log_pb2

    grey = np.full((WARM_SIZE, WARM_SIZE, 3), 128, np.uint8)
    picture = {INPUT: images.to_signed(grey)[None]}
    given = {STATISTICS: statistics, SHARE: np.zeros(1, np.float32)}
    inputs = {
        "serving_default": picture,
        BYTES: {BYTES: [images.encode(grey)]},
        STATISTICS: {**picture, **given},
    }
    path = folder / "assets.extra" / "tf_serving_warmup_requests"
    path.parent.mkdir()
    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature, arrays in inputs.items():
            request = predict_pb2.PredictRequest(
                model_spec=model_pb2.ModelSpec(name=style, signature_name=signature),
                inputs={name: tf.make_tensor_proto(a) for name, a in arrays.items()},
            )
            log = prediction_log_pb2.PredictionLog(
                predict_log=prediction_log_pb2.PredictLog(request=request)
            )
            writer.write(log.SerializeToString())


def count_ops(folder: Path) -> dict[str, int]:
    """How many nodes of each kind the graph of `serving_default` has."""
    model = tf.saved_model.load(str(folder))
    names = [
        operation.type
        for operation in _flatten(model.signatures["serving_default"].graph)
        if operation.type not in ("Const", "Placeholder", "Identity", "NoOp")
    ]
    return dict(collections.Counter(names).most_common())


def _flatten(graph):
    """The operations of a graph, calls replaced by what they call."""
    for operation in graph.get_operations():
        if operation.type in ("StatefulPartitionedCall", "PartitionedCall"):
            name = operation.get_attr("f").name
            inner = graph._get_function(name)
            yield from _flatten(inner.graph)
        else:
            yield operation
