"""Facts about exported files and the libraries that run them."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import venv
import zipfile
from pathlib import Path

import jsonschema
import numpy as np
import onnx
import pytest

from cartoongan_tf.exporting import tflite
from cartoongan_tf.exporting.onnx import write_onnx, write_twin
from cartoongan_tf.inference import runtimes, styles
from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.inference.runtimes import load_runtime, load_style
from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.pictures import images, padding
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
    padded = padding.pad(images.fit(photo, 32, 32), smallest=(32, 32))
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


# ---------------------------------------------------------------- twins


@pytest.fixture
def style(tmp_path, monkeypatch):
    """A style in the working folder: its `light.keras` and the twin of that."""
    monkeypatch.chdir(tmp_path)
    weights = tmp_path / "saved_models" / "hayao" / "light.keras"
    weights.parent.mkdir(parents=True)
    Generator(2, 0).save(weights)
    write_twin(weights)
    return weights


def test_a_style_is_drawn_by_its_twin_as_keras_draws_it(style):
    assert isinstance(load_style("hayao"), runtimes.ONNXRuntime)
    ours, theirs = Cartoonizer("hayao"), Cartoonizer(style)
    for size in ((33, 50), (64, 40), (500, 700)):
        photo = photo_of(*size)
        assert np.abs(ours(photo).astype(int) - theirs(photo)).max() <= 1


def test_a_twins_keras_generator_is_loaded_when_asked_for(style):
    cartoonizer = Cartoonizer("hayao")
    assert cartoonizer._run._generator is None
    generator = cartoonizer.generator
    theirs = load_generator(style).get_weights()
    for mine, its in zip(generator.get_weights(), theirs, strict=True):
        assert np.array_equal(mine, its)
    assert cartoonizer.with_look("full").generator is generator
    assert Cartoonizer(style.with_suffix(".onnx")).generator is None


def test_a_twin_of_other_weights_is_not_taken(style):
    Generator(2, 1).save(style)  # as a user would put one of his own there
    runtime = load_style("hayao")
    assert isinstance(runtime, runtimes.KerasRuntime)
    assert runtime.generator.num_blocks == 1


def test_weights_of_ones_own_come_first_and_run_on_keras(style):
    Generator(2, 1).save(style.with_name("generator.keras"))
    assert load_style("hayao").generator.num_blocks == 1
    shutil.copy(style, style.with_name("paper.keras"))
    assert isinstance(load_style("hayao", "paper"), runtimes.KerasRuntime)


def test_an_onnx_file_that_is_nobodys_twin_is_not_taken(style):
    write_onnx(Generator(2, 1), style.with_suffix(".onnx"))
    assert isinstance(load_style("hayao"), runtimes.KerasRuntime)


def test_a_damaged_twin_is_said_and_keras_draws(style):
    twin = style.with_suffix(".onnx")
    twin.write_bytes(twin.read_bytes()[:-9])
    with pytest.warns(UserWarning, match=r"light\.onnx.*Keras draws instead"):
        assert isinstance(load_style("hayao"), runtimes.KerasRuntime)


def test_without_onnxruntime_keras_draws(style, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert isinstance(load_style("hayao"), runtimes.KerasRuntime)


@pytest.mark.parametrize("name", [*styles.OWN, *styles.STYLES])
def test_shipped_twins_are_those_of_the_shipped_weights(name):
    home = styles.HOME / name
    assert isinstance(load_style(name), runtimes.ONNXRuntime)
    contract = json.loads((home / "model.json").read_text())
    schema = ROOT / "mobile" / "contract" / "model.schema.json"
    jsonschema.validate(contract, json.loads(schema.read_text()))
    (entry,) = contract["models"]
    digest = hashlib.sha256((home / "light.onnx").read_bytes()).hexdigest()
    assert (entry["file"], entry["sha256"]) == ("light.onnx", digest)
    card = (home / "card.md").read_text()
    for path in (home / "light.keras", home / "light.onnx", home / "model.json"):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert f"- `{path.name}` {digest}" in card


@pytest.mark.parametrize("suffix", [".keras", ".tflite", ".onnx"])
def test_threads_draw_what_one_draws(files, suffix):
    cartoonizer = Cartoonizer(files / f"tiny{suffix}")
    photos = [photo_of(32, 32)[: 32 - n] for n in range(12)]
    alone = [cartoonizer(photo) for photo in photos]
    together = [None] * len(photos)

    def draw(first):
        for n in range(first, len(photos), 4):
            together[n] = cartoonizer(photos[n])

    threads = [threading.Thread(target=draw, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one, other)


# ---------------------------------------------------------------- without TensorFlow

BLOCKED = "import sys\nfor n in ('tensorflow', 'keras', 'jax'): sys.modules[n] = None\n"


@pytest.mark.parametrize("style", ["pepper", "hosoda"])
def test_shipped_styles_are_drawn_where_tensorflow_cannot_be_imported(
    tmp_path, style, monkeypatch
):
    photo = photo_of(97, 130)
    images.write(tmp_path / "p.png", photo)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(BLOCKED)
    result = subprocess.run(
        [sys.executable, "-m", "cartoongan_tf.cartoonize", "p.png", "--style", style],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path / 'site'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
    )
    assert (result.returncode, result.stderr) == (0, "")
    from cartoongan_tf.exporting.signatures import as_float32

    light = load_generator(styles.HOME / style / "light.keras")
    theirs = Cartoonizer(as_float32(light))(photo)
    ours = images.read(tmp_path / "p_cartoon.png").pixels
    assert np.abs(ours.astype(int) - theirs).max() <= 1
    # and in Python; what needs Keras says so
    code = (
        "import cartoongan_tf as cg; c = cg.Cartoonizer('pepper'); c('p.png')\n"
        "try: c.generator\nexcept ImportError as error: print(error)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path / 'site'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert "needs TensorFlow and Keras" in result.stdout


def test_python_draws_a_shipped_style_without_importing_tensorflow(tmp_path):
    images.write(tmp_path / "p.png", photo_of(40, 50))
    code = (
        "import sys, cartoongan_tf as cg; cg.Cartoonizer('pepper')('p.png'); "
        "print({'tensorflow', 'keras'} & set(sys.modules)); "
        "import keras; print(keras.saving.get_registered_object("
        "'cartoongan_tf>LightGenerator').__name__)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert result.stdout.split() == ["set()", "LightGenerator"], result.stderr


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


@pytest.mark.slow
def test_a_quick_runtime_draws_small_pictures_in_int8_and_large_ones_by_onnx():
    pytest.importorskip("ai_edge_litert")
    folder = styles.find_weights("pepper").parent
    files = [file for _, file in styles.list_int8(folder / "tflite")]
    assert len(files) == 2
    quick = runtimes.QuickRuntime(folder / "light.onnx", files)
    exact = runtimes.ONNXRuntime(folder / "light.onnx")
    for size, is_int8 in (((200, 256), True), ((512, 300), True), ((96, 520), False)):
        image = images.to_signed(samples.draw_photo(1, *size))[None]
        drawn, expected = quick(image), exact(image)
        assert drawn.shape == image.shape
        far = np.abs(drawn - expected).mean()
        assert (0 < far < 0.1) if is_int8 else far == 0
