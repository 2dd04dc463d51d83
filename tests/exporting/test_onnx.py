"""Facts about ONNX files."""

import cv2
import keras
import numpy as np
import onnx
import pytest

from cartoongan_tf.exporting import onnx as exporting
from cartoongan_tf.inference.runtimes import ONNXRuntime
from cartoongan_tf.inference.statistics import ONNXStatistics
from cartoongan_tf.models.recoloring import Recoloring, finished
from cartoongan_tf.networks.attention import AttentionGenerator
from cartoongan_tf.networks.choices import NORMS
from cartoongan_tf.networks.generators import Generator, ResnetGenerator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.networks.statistics import StatisticsGenerator
from cartoongan_tf.pictures import padding


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


def test_a_twin_is_float32_and_notes_what_it_was_made_from(tmp_path):
    generator = LightGenerator(4, 4, 1, dtype="mixed_bfloat16")
    generator.save(tmp_path / "light.keras")
    path = exporting.write_twin(tmp_path / "light.keras")
    assert path == tmp_path / "light.onnx"
    model = onnx.load(path)
    kinds = {tensor.data_type for tensor in model.graph.initializer}
    assert onnx.TensorProto.FLOAT in kinds and onnx.TensorProto.BFLOAT16 not in kinds
    runtime = ONNXRuntime(path)
    assert runtime.bytes_per_pixel == generator.bytes_per_pixel
    assert runtime.is_twin_of(tmp_path / "light.keras")
    generator.layers[1].kernel.assign_add(generator.layers[1].kernel)
    generator.save(tmp_path / "light.keras")
    assert not runtime.is_twin_of(tmp_path / "light.keras")


@pytest.mark.parametrize("shape", [(1, 16, 20, 3), (2, 32, 24, 3)])
def test_any_batch_and_size_is_keras_answer(path, generator, shape):
    photo = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    assert np.abs(ONNXRuntime(path)(photo) - generator(photo)).max() < 1e-4


@pytest.mark.parametrize("size", [(3, 2), (7, 30), (13, 8), (1, 9)])
def test_odd_sizes_are_padded_inside(path, generator, size):
    photo = np.random.default_rng(0).uniform(-1, 1, (*size, 3)).astype(np.float32)
    expected = padding.crop(np.asarray(generator(padding.pad(photo)[None]))[0], *size)
    assert np.allclose(ONNXRuntime(path)(photo[None])[0], expected, atol=2e-3)


def test_operations_are_counted(path):
    ops = exporting.count_ops(path)
    assert ops["Conv"] == 10 and ops["ConvTranspose"] == 2
    # seven norms, each a mean and a variance, each first along rows, then over them
    assert ops["ReduceMean"] == 28 and "GlobalAveragePool" not in ops


# ------------------------------------------------------------------- statistics


@pytest.mark.parametrize("norm", ["paper", *NORMS])
def test_statistics_go_in_and_come_out(norm, generator, tmp_path):
    keras.utils.set_random_seed(2)
    if norm != "paper":
        generator = LightGenerator(4, 8, 1, norm=norm)
    network = StatisticsGenerator(generator)
    path = tmp_path / "statistics.onnx"
    exporting.write_statistics_onnx(network, path)
    run = ONNXStatistics(path)
    assert run.channels == network.channels
    for shape in ((1, 16, 20, 3), (2, 30, 13, 3)):
        photo = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
        cartoon, own = run(photo)
        assert own.shape == (len(photo), 2, network.channels)
        padded = np.stack([padding.pad(each) for each in photo])
        truth = np.asarray(generator(padded))[:, : shape[1], : shape[2]]
        np.testing.assert_allclose(cartoon, truth, atol=1e-4)
        np.testing.assert_allclose(run(photo, own)[0], cartoon, atol=1e-5)
        # one set of statistics and one share for the whole batch
        few = network.none() + 0.5
        ours, theirs = run(photo, few, 0.5), network([padded, few, np.full(1, 0.5)])
        np.testing.assert_allclose(ours[1], theirs[1], atol=1e-4)


def test_a_file_without_statistics_is_refused(path):
    with pytest.raises(ValueError, match="with statistics.*Received: .*tiny.onnx"):
        ONNXStatistics(path)


# ---------------------------------------------------------------- OpenCV's dnn

NETWORKS = {
    "paper": lambda: Generator(4, 1, recolor=True),
    "light": lambda: LightGenerator(4, 8, 1, recolor=True),
    "deep": lambda: LightGenerator(4, 8, 1, deep=1, deep_norms=2, recolor=True),
    "cyclegan": lambda: ResnetGenerator(4, 1),
    "ugatit": lambda: AttentionGenerator(4, 1),
}


@pytest.fixture(scope="module", params=NETWORKS)
def exported(request, tmp_path_factory):
    """A network's ONNX file; where it has a palette, one that changes colours."""
    keras.utils.set_random_seed(3)
    network = NETWORKS[request.param]()
    path = tmp_path_factory.mktemp("opencv") / "network.onnx"
    if request.param in ("cyclegan", "ugatit"):
        exporting.write_onnx(network, path)
        return path
    rng = np.random.default_rng(4)
    sets = (
        rng.integers(*ends, (3, 32, 32, 3), np.uint8) for ends in ((60, 200), (0, 255))
    )
    model = type("Model", (), {"generator": network, "average": None})
    model.recoloring = Recoloring(network)
    model.recoloring.fit(network, *sets)
    with finished(model):
        exporting.write_onnx(network, path)
    return path


def test_every_padding_is_a_number(exported):
    convolutions = [n for n in onnx.load(exported).graph.node if n.op_type == "Conv"]
    for node in convolutions:
        given = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        assert given.get("auto_pad", b"NOTSET") == b"NOTSET"
    assert len(convolutions) >= 6


@pytest.mark.skipif(
    int(cv2.__version__.split(".")[0]) < 5,
    reason="OpenCV 4's dnn reads no file whose sizes are open (operator Shape)",
)
@pytest.mark.parametrize("size", [(32, 40), (64, 48), (30, 37), (7, 9)])
def test_opencv_draws_what_onnx_runtime_draws(exported, size, request):
    if size == (7, 9) and "deep" in request.node.callspec.id:
        pytest.skip("OpenCV 5.0 makes NaN of a map of one row, here an eighth of 8")
    photo = np.random.default_rng(5).uniform(-1, 1, (1, *size, 3)).astype(np.float32)
    net = cv2.dnn.readNetFromONNX(str(exported))
    net.setInput(photo, "image")
    np.testing.assert_allclose(net.forward(), ONNXRuntime(exported)(photo), atol=3e-5)


def test_explicit_paddings_change_nothing_in_onnx_runtime(exported, tmp_path):
    model = onnx.load(exported)
    for node in model.graph.node:
        given = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type != "Conv" or "auto_pad" in given or "pads" not in given:
            continue  # padded by an operator of its own, as in the paper's first layer
        kept = [a for a in node.attribute if a.name != "pads"]
        del node.attribute[:]
        rule = onnx.helper.make_attribute("auto_pad", "SAME_UPPER")
        node.attribute.extend([*kept, rule])
    onnx.save(model, tmp_path / "same.onnx")
    photo = np.random.default_rng(6).uniform(-1, 1, (1, 33, 42, 3)).astype(np.float32)
    expected = ONNXRuntime(tmp_path / "same.onnx")(photo)
    np.testing.assert_array_equal(ONNXRuntime(exported)(photo), expected)
