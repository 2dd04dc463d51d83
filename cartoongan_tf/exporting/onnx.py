"""ONNX files: one graph for every batch and size, statistics in and out or not."""

import hashlib
import os
from contextlib import contextmanager
from pathlib import Path

import tensorflow as tf

from cartoongan_tf.exporting.extras import need
from cartoongan_tf.exporting.signatures import (
    INPUT,
    OUTPUT,
    OWN,
    SHARE,
    STATISTICS,
    as_float32,
    picture_spec,
    serve,
    serve_statistics,
    statistics_specs,
)
from cartoongan_tf.inference.runtimes import BYTES_PER_PIXEL, MADE_FROM
from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.networks.statistics import StatisticsGenerator
from cartoongan_tf.pictures import paths

OPSET = 17
AXES = ("batch", "height", "width")


def write_onnx(generator, path: Path, notes: dict | None = None) -> None:
    """Writes an ONNX file of opset 17: `image` to `cartoon`, any batch and size.

    Every padding is a number in it: OpenCV's dnn takes TensorFlow's own rule,
    `auto_pad=SAME_UPPER`, for that of stride 1, and then draws shifted pictures.

    Args:
        generator: A float32 generator.
        path: The file.
        notes: Names and texts to keep in it.
    """
    axes = {INPUT: AXES, OUTPUT: AXES}
    _write(serve(generator), [picture_spec()], axes, path, notes)


def write_statistics_onnx(network, path: Path, notes: dict | None = None) -> None:
    """Writes an ONNX file that takes and gives the norms' statistics.

    `image`, `statistics` and `share` to `cartoon` and `own_statistics`, as in
    `StatisticsGenerator`: any batch and size. A batch of statistics, and one of shares,
    may be 1 for several pictures.

    Args:
        network: A float32 `StatisticsGenerator`.
        path: The file.
        notes: Names and texts to keep in it.
    """
    axes = {
        INPUT: AXES,
        STATISTICS: ("statistics_batch",),
        SHARE: ("share_batch",),
        OUTPUT: AXES,
        OWN: AXES[:1],
    }
    run, specs = serve_statistics(network), statistics_specs(network)
    _write(run, specs, axes, path, notes)


def _write(run, specs, axes: dict, path: Path, notes: dict | None = None) -> None:
    with need("tf2onnx and onnx"), _as_it_was("TF_CPP_MIN_LOG_LEVEL"):
        import onnx
        import tf2onnx

    # tf2onnx writes a norm's means as pooling, which onnxruntime sums one by one: where
    # a channel hardly varies, a norm makes 2e-4 of that.
    model, _ = tf2onnx.convert.from_function(
        tf.function(run), input_signature=specs, opset=OPSET
    )
    tensors = {t.name: t for t in (*model.graph.input, *model.graph.output)}
    assert tensors.keys() == axes.keys(), tensors.keys()
    for name, tensor in tensors.items():
        dimensions = tensor.type.tensor_type.shape.dim
        for axis, dimension in zip(axes[name], dimensions, strict=False):
            dimension.dim_param = axis
    for node in model.graph.node:
        if node.op_type == "Conv":
            _pad_explicitly(node, onnx.helper)
        if node.op_type == "GlobalAveragePool":
            node.op_type = "ReduceMean"
            node.attribute.append(onnx.helper.make_attribute("axes", [2, 3]))
            node.attribute.append(onnx.helper.make_attribute("keepdims", 1))
    _multiply_as_it_is(model.graph)
    onnx.helper.set_model_props(model, notes or {})
    onnx.checker.check_model(model, full_check=True)
    Path(path).write_bytes(model.SerializeToString())


def write_twin(weights: Path) -> Path:
    """Writes the `.onnx` beside a style's `.keras` by which it is drawn without Keras.

    Of a network with norms it takes and gives their statistics, which films need.
    It notes which file that is: `inference.runtimes.load_style` takes it for no other.

    Args:
        weights: The `.keras` file.

    Returns:
        The twin's path.
    """
    generator = load_generator(weights)
    twin = Path(weights).with_suffix(".onnx")
    notes = {
        MADE_FROM: hashlib.sha256(Path(weights).read_bytes()).hexdigest(),
        BYTES_PER_PIXEL: str(generator.bytes_per_pixel),
    }
    with paths.replacing(twin) as temporary:
        exact = as_float32(generator)
        network = StatisticsGenerator(exact)
        if network.channels:
            write_statistics_onnx(network, temporary, notes)
        else:
            write_onnx(exact, temporary, notes)
    return twin


def _pad_explicitly(node, helper) -> None:
    """Puts the numbers in place of `auto_pad` that it comes to in our networks.

    A side is a multiple of 4 where it enters a network, which halves it twice: so it is
    a multiple of the stride wherever a kernel is wider than that. Where it is as wide,
    the last pixel of an odd side is given company.
    """
    given = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    rule = given.get("auto_pad", b"NOTSET")
    if rule == b"NOTSET":
        return
    assert rule == b"SAME_UPPER" and set(given["dilations"]) == {1}, given
    befores, afters = [], []
    for kernel, stride in zip(given["kernel_shape"], given["strides"], strict=True):
        total = kernel - stride if kernel > stride else stride - 1
        befores.append(total // 2 if kernel > stride else 0)
        afters.append(total - befores[-1])  # the odd pixel stands behind
    kept = [a for a in node.attribute if a.name != "auto_pad"]
    del node.attribute[:]
    node.attribute.extend([*kept, helper.make_attribute("pads", befores + afters)])


def _multiply_as_it_is(graph) -> None:
    """Multiplies pictures by a matrix without making them one long list of pixels.

    tf2onnx writes a palette as Reshape, MatMul, Reshape, with shapes that are computed.
    OpenCV 5's dnn cannot run those ("buf.shape() == m.shape()"); MatMul takes the
    picture as it is.
    """
    makers = {name: node for node in graph.node for name in node.output}
    takers = {name: node for node in graph.node for name in node.input}
    matrices = {tensor.name for tensor in graph.initializer if len(tensor.dims) == 2}
    for node in graph.node:
        if node.op_type != "MatMul" or node.input[1] not in matrices:
            continue
        flat, back = makers.get(node.input[0]), takers.get(node.output[0])
        if flat is None or back is None or flat.op_type != "Reshape":
            continue
        assert back.op_type == "Reshape", back.op_type
        node.input[0], node.output[0] = flat.input[0], back.output[0]
        back.output[0] = f"{back.output[0]}_unused"
    _drop_unused(graph)


def _drop_unused(graph) -> None:
    wanted = {tensor.name for tensor in graph.output}
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            wanted.update(node.input)
    for found in (graph.node, graph.initializer):
        kept = [
            each
            for each in found
            if wanted.intersection(getattr(each, "output", [each.name]))
        ]
        del found[:]
        found.extend(kept)


def count_ops(path: Path) -> dict[str, int]:
    """How many nodes of each kind a file has."""
    import onnx

    counts = {}
    for node in onnx.load(path).graph.node:
        counts[node.op_type] = counts.get(node.op_type, 0) + 1
    return counts


@contextmanager
def _as_it_was(variable: str):
    """tf2onnx sets an environment variable where it is imported."""
    before = os.environ.get(variable)
    try:
        yield
    finally:
        if before is not None:
            os.environ[variable] = before
