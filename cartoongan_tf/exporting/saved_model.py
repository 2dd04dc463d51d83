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
    `image_bytes`, a batch of JPEG, PNG, WebP or BMP strings of mixed sizes to
    `cartoon_bytes`, PNG strings of the same sizes, upright by the photos' EXIF; and
    `statistics`, `image`, `statistics` and `share` to `cartoon` and `own_statistics`,
    as in `StatisticsGenerator`.

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
        pixels = tensors.turn_tensor(_decode(data), tensors.find_orientation(data))
        signed = images.to_signed(tf.cast(pixels, tf.float32))
        cartoon = run(signed[None])[OUTPUT][0]
        return tf.io.encode_png(tensors.round_tensor(cartoon))

    spec = tf.TensorSpec((), tf.string)
    # One after another: side by side, large pictures would fill the memory.
    return tf.map_fn(draw, image_bytes, fn_output_signature=spec, parallel_iterations=1)


def _decode(data):
    """A picture file's pixels, uint8 RGB `(H, W, 3)`, as they are stored."""

    def starts(text, at=0):
        return tf.equal(tf.strings.substr(data, at, len(text)), text)

    is_jpeg, is_webp, is_bmp = starts(b"\xff\xd8\xff"), starts(b"RIFF"), starts(b"BM")
    data = _check(
        is_jpeg | is_webp | is_bmp | starts(b"\x89PNG"),
        "`image_bytes` must be whole JPEG, PNG, WebP or BMP files. Received another",
        data,
    )
    head = tensors.Bytes(tf.io.decode_raw(tf.strings.substr(data, 0, 64), tf.uint8))
    # Of others TensorFlow takes a palette's numbers for grey, or forgets the masks.
    header, bits, coding = (
        head.number(at, count, little=True) for at, count in ((14, 4), (28, 2), (30, 4))
    )
    plain = (header >= 40) & (bits >= 24) & tf.equal(coding, 0)
    data = _check(
        ~is_bmp | plain, "A BMP must have 24 or 32 bits a pixel, and no masks", data
    )
    # One would end the process: TensorFlow 2.21 writes its frames beyond the picture.
    moving = head.says(12, b"VP8X") & (head.number(20, 1) // 2 % 2 > 0)
    data = _check(~is_webp | ~moving, "A WebP must be no animation", data)
    return tf.case(
        [
            # the default is a fast DCT that no other program uses
            (
                is_jpeg,
                lambda: tf.io.decode_jpeg(data, 3, dct_method="INTEGER_ACCURATE"),
            ),
            # alpha comes with it, asked for or not
            (is_webp, lambda: _decode_image(data, 0)),
        ],
        default=lambda: _decode_image(data, 3),
    )


def _decode_image(data, channels: int):
    # One operation for all kinds, and in every TensorFlow: that for WebP alone is in
    # the newest only, and a server without it would not load the file.
    pixels = tf.raw_ops.DecodeImage(
        contents=data, channels=channels, dtype=tf.uint8, expand_animations=False
    )
    return tf.ensure_shape(pixels[..., :3], (None, None, 3))


def _check(rule, message: str, data):
    # without the file's first bytes: an error's text must be UTF-8
    with tf.control_dependencies([tf.debugging.Assert(rule, [message])]):
        return tf.identity(data)


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
