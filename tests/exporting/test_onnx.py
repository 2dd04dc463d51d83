"""Facts about ONNX files."""

import numpy as np
import onnx
import pytest

from cartoongan_tf.exporting import onnx as exporting
from cartoongan_tf.inference.runtimes import ONNXRuntime
from cartoongan_tf.pictures import images


@pytest.fixture(scope="module")
def path(generator, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "tiny.onnx"
    exporting.write_onnx(generator, path)
    return path


def test_names_axes_and_opset_are_as_said(path):
    model = onnx.load(path)
    assert max(o.version for o in model.opset_import if o.domain == "") >= 17
    ends = (*model.graph.input, *model.graph.output)
    for tensor, name in zip(ends, ("image", "cartoon"), strict=True):
        shape = tensor.type.tensor_type.shape.dim
        assert tensor.name == name
        assert [d.dim_param for d in shape[:3]] == ["batch", "height", "width"]
        assert shape[3].dim_value == 3


@pytest.mark.parametrize("shape", [(1, 16, 20, 3), (2, 32, 24, 3)])
def test_any_batch_and_size_is_keras_answer(path, generator, shape):
    photo = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    assert np.abs(ONNXRuntime(path)(photo) - generator(photo)).max() < 1e-4


@pytest.mark.parametrize("size", [(3, 2), (7, 30), (13, 8), (1, 9)])
def test_odd_sizes_are_padded_inside(path, generator, size):
    photo = np.random.default_rng(0).uniform(-1, 1, (*size, 3)).astype(np.float32)
    expected = images.crop(np.asarray(generator(images.pad(photo)[None]))[0], *size)
    assert np.allclose(ONNXRuntime(path)(photo[None])[0], expected, atol=2e-3)


def test_operations_are_counted(path):
    ops = exporting.count_ops(path)
    assert ops["Conv"] == 10 and ops["ConvTranspose"] == 2
    # seven norms, each a mean and a variance, each first along rows, then over them
    assert ops["ReduceMean"] == 28 and "GlobalAveragePool" not in ops
