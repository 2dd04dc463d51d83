"""Generators in files of any format, each run by its own library and no other.

A `.tflite` needs ai-edge-litert, an `.onnx` onnxruntime; neither needs TensorFlow.
"""

import os
from pathlib import Path

import numpy as np

from cartoongan_tf import terminal

SUFFIXES = (".keras", ".tflite", ".onnx")


class KerasRuntime:
    """A Keras generator in a TensorFlow graph.

    Args:
        generator: A `keras.Model`.
    """

    size = None  # any

    def __init__(self, generator):
        import tensorflow as tf

        self.generator = generator
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

    size = None

    def __init__(self, folder):
        import tensorflow as tf

        self._model = tf.saved_model.load(str(folder))  # must outlive its signature
        self._run = self._model.signatures["serving_default"]

    def __call__(self, image):
        import tensorflow as tf

        return self._run(image=tf.constant(image))["cartoon"].numpy()


class TFLiteRuntime:
    """A `.tflite` that our `export` wrote, of one fixed size.

    Args:
        path: The file, or its content as bytes.
        threads: To compute with; one a core by default.

    Raises:
        ValueError: When the file is damaged or not one of ours.
    """

    def __init__(self, path, threads=None):
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
                takes = self._run.get_input_details()["image"]
                gives = self._run.get_output_details()["cartoon"]
        except (ValueError, RuntimeError, KeyError) as error:
            raise _foreign(path, error) from error
        shape = tuple(takes["shape"])
        if (
            shape != tuple(gives["shape"])
            or not _is_picture(shape)
            or not takes["dtype"] == gives["dtype"] == np.float32
        ):
            raise _foreign(path, f"it takes {takes['dtype'].__name__} {shape}")
        self.size = shape[1:3]
        with terminal.quiet_libraries(("INFO:",)):  # its first call says how it runs
            self(np.zeros(shape, np.float32))

    def __call__(self, image):
        return self._run(image=image)["cartoon"]


class ONNXRuntime:
    """An `.onnx` that our `export` wrote, of any size.

    Args:
        path: The file.
        threads: To compute with; one a core by default.

    Raises:
        ValueError: When the file is damaged or not one of ours.
    """

    size = None

    def __init__(self, path, threads=None):
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
        try:
            with terminal.quiet_libraries():
                self._session = onnxruntime.InferenceSession(
                    Path(path).read_bytes(), options, providers=["CPUExecutionProvider"]
                )
        except Exception as error:  # onnxruntime has a class for every stage
            raise _foreign(path, error) from error
        takes = [(i.name, i.type, len(i.shape)) for i in self._session.get_inputs()]
        gives = [output.name for output in self._session.get_outputs()]
        if takes != [("image", "tensor(float)", 4)] or gives != ["cartoon"]:
            raise _foreign(path, f"it takes {takes[0][0] if takes else 'nothing'}")

    def __call__(self, image):
        return self._session.run(["cartoon"], {"image": image})[0]


def load_runtime(path: str | os.PathLike, threads: int | None = None):
    """Opens a generator's file.

    Args:
        path: A `.keras`, a `.tflite`, an `.onnx`, or a SavedModel's folder.
        threads: For the two that can be told.

    Returns:
        A function of float32 RGB -1..1 `(1, height, width, 3)` to the same, with
        `size`: the one that it takes, or None for any (that is a multiple of 4).

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
        return TFLiteRuntime(path, threads)
    if path.suffix == ".onnx":
        return ONNXRuntime(path, threads)
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
