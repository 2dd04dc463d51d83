"""Facts about exported files and the libraries that run them."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest

from cartoongan_tf.exporting import tflite
from cartoongan_tf.exporting.onnx import write_onnx
from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.inference.runtimes import load_runtime
from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """One network as a .keras, a .tflite of 32x32 and an .onnx."""
    folder = tmp_path_factory.mktemp("files")
    generator = Generator(2, 0)
    generator.save(folder / "tiny.keras")
    (folder / "tiny.tflite").write_bytes(tflite.convert(generator, 32))
    write_onnx(generator, folder / "tiny.onnx")
    return folder


def photo_of(height, width):
    return samples.draw_photo(3, height, width)


# ---------------------------------------------------------------- same results


@pytest.mark.parametrize("suffix", [".tflite", ".onnx"])
def test_a_photo_of_the_models_size_is_drawn_as_keras_draws_it(files, suffix):
    photo = photo_of(32, 32)
    ours = Cartoonizer(files / f"tiny{suffix}", draw_size="full", color="style")(photo)
    theirs = Cartoonizer(files / "tiny.keras", draw_size="full", color="style")(photo)
    assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_onnx_draws_any_size_as_keras_draws_it(files):
    for size in ((33, 50), (64, 40)):
        ours = Cartoonizer(files / "tiny.onnx", draw_size="full", color="style")(
            photo_of(*size), keep_color=True
        )
        theirs = Cartoonizer(files / "tiny.keras")(photo_of(*size), keep_color=True)
        assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_a_tflite_shrinks_larger_photos_and_says_so(files):
    photo = photo_of(64, 96)
    with pytest.warns(UserWarning, match="one size.*96x64, drawn at 32x21"):
        cartoon = Cartoonizer(files / "tiny.tflite", draw_size="full", color="style")(
            photo
        )
    assert cartoon.shape == photo.shape
    padded = images.pad(images.fit(photo, 32, 32), smallest=(32, 32))
    small = Cartoonizer(files / "tiny.keras", draw_size="full", color="style")(padded)[
        :21
    ]
    enlarged = images.resize(small, 64, 96)
    assert np.abs(cartoon.astype(int) - enlarged).mean() < 1


def test_a_tflite_pads_smaller_photos_and_says_nothing(files, recwarn):
    photo = np.ascontiguousarray(photo_of(32, 32)[:20, :9])
    assert Cartoonizer(files / "tiny.tflite", draw_size="full", color="style")(
        photo
    ).shape == (20, 9, 3)
    assert not [w for w in recwarn if "one size" in str(w.message)]


# ---------------------------------------------------------------- integrity


def cut(data):
    return data[: len(data) // 2]


def flip(data):
    """Damages the middle, the length kept."""
    middle = len(data) // 2
    turned = bytes(255 - byte for byte in data[middle : middle + 400])
    return data[:middle] + turned + data[middle + 400 :]


@pytest.mark.parametrize("suffix", [".keras", ".tflite", ".onnx"])
@pytest.mark.parametrize(
    "damage",
    [
        cut,
        lambda data: data[:-1],
        lambda data: b"",
        lambda data: b"no model at all" * 9,
    ],
    ids=["half", "last byte", "empty", "text"],
)
def test_damaged_files_are_refused_by_name(files, tmp_path, suffix, damage):
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(damage((files / f"tiny{suffix}").read_bytes()))
    with pytest.raises(ValueError, match=f"Weights must be a whole {suffix}.*bad"):
        load_runtime(path)


def test_bytes_turned_over_in_a_keras_file_are_found(files, tmp_path):
    path = tmp_path / "bad.keras"
    path.write_bytes(flip((files / "tiny.keras").read_bytes()))
    with pytest.raises(ValueError, match=r"Weights must be a whole \.keras.*bad"):
        load_generator(path)


def test_other_models_are_refused(tmp_path):
    import tensorflow as tf

    double = tf.function(lambda x: 2.0 * x)
    spec = tf.TensorSpec((1, 8, 8, 3), name="image")
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [double.get_concrete_function(spec)]
    )
    (tmp_path / "other.tflite").write_bytes(converter.convert())
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    ends = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 3])
        for name in "xy"
    ]
    graph = onnx.helper.make_graph([node], "other", ends[:1], ends[1:])
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8
    )
    onnx.save(model, tmp_path / "other.onnx")
    for name in ("other.tflite", "other.onnx"):
        with pytest.raises(ValueError, match=f"cartoongan_tf.export.*{name}"):
            load_runtime(tmp_path / name)


def test_absent_files_are_refused(tmp_path):
    for name in ("a.tflite", "a.onnx", "a.keras"):
        with pytest.raises(ValueError, match=f"No such file: .*{name}"):
            load_runtime(tmp_path / name)


def test_a_keras_file_with_code_is_not_run(tmp_path):
    import keras

    marker = tmp_path / "ran"
    name = str(marker)
    code = keras.layers.Lambda(lambda x: (open(name, "w"), x)[1])
    keras.Sequential([keras.Input((None, None, 3)), code]).save(tmp_path / "l.keras")
    marker.unlink(missing_ok=True)
    with pytest.raises(ValueError, match=r"Weights must be a whole \.keras"):
        load_runtime(tmp_path / "l.keras")
    assert zipfile.is_zipfile(tmp_path / "l.keras") and not marker.exists()


# ---------------------------------------------------------------- without TensorFlow


@pytest.mark.parametrize(
    "suffix, library", [(".tflite", "ai_edge_litert"), (".onnx", "onnxruntime")]
)
def test_a_missing_library_is_named_with_its_cure(
    files, tmp_path, monkeypatch, suffix, library
):
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setitem(sys.modules, f"{library}.interpreter", None)
    with pytest.raises(ImportError, match=r"pip install 'cartoongan-tf\["):
        load_runtime(files / f"tiny{suffix}")


@pytest.mark.parametrize("suffix", [".tflite", ".onnx"])
def test_cartoonize_draws_without_importing_tensorflow(
    process, files, tmp_path, suffix, monkeypatch
):
    images.write(tmp_path / "p.png", photo_of(32, 32))
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    weights = files / f"tiny{suffix}"
    result = process("cartoonize", "p.png", "--weights", weights, "--out", "c.png")
    assert result.returncode == 0, result.stderr
    assert "cartoongan_tf.inference.runtimes" in result.stderr
    loaded = {line.split("|")[-1].strip() for line in result.stderr.splitlines()}
    assert not loaded & {"tensorflow", "keras"}
    ours = images.read(tmp_path / "c.png").pixels
    theirs = Cartoonizer(files / "tiny.keras")(photo_of(32, 32))
    assert np.abs(ours.astype(int) - theirs).max() <= 1


@pytest.mark.slow
def test_a_fresh_environment_with_litert_alone_draws(files, tmp_path):
    """ai-edge-litert, numpy, OpenCV and Pillow: no TensorFlow, no Keras."""
    home = tmp_path / "venv"
    venv.create(home, symlinks=True)
    wanted = (
        "ai_edge_litert numpy numpy.libs cv2 opencv_python.libs PIL pillow.libs "
        "tqdm flatbuffers backports ml_dtypes google typing_extensions.py"
    ).split()
    (site,) = home.glob("lib/python*/site-packages")
    import numpy

    installed = Path(numpy.__file__).parent.parent
    for name in wanted:
        if (installed / name).exists():
            (site / name).symlink_to(installed / name)
    images.write(tmp_path / "p.png", photo_of(32, 32))
    code = (
        "import importlib.util, sys\n"
        "assert importlib.util.find_spec('tensorflow') is None\n"
        "assert importlib.util.find_spec('keras') is None\n"
        "import cartoongan_tf as cg\n"
        "from cartoongan_tf.pictures import images\n"
        "cartoon = cg.Cartoonizer(sys.argv[1])('p.png')\n"
        "images.write('c.png', cartoon)\n"
    )
    python = home / "bin" / "python"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    weights = files / "tiny.tflite"
    for command in (
        [python, "-c", code, weights],
        [python, "-m", "cartoongan_tf.cartoonize", "p.png", "--weights", weights,
         "--out", "d.png"],
    ):  # fmt: skip
        result = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stderr
    theirs = Cartoonizer(files / "tiny.keras")(photo_of(32, 32))
    for name in ("c.png", "d.png"):
        ours = images.read(tmp_path / name).pixels
        assert np.abs(ours.astype(int) - theirs).max() <= 1
    refused = subprocess.run(
        [python, "-m", "cartoongan_tf.cartoonize", "p.png", "--weights",
         files / "tiny.onnx"],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert refused.returncode == 2 and "pip install onnxruntime" in refused.stderr
