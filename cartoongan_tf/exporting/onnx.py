"""ONNX files: one graph for every batch and size."""

import os
from contextlib import contextmanager
from pathlib import Path

import tensorflow as tf

from cartoongan_tf.exporting.extras import need
from cartoongan_tf.exporting.signatures import INPUT, OUTPUT, picture_spec, serve

OPSET = 17
AXES = ("batch", "height", "width")


def write_onnx(generator, path: Path) -> None:
    """Writes an ONNX file of opset 17: `image` to `cartoon`, any batch and size.

    Args:
        generator: A float32 generator.
        path: The file.
    """
    with need("tf2onnx and onnx"), _as_it_was("TF_CPP_MIN_LOG_LEVEL"):
        import onnx
        import tf2onnx

    # tf2onnx writes a norm's means as pooling, which onnxruntime sums one by one: where
    # a channel hardly varies, a norm makes 2e-4 of that.
    model, _ = tf2onnx.convert.from_function(
        tf.function(serve(generator)), input_signature=[picture_spec()], opset=OPSET
    )
    for tensors, name in ((model.graph.input, INPUT), (model.graph.output, OUTPUT)):
        (tensor,) = tensors
        assert tensor.name == name, tensor.name
        for axis, dimension in zip(
            AXES, tensor.type.tensor_type.shape.dim, strict=False
        ):
            dimension.dim_param = axis
    for node in model.graph.node:
        if node.op_type == "GlobalAveragePool":
            node.op_type = "ReduceMean"
            node.attribute.append(onnx.helper.make_attribute("axes", [2, 3]))
            node.attribute.append(onnx.helper.make_attribute("keepdims", 1))
    onnx.checker.check_model(model, full_check=True)
    Path(path).write_bytes(model.SerializeToString())


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
