"""Networks that take and give their norms' statistics, run by any runtime.

See `networks/statistics.py` for what they are and how they are pooled.
"""

import numpy as np

from cartoongan_tf.inference.runtimes import ONNXRuntime, TFLiteRuntime
from cartoongan_tf.pictures import padding


class _Runtime:
    """What all have in common; `channels`, those of the statistics, is theirs."""

    def _open(self, source, runtime, threads, kind: str, flags: str) -> None:
        """Opens a file by its runtime, or takes one that has it open."""
        is_open = isinstance(source, runtime)
        self._run = source if is_open else runtime(source, threads)
        self.channels = self._run.channels
        if self.channels is None:
            raise ValueError(
                f"Weights must be {kind} with statistics, which `python -m "
                f"cartoongan_tf.export{flags}` wrote. Received: {_name(source)}"
            )

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
    """An `.onnx` with statistics, of `export` (`NAME_statistics.onnx`) or of a style.

    Takes pictures of any size: it pads what its network cannot take.

    Args:
        source: The file, or the `ONNXRuntime` that runs it.
        threads: To compute with; one a core by default.

    Raises:
        ValueError: When the file is damaged, or has no statistics.
    """

    def __init__(self, source, threads: int | None = None):
        self._open(source, ONNXRuntime, threads, "an .onnx", "")

    def _draw(self, image, statistics, share):
        return self._run.draw(image, statistics, share)


class TFLiteStatistics(_Runtime):
    """A `.tflite` with statistics: `export --quantize int8-statistics`.

    Takes pictures up to its size: it pads smaller ones, and what is padded counts in
    the statistics.

    Args:
        source: The file, its content, or the `TFLiteRuntime` that runs it.
        threads: To compute with; one a core by default.

    Raises:
        ValueError: When the file is damaged, or has no statistics.
    """

    def __init__(self, source, threads: int | None = None):
        self._open(
            source, TFLiteRuntime, threads, "a .tflite", " --quantize int8-statistics"
        )

    def _draw(self, image, statistics, share):
        height, width = image.shape[1:3]
        padded = padding.pad(image[0], smallest=self._run.size)[None]
        cartoon, own = self._run.draw(padded, statistics, share)
        return cartoon[:, :height, :width], own


def _name(source):
    return f"{len(source)} bytes" if isinstance(source, bytes) else source


def pool(parts, counts) -> np.ndarray:
    """Statistics of a whole from those of parts that share no pixel.

    Exact: the variance of the whole is the mean of the parts' variances and, on top of
    it, the variance of their means, which tiles of a photo have most of.

    Args:
        parts: Statistics `(..., 2, channels)` each: means, then biased variances.
        counts: Of pixels of each part; only their ratios count.

    Returns:
        float64 `(..., 2, channels)`.

    Raises:
        ValueError: When there is no part, or a count is not positive.

    Reference: T. Chan et al., "Updating Formulae and a Pairwise Algorithm for Computing
    Sample Variances", 1979.
    """
    counts = np.asarray(counts, np.float64)
    if not len(parts) or len(parts) != len(counts) or not (counts > 0).all():
        raise ValueError(
            "`counts` must be a positive number for each of `parts`. "
            f"Received: counts={counts.tolist()} for {len(parts)} parts"
        )
    parts = np.stack([np.asarray(part, np.float64) for part in parts])
    weights = (counts / counts.sum()).reshape((-1,) + (1,) * (parts.ndim - 1))
    means, variances = parts[..., :1, :], parts[..., 1:, :]
    mean = (weights * means).sum(0)
    variance = (weights * (variances + (means - mean) ** 2)).sum(0)
    return np.concatenate([mean, variance], axis=-2)
