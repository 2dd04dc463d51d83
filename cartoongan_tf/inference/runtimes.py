"""Generators in files of any format, each run by its own library and no other.

A `.tflite` needs ai-edge-litert, an `.onnx` onnxruntime; neither needs TensorFlow. Each
may be called by several threads at once.
"""

import hashlib
import json
import os
import threading
import warnings
import zipfile
from pathlib import Path

import numpy as np

from cartoongan_tf import terminal
from cartoongan_tf.inference import styles
from cartoongan_tf.pictures import padding

SUFFIXES = (".keras", ".tflite", ".onnx")
# What `exporting.onnx.write_twin` notes in the file.
MADE_FROM, BYTES_PER_PIXEL = "made_from_sha256", "bytes_per_pixel"
LARGE = 2**21  # pixels: from here on onnxruntime gives its memory back after each


class KerasRuntime:
    """A Keras generator in a TensorFlow graph.

    Args:
        generator: A `keras.Model`.
    """

    size = None  # any
    has_generator = True
    side_by_side = False  # TensorFlow has its own threads, on every core

    def __init__(self, generator):
        import tensorflow as tf

        self.generator = generator
        self.bytes_per_pixel = getattr(generator, "bytes_per_pixel", None)
        # One trace for all sizes; and in a graph, unlike eagerly, every feature map is
        # freed as soon as it is used up.
        self._run = tf.function(
            lambda photo: generator(photo, training=False),
            input_signature=[tf.TensorSpec((1, None, None, 3), tf.float32)],
        )

    def __call__(self, image):
        return self._run(image).numpy()


class SavedModelRuntime:
    """A SavedModel's `serving_default`.

    Args:
        folder: That of one version, with `saved_model.pb`.
    """

    size = generator = bytes_per_pixel = None
    has_generator = side_by_side = False

    def __init__(self, folder):
        import tensorflow as tf

        self._model = tf.saved_model.load(str(folder))  # must outlive its signature
        self._run = self._model.signatures["serving_default"]

    def __call__(self, image):
        import tensorflow as tf

        return self._run(image=tf.constant(image))["cartoon"].numpy()


class TFLiteRuntime:
    """A `.tflite` that our `export` wrote, of one fixed size.

    One that takes and gives statistics draws a picture by the picture's own, as
    `ONNXRuntime`.

    Args:
        path: The file, or its content as bytes.
        threads: To compute with; one a core by default.

    Raises:
        ValueError: When the file is damaged or not one of ours.
    """

    generator = bytes_per_pixel = None
    has_generator = side_by_side = False

    def __init__(self, path, threads=None):
        self._lock = threading.Lock()  # an interpreter draws one picture at a time
        content = path if isinstance(path, bytes) else None
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise ImportError(
                f"A .tflite needs ai-edge-litert ({error}): "
                "`pip install 'cartoongan-tf[tflite]'`, or `pip install ai-edge-litert`"
            ) from error
        try:
            with terminal.quiet_libraries():
                model = Interpreter(
                    model_path=None if content else str(path),
                    model_content=content,
                    num_threads=threads or os.cpu_count(),
                )
                self._run = model.get_signature_runner("serving_default")
                given = self._run.get_input_details()
                takes, gives = given["image"], self._run.get_output_details()["cartoon"]
        except (ValueError, RuntimeError, KeyError) as error:
            raise _foreign(path, error) from error
        shape = tuple(takes["shape"])
        if (
            shape != tuple(gives["shape"])
            or not _is_picture(shape)
            or not takes["dtype"] == gives["dtype"] == np.float32
        ):
            raise _foreign(path, f"it takes {takes['dtype'].__name__} {shape}")
        more = given.get("statistics")
        self.channels = None if more is None else int(more["shape"][2])
        self.size = shape[1:3]
        with terminal.quiet_libraries(("INFO:",)):  # its first call says how it runs
            self(np.zeros(shape, np.float32))

    def __call__(self, image):
        if self.channels is not None:
            nothing = np.zeros((1, 2, self.channels), np.float32)
            return self.draw(image, nothing, np.zeros(1, np.float32))[0]
        with self._lock:
            return self._run(image=image)["cartoon"]

    def draw(self, image, statistics, share) -> tuple:
        """The cartoon and its own statistics, of a file that has any."""
        with self._lock:
            made = self._run(image=image, statistics=statistics, share=share)
        return made["cartoon"], made["own_statistics"]


