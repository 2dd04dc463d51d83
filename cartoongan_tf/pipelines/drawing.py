"""Beam's way to a network: one `Cartoonizer` a process, one picture at a time."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from apache_beam.ml.inference.base import ModelHandler

from cartoongan_tf import terminal
from cartoongan_tf.inference import runtimes
from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.pictures import draw_sizes, images
from cartoongan_tf.pipelines import files


@dataclass(frozen=True)
class Look:
    """What is drawn with, and how; the same for every picture.

    Args:
        style: A style's name.
        weights: An `.onnx` or `.tflite` wherever Beam reaches, instead of the style.
        quality: Of `styles.QUALITIES`.
        draw_size: As the Cartoonizer's.
        color: As the Cartoonizer's.
        faces: As the Cartoonizer's.
        strength: 0 is the photo, 1 the cartoon.
        max_size: Photos are shrunk to this long side first; None for none.
        threads: That a process computes with.
        max_memory: Bytes that a process may take; None for what is free.
    """

    style: str
    weights: str | None = None
    quality: str = "default"
    draw_size: str | int = "auto"
    color: str = "auto"
    faces: bool = True
    strength: float = 1.0
    max_size: int | None = None
    threads: int = 1
    max_memory: int | None = None

    def open(self) -> Cartoonizer:
        """Loads the network.

        Raises:
            As `load_style` and `load_runtime`.
        """
        if self.weights is None:
            run = runtimes.load_style(self.style, self.quality, self.threads)
        else:
            run = _load(self.weights, self.threads)
        size = draw_sizes.check_draw_size(self.draw_size)
        return Cartoonizer(run, size, self.color, self.faces, self.max_memory)


def _load(weights: str, threads: int):
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / Path(weights).name
        copy.write_bytes(files.read(weights))
        return runtimes.load_runtime(copy, threads)


class CartoonHandler(ModelHandler):
    """Beam's ModelHandler for a look.

    Takes `(path, result, data)`, `data` a picture file's bytes; gives `(path, result,
    data, None)`, `data` the cartoon's file, or `(path, result, None, reason)`. A bad
    picture fails alone: others of its batch, which is of one, have nothing to do with
    it, and Beam does not try it again.

    Args:
        look: A `Look`.
    """

    def __init__(self, look: Look):
        super().__init__(min_batch_size=1, max_batch_size=1)
        self._look = look

    def load_model(self) -> Cartoonizer:
        """Loads the network; Beam does so once a process."""
        return self._look.open()

    def run_inference(self, batch, model, inference_args=None):
        """Draws each picture of a batch."""
        return [self._draw(*picture, model) for picture in batch]

    def get_num_bytes(self, batch) -> int:
        """Of the files, without packing them to count."""
        return sum(len(data) for *_, data in batch)

    def _draw(self, path, result, data, cartoonizer):
        try:
            picture = images.decode(
                data, path, self._look.max_size, cartoonizer.check_memory
            )
            cartoon = cartoonizer(picture.pixels, self._look.strength)
            suffix = Path(result).suffix
            return path, result, images.encode(cartoon, suffix, picture.alpha), None
        # Whatever it is: among a million one must not stop the rest.
        except Exception as error:
            reason = terminal.one_line(error)
            if not isinstance(error, terminal.expected_errors()):
                reason = f"{type(error).__name__}: {reason}"
            return path, result, None, reason
