"""Networks that take and give their norms' statistics, run by Keras or ONNX Runtime.

See `networks/statistics.py` for what they are and how they are pooled.
"""

import os
from pathlib import Path

import numpy as np

from cartoongan_tf import terminal


class _Runtime:
    """What both have in common; `channels`, those of the statistics, is theirs."""

    def __call__(self, image, statistics=None, share=1.0):
        """Draws pictures.

        Args:
            image: float32 RGB -1..1 `(batch, height, width, 3)`, sides multiples of 4
                from 8.
            statistics: `(batch or 1, 2, channels)`, of earlier calls; None for those of
                the pictures themselves.
            share: How much these count against the pictures' own, 0..1: a number, or
                one for each picture.

        Returns:
            The cartoons, as `image`; and the pictures' own statistics, float32
            `(batch, 2, channels)`.
        """
        if statistics is None:
            statistics, share = np.zeros((1, 2, self.channels), np.float32), 0.0
        share = np.atleast_1d(np.asarray(share, np.float32))
        return self._draw(image, np.asarray(statistics, np.float32), share)


class KerasStatistics(_Runtime):
    """A Keras generator: one TensorFlow graph for all batches and sizes.

    Args:
        generator: A `keras.Model` of ours.

    Example:
        >>> run = KerasStatistics(load_generator("hayao"))
        >>> cartoon, own = run(picture)
        >>> alike, _ = run(next_picture, own)
    """

    def __init__(self, generator):
        import tensorflow as tf

        from cartoongan_tf.networks.statistics import StatisticsGenerator

        self.network = StatisticsGenerator(generator)
        self.channels = self.network.channels
        shapes = ((None, None, None, 3), (None, 2, self.channels), (None,))
        self._run = tf.function(
            lambda *inputs: self.network(inputs, training=False),
            input_signature=[tf.TensorSpec(shape, tf.float32) for shape in shapes],
        )

    def _draw(self, image, statistics, share):
        cartoon, own = self._run(image, statistics, share)
        return cartoon.numpy(), own.numpy()


class ONNXStatistics(_Runtime):
    """An `.onnx` with statistics, which `export` writes as `NAME_statistics.onnx`.

    Takes pictures of any size: it pads what its network cannot take.

    Args:
        path: The file.
        threads: To compute with; one a core by default.

    Raises:
        ValueError: When the file is damaged, or has no statistics.
    """

    def __init__(self, path: str | os.PathLike, threads: int | None = None):
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
            takes = {i.name: i.shape for i in self._session.get_inputs()}
            self.channels = takes["statistics"][2]
        except Exception as error:  # onnxruntime has a class for every stage
            raise ValueError(
                "Weights must be a whole .onnx with statistics, which `python -m "
                f"cartoongan_tf.export` wrote. Received: {path} "
                f"({terminal.one_line(error)[:200]})"
            ) from error

    def _draw(self, image, statistics, share):
        inputs = {"image": image, "statistics": statistics, "share": share}
        return tuple(self._session.run(["cartoon", "own_statistics"], inputs))