class ONNXRuntime:
    """An `.onnx` that our `export` wrote, of any size.

    One that takes and gives statistics draws a picture by the picture's own;
    `channels` is then how many they are, else None.

    Args:
        path: The file.
        threads: To compute with; one a core by default.

    Raises:
        ValueError: When the file is damaged or not one of ours.
    """

    size = None
    side_by_side = True

    def __init__(self, path, threads=None):
        self._source = self._generator = None
        try:
            import onnxruntime
        except ImportError as error:
            raise ImportError(
                f"An .onnx needs onnxruntime ({error}): "
                "`pip install 'cartoongan-tf[onnx]'`, or `pip install onnxruntime`"
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or os.cpu_count()
        options.log_severity_level = 4
        # Threads that wait must not burn what other photos could use; and what it notes
        # for each size of picture is of no use where every photo has another.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_mem_pattern = False
        self._give_back = onnxruntime.RunOptions()
        self._give_back.add_run_config_entry(
            "memory.enable_memory_arena_shrinkage", "cpu:0"
        )
        try:
            with terminal.quiet_libraries():
                self._session = onnxruntime.InferenceSession(
                    Path(path).read_bytes(), options, providers=["CPUExecutionProvider"]
                )
        except Exception as error:  # onnxruntime has a class for every stage
            raise _foreign(path, error) from error
        takes = {i.name: i for i in self._session.get_inputs()}
        gives = [output.name for output in self._session.get_outputs()]
        plain = set(takes) == {"image"} and gives == ["cartoon"]
        more = set(takes) == {"image", "statistics", "share"}
        more = more and set(gives) == {"cartoon", "own_statistics"}
        image = takes.get("image")
        if not (plain or more) or (image.type, len(image.shape)) != (
            "tensor(float)",
            4,
        ):
            raise _foreign(path, f"it takes {next(iter(takes), 'nothing')}")
        self.channels = takes["statistics"].shape[2] if more else None
        self._notes = self._session.get_modelmeta().custom_metadata_map
        noted = self._notes.get(BYTES_PER_PIXEL, "")
        self.bytes_per_pixel = int(noted) if noted.isdecimal() else None

    def __call__(self, image):
        given = {"image": image}
        if self.channels is not None:
            given["statistics"] = np.zeros((1, 2, self.channels), np.float32)
            given["share"] = np.zeros(1, np.float32)
        return self._draw(["cartoon"], given)[0]

    def draw(self, image, statistics, share) -> tuple:
        """The cartoon and its own statistics, of a file that has any."""
        given = {"image": image, "statistics": statistics, "share": share}
        return tuple(self._draw(["cartoon", "own_statistics"], given))

    def _draw(self, wanted, given):
        large = given["image"].shape[1] * given["image"].shape[2] >= LARGE
        return self._session.run(wanted, given, self._give_back if large else None)

    @property
    def has_generator(self) -> bool:
        """Whether `generator` is one, said without loading it."""
        return self._source is not None

    @property
    def generator(self):
        """The Keras generator that this is the twin of, loaded when asked for."""
        if self._source is not None and self._generator is None:
            self._generator = load_runtime(self._source).generator
        return self._generator

    @property
    def has_norms(self) -> bool:
        """Whether what this is the twin of may have norms; told without Keras."""
        if self._source is None:
            return True
        with zipfile.ZipFile(self._source) as file:
            config = json.loads(file.read("config.json"))["config"]
        return config.get("norm") != "none"

    def is_twin_of(self, weights: Path) -> bool:
        """Whether it was made from a `.keras` file, as that is now; if so, notes it."""
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        if self._notes.get(MADE_FROM) != digest:
            return False
        self._source = weights
        return True


def load_style(style: str, quality: str = "default", threads: int | None = None):
    """Opens a style's generator, without TensorFlow where it can be.

    Beside a shipped `light.keras` lies its twin `light.onnx`, which draws the same and
    is ready in a twentieth of the time. It is taken where onnxruntime is installed and
    the `.keras` is still the one that the twin was made from; else Keras draws.

    Args:
        style: Its name.
        quality: Of `styles.QUALITIES`.
        threads: For onnxruntime to compute with; one a core by default.

    Raises:
        ValueError: When the style is unknown, has no weights, or they are damaged.
        ImportError: When neither onnxruntime nor TensorFlow is installed.
    """
    weights = styles.find_weights(style, quality)
    twin = weights.with_suffix(".onnx")
    if twin.is_file():
        try:
            runtime = ONNXRuntime(twin, threads)
            if runtime.is_twin_of(weights):
                return runtime
        except ImportError:
            pass  # Keras draws the same
        except ValueError as error:
            warnings.warn(f"{error}; Keras draws instead", stacklevel=2)
    return load_runtime(weights, threads)


def load_live(style: str, draw_size: int):
    """Opens the file of a style that is quickest at up to so many pixels a side.

    That is the shipped int8 `.tflite` of the next larger size, where ai-edge-litert is
    installed and the style is the shipped one, with statistics where there is such a
    file: they cost a twentieth. Else what `load_style` gives.

    Args:
        style: Its name.
        draw_size: The long side that is to be drawn.

    Raises:
        As `load_style`.
    """
    runtime = load_style(style)
    if not isinstance(runtime, ONNXRuntime):
        return runtime  # weights of one's own: nothing here was made from them
    folder = styles.find_weights(style).parent / "tflite"
    files = [f for v in styles.LIVE for f in styles.list_int8(folder, v)]
    fitting = [found for found in files if found[0] >= draw_size]
    try:
        return TFLiteRuntime(fitting[0][1]) if fitting else runtime
    except ImportError:
        return runtime


class QuickRuntime:
    """A network's int8 `.tflite` files, and its `.onnx` for what is larger than they.

    Where processors multiply int8 a picture takes half the time; it differs a little.

    Args:
        onnx: The `.onnx`.
        int8: The `.tflite` files.
        threads: To compute with; one a core by default.

    Raises:
        As `TFLiteRuntime` and `ONNXRuntime`.
    """

    size = None
    side_by_side = True

    def __init__(self, onnx, int8, threads=None):
        self._any = ONNXRuntime(onnx, threads)
        fixed = [TFLiteRuntime(path, threads) for path in int8]
        self._fixed = sorted(fixed, key=lambda run: run.size)
        self.bytes_per_pixel = self._any.bytes_per_pixel
        self.has_generator, self.generator = False, None

    def __call__(self, image):
        height, width = image.shape[1:3]
        for run in self._fixed:
            if height <= run.size[0] and width <= run.size[1]:
                padded = padding.pad(image[0], smallest=run.size)[None]
                return run(padded)[:, :height, :width]
        return self._any(image)


def load_runtime(path: str | os.PathLike, threads: int | None = None):
    """Opens a generator's file.

    Args:
        path: A `.keras`, a `.tflite`, an `.onnx`, or a SavedModel's folder.
        threads: For onnxruntime to compute with; one a core by default. The others
            draw one photo at a time, or look after their threads themselves.

    Returns:
        A function of float32 RGB -1..1 `(1, height, width, 3)` to the same, with
        `size`: the one that it takes, or None for any (that is a multiple of 4);
        `generator`: Keras's, or None, and `has_generator`; `bytes_per_pixel`: the
        memory that it takes, or None where that is not known; `side_by_side`: whether
        several photos are drawn faster at once than one after another.

    Raises:
        ValueError: When the file is absent, damaged, or not a generator's.
        ImportError: When its library is not installed; the message says which.
    """
    path = Path(path)
    if (path / "saved_model.pb").is_file():
        return SavedModelRuntime(path)
    if not path.is_file():
        raise ValueError(f"Weights must exist. No such file: {path}")
    if path.suffix == ".tflite":
        return TFLiteRuntime(path)
    if path.suffix == ".onnx":
        return ONNXRuntime(path, threads)
    terminal.load_tensorflow(what=f"{path}, a .keras file,")
    from cartoongan_tf.inference.weights import load_generator

    return KerasRuntime(load_generator(path))


def _is_picture(shape: tuple) -> bool:
    return len(shape) == 4 and shape[0] == 1 and shape[3] == 3


def _foreign(path, reason) -> ValueError:
    said = terminal.one_line(reason) if isinstance(reason, Exception) else reason
    return ValueError(
        f"Weights must be a whole {Path(path).suffix} that `python -m "
        f"cartoongan_tf.export` wrote. Received: {path} ({said[:200]})"
    )
