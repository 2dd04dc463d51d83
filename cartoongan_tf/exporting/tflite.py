"""TFLite files: conversion of a generator, and what is really in a file."""

import collections
import math
import tempfile
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from cartoongan_tf.exporting.extras import need
from cartoongan_tf.exporting.signatures import (
    as_float32,
    picture_spec,
    serve,
    serve_statistics,
    statistics_specs,
)
from cartoongan_tf.networks.layers import (
    InstanceNormalization,
    ReflectionPadding2D,
    reflect_by_slices,
)
from cartoongan_tf.networks.statistics import StatisticsGenerator


@dataclass(frozen=True)
class Convolution:
    """One convolution of a file.

    Args:
        tensor: Name of its output.
        op: `CONV_2D` or `TRANSPOSE_CONV`.
        weights: `float32`, `float16` or `int8`.
        computes: `float` or `int8`.
        macs: Multiplications in a run.
    """

    tensor: str
    op: str
    weights: str
    computes: str
    macs: int

    @property
    def layer(self) -> str:
        """The Keras layer that it was."""
        names = self.tensor.split(";")[0].split("/")
        return names[-2].removesuffix("_1") if len(names) > 1 else self.tensor


class StripedConvolution(keras.layers.Layer):
    """A convolution of one picture, cut into strips of rows that lie in the batch.

    The result stays what it was. But dynamic int8 gives every element of a batch a
    scale of its own: a loud spot takes the levels from its strip alone, no longer from
    the whole picture. A strip is read with the rows around it, and what it gives lies
    next to what the one before gave, so that all this costs is a copy of the input.

    Args:
        convolution: A built `Conv2D`.
        strips: How many at most: they divide the rows.
        reflected: Rows and columns to reflect at each side before it.
    """

    def __init__(self, convolution, strips: int, reflected=0, **kwargs):
        super().__init__(**kwargs)
        self.convolution = convolution
        self.strips = strips
        self.reflected = reflected

    def build(self, input_shape):
        assert self.convolution.built

    def call(self, inputs):
        layer, x = self.convolution, inputs
        (side, _), (stride, _) = layer.kernel_size, layer.strides
        if self.reflected:
            x = reflect_by_slices(x, self.reflected, axis=2)
        elif layer.padding == "same":
            zeros = (side // 2, side // 2)
            x = ops.pad(x, ((0, 0), zeros, zeros, (0, 0)))
        above = self.reflected  # the copy reflects the rows as well
        last = x.shape[1] - 1
        rows = (last + 1 + 2 * above - side) // stride + 1
        columns = (x.shape[2] - side) // stride + 1
        strips = next(n for n in range(self.strips, 0, -1) if rows % n == 0)
        step = stride * (rows // strips)
        height = step - stride + side
        wanted = np.arange(strips)[:, None] * step + np.arange(height) - above
        mirrored = last - np.abs(last - np.abs(wanted))
        x = ops.take(x, mirrored.ravel(), axis=1)
        x = ops.reshape(x, (strips, height, *x.shape[2:]))
        x = ops.conv(x, layer.kernel, stride, "valid")
        if layer.use_bias:
            x = x + layer.bias
        return ops.reshape(x, (1, rows, columns, layer.filters))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        height, width = (side + 2 * self.reflected for side in (height, width))
        padded = (batch, height, width, channels)
        return self.convolution.compute_output_shape(padded)


def convert(
    generator, size: int, by_slices=True, strip=None, uncut=(), statistics=False
) -> bytes:
    """Converts a generator to a float32 `.tflite` of batch 1 and one size.

    Args:
        generator: A generator.
        size: Height and width, a multiple of 4.
        by_slices: Build reflections of slices, which XNNPACK runs; else MIRROR_PAD.
        strip: Height of the strips that convolutions are cut into, in rows of the
            photo; None for whole ones. It pays for those that will compute in int8.
        uncut: Layers that stay whole all the same.
        statistics: Whether the norms' statistics go in and come out as well.
    """
    generator = as_float32(generator)
    for layer in generator.layers:
        if isinstance(layer, ReflectionPadding2D):
            layer.by_slices = by_slices
        elif isinstance(layer, InstanceNormalization):
            layer.by_rows = False
    if strip is not None and size >= 2 * strip:
        generator = _cut(generator, size, size // strip, uncut)
    # Not a tf.Module and not a concrete function: both convert without an error to a
    # file without weights.
    archive = keras.export.ExportArchive()
    archive.track(generator)
    run, takes = serve(generator), [picture_spec(1, size, size)]
    if statistics:
        network = StatisticsGenerator(generator)
        run = serve_statistics(network)
        takes = statistics_specs(network, 1, size, size)
    archive.add_endpoint("serving_default", run, input_signature=takes)
    with tempfile.TemporaryDirectory() as folder:
        archive.write_out(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=["serving_default"]
        )
        return converter.convert()


def _cut(generator, size: int, strips: int, uncut) -> keras.Model:
    """The same network of one size, its convolutions in strips."""
    reflected, kept = {}, []  # an id is that of one tensor only while it is kept

    def call(layer, x, *args, **kwargs):
        if _can_be_cut(layer) and layer.name not in uncut:
            # what was reflected for others falls away with them
            margin, x = reflected.get(id(x), (0, x))
            layer = StripedConvolution(layer, strips, margin, name=layer.name)
        y = layer(x, *args, **kwargs)
        if isinstance(layer, ReflectionPadding2D):
            reflected[id(y)] = layer.padding, x
            kept.append(y)
        return y

    return keras.models.clone_model(
        keras.Model(generator.inputs, generator.outputs),
        input_tensors=[keras.Input((size, size, 3), batch_size=1)],
        clone_function=lambda layer: layer,
        call_function=call,
    )


def _can_be_cut(layer) -> bool:
    if type(layer) is not keras.layers.Conv2D:  # not those derived from it
        return False
    (height, width), (down, right) = layer.kernel_size, layer.strides
    is_centred = layer.padding == "valid" or (height % 2 == 1 and down == 1)
    plain = layer.dilation_rate == (1, 1) and layer.groups == 1
    linear = layer.activation is keras.activations.linear
    return height == width and down == right and is_centred and plain and linear


def _read(data: bytes):
    with need("ai-edge-litert"):
        from ai_edge_litert import schema_py_generated as schema

    return schema, schema.ModelT.InitFromObj(schema.Model.GetRootAs(data, 0))


def _op_names(schema, model) -> list[str]:
    names = {v: k for k, v in vars(schema.BuiltinOperator).items() if k[0] != "_"}
    codes = []
    for code in model.operatorCodes:
        name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
        codes.append(code.customCode.decode() if name == "CUSTOM" else name)
    return [codes[op.opcodeIndex] for op in model.subgraphs[0].operators]


def count_ops(data: bytes) -> dict[str, int]:
    """How many operations of each kind a file has; the commonest first."""
    return dict(collections.Counter(_op_names(*_read(data))).most_common())


def find_convolutions(data: bytes) -> list[Convolution]:
    """Every convolution of a file, in order, as it is stored and computed."""
    schema, model = _read(data)
    graph = model.subgraphs[0]
    types = {v: k.lower() for k, v in vars(schema.TensorType).items() if k[0] != "_"}
    names = _op_names(schema, model)
    makers = {
        int(op.outputs[0]): (op, name)
        for op, name in zip(graph.operators, names, strict=True)
    }
    found = []
    for op, name in zip(graph.operators, names, strict=True):
        if name not in ("CONV_2D", "TRANSPOSE_CONV"):
            continue
        weights, explicit = graph.tensors[int(op.inputs[1])], False
        maker, kind = makers.get(int(op.inputs[1]), (None, None))
        if kind == "DEQUANTIZE":
            weights, explicit = graph.tensors[int(maker.inputs[0])], True
        stored = types[weights.type]
        computes = "int8" if stored == "int8" and not explicit else "float"
        pixels = graph.tensors[int(op.inputs[2 if name == "TRANSPOSE_CONV" else 0])]
        output = graph.tensors[int(op.outputs[0])]
        places = (pixels if name == "TRANSPOSE_CONV" else output).shape[:3]
        macs = math.prod(map(int, places)) * math.prod(map(int, weights.shape))
        tensor = output.name.decode()
        found.append(Convolution(tensor, name, stored, computes, macs))
    return found


def check(data: bytes, parameters: int, weights: str, in_int8=None) -> None:
    """Checks that a file is what it was meant to be.

    Args:
        data: The file.
        parameters: Of the generator.
        weights: What its convolutions should be stored as.
        in_int8: Tensors of the convolutions that should compute in int8, or None where
            that is not to be checked.

    Raises:
        RuntimeError: When weights are missing, a convolution is not as intended, or an
            operation is none of TFLite's own.
    """
    ops = count_ops(data)
    outside = [name for name in ops if name.startswith("Flex") or name == "VAR_HANDLE"]
    if outside:
        raise RuntimeError(f"The .tflite must need TFLite alone. Received: {outside}")
    each = {"float32": 4, "float16": 2, "int8": 1}[weights]
    if len(data) < 0.9 * each * parameters:
        raise RuntimeError(
            f"The .tflite must hold every weight. Received: {len(data)} bytes for "
            f"{parameters} parameters of {each}"
        )
    for convolution in find_convolutions(data):
        meant = None if in_int8 is None else convolution.tensor in in_int8
        is_int8 = convolution.computes == "int8"
        if convolution.weights != weights or meant not in (None, is_int8):
            raise RuntimeError(
                f"Every convolution must be stored as {weights} and computed as "
                f"chosen. Received: {convolution}"
            )
