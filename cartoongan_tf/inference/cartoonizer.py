"""Any photo in, its cartoon out, of the same size."""

import copy
import os
import warnings
from pathlib import Path

import numpy as np

from cartoongan_tf.formats import scratch
from cartoongan_tf.inference import large, styles
from cartoongan_tf.inference.large import BYTES_PER_PIXEL
from cartoongan_tf.inference.runtimes import KerasRuntime, load_runtime, load_style
from cartoongan_tf.inference.tiles import UNKNOWN_GENERATOR
from cartoongan_tf.pictures import colors, draw_sizes, images, memory, padding
from cartoongan_tf.pictures.faces import find_faces
from cartoongan_tf.pictures.joining import Join

JOINED_BYTES_PER_PIXEL = 10  # of a photo that is drawn small: it, and the result

COLORS = ("auto", "style", "photo")


class Cartoonizer:
    """Turns photos into cartoons with one generator.

    Args:
        weights: Name of a style with weights under `saved_models/`, path of a `.keras`,
            `.tflite` or `.onnx` file, a Keras generator, or what `load_style` gives.
            The last two file formats run on ai-edge-litert and onnxruntime, without
            TensorFlow; so do the shipped styles where onnxruntime is installed.
        draw_size: The long side at which the network sees a photo, from 64 pixels;
            `auto` by the photo and its faces; `full` as large as the photo is. The
            result has the photo's size in any case (docs/look.md).
        color: `style` as the network draws; `photo` with the photo's colour and
            exposure; `auto` with the style's, its accidents taken away.
        faces: Whether faces are looked for, by either `auto`.
        max_memory: Bytes that this process may take in all; None for what is free. What
            does not fit in one piece is drawn in tiles, and looks the same
            (docs/large.md).

    A `.tflite` has one size: it draws at most that large. At `full` a larger photo is
    shrunk into it, and its cartoon enlarged without the photo's detail, with a warning.

    Raises:
        ValueError: When the style is unknown or has no weights, or the file is no
            generator; when `draw_size` or `color` is none of these.

    Example:
        >>> cartoonizer = Cartoonizer("pepper")
        >>> cartoon = cartoonizer("photo.jpg", strength=0.8)
    """

    def __init__(
        self,
        weights=styles.DEFAULT,
        draw_size="auto",
        color="auto",
        faces=True,
        max_memory=None,
    ):
        self.draw_size = draw_sizes.check_draw_size(draw_size)
        self.color = check_color(color)
        self.faces = faces
        self.max_memory = max_memory
        self.tell = None  # a function that is told how many tiles of a photo are done
        if isinstance(weights, (str, os.PathLike)):
            is_style = isinstance(weights, str) and Path(weights).name == weights
            is_style = is_style and not Path(weights).suffix
            self._run = load_style(weights) if is_style else load_runtime(weights)
        elif hasattr(weights, "bytes_per_pixel") and hasattr(weights, "side_by_side"):
            self._run = weights
        else:
            self._run = KerasRuntime(weights)
        self._statistics = None

    @property
    def generator(self):
        """The Keras generator; None for a `.tflite` or `.onnx` file of one's own.

        A shipped style is drawn without: its is loaded when it is first asked for.
        """
        return self._run.generator

    def with_look(self, draw_size="auto", color="auto", faces=True) -> "Cartoonizer":
        """Another one that draws with the same network, loaded once."""
        other = copy.copy(self)
        other.draw_size = draw_sizes.check_draw_size(draw_size)
        other.color = check_color(color)
        other.faces = faces
        return other

    def __call__(
        self,
        photo: str | os.PathLike | np.ndarray,
        strength: float = 1.0,
        keep_color: bool = False,
    ) -> np.ndarray:
        """Draws one photo.

        Args:
            photo: A file, or uint8 RGB `(H, W, 3)` of any size from 1x1.
            strength: 1 for the cartoon, 0 for the photo, between them a blend.
            keep_color: The same as `color="photo"`, for this photo.

        Returns:
            uint8 RGB `(H, W, 3)`.

        Raises:
            ValueError: When the photo cannot be read or is no RGB picture, when
                `strength` is outside 0..1, or when the picture needs more memory than
                there is.
        """
        check_strength(strength)
        if not isinstance(photo, np.ndarray):
            photo = images.read(
                photo, check=self.check_memory, max_memory=self.max_memory
            ).pixels
        check_pixels(photo)
        if strength == 0:
            return photo.copy()
        color = "photo" if keep_color else self.color
        if self.draw_size == "full":
            seen = find_faces(photo) if self.faces and color == "auto" else []
            if large.is_large(self._run, *photo.shape[:2], self.max_memory):
                return self._draw_large(photo, color, seen, photo.shape, strength)
            share = draw_sizes.weights(seen, photo.shape, photo.shape)
            levels = self._recolor(self._draw(photo), photo, color, share)
            return images.round_levels(_blend(levels, photo, strength))
        longest, again, seen = self.draw_size, [], []
        if self.faces and (longest == "auto" or color == "auto"):
            seen = find_faces(photo)
        if longest == "auto":
            longest, again = draw_sizes.choose(max(photo.shape[:2]), seen)
        whole = self._draw_small(photo, longest, color, seen)
        if isinstance(whole, np.ndarray):
            return images.round_levels(_blend(whole, photo, strength))
        second = None
        if again:
            second = self._draw_small(photo, draw_sizes.USUAL, color, seen)
        result = scratch.empty_like(photo)
        for top, bottom in whole.strips():
            levels = whole.rows(photo, top, bottom)
            share = draw_sizes.weights(again, photo.shape, photo.shape, top, bottom)
            if share is not None:
                finer = (
                    second[top:bottom]
                    if isinstance(second, np.ndarray)
                    else second.rows(photo, top, bottom)
                )
                levels += share * (finer - levels)
            levels = _blend(levels, photo[top:bottom], strength)
            result[top:bottom] = images.round_levels(levels)
            scratch.release(result, photo)
        return result

    def film(self, frames, strength: float = 1.0, steady: float | None = None):
        """Draws the frames of a film, each as it is asked for.

        One draw size holds for a shot, faces are followed, and a drawing is blended
        with the one before where the film did not change: lines and colours neither
        jump nor flicker. A few frames are read ahead; none is kept longer.

        Args:
            frames: An iterable of uint8 RGB `(H, W, 3)`, in the film's order, all of
                its frames: a camera, a decoder, pictures read one by one.
            strength: 1 for the cartoon, 0 for the film, between them a blend.
            steady: How much of the drawing before is kept where the film did not
                change, from 0 to below 1; 0 draws every frame by itself. 0.6 by
                default.

        Returns:
            An iterator of uint8 RGB `(H, W, 3)`, as many as there are frames.

        Raises:
            ValueError: When `strength` or `steady` is out of its range; while frames
                are drawn, when one is no RGB picture.

        Example:
            >>> cartoons = Cartoonizer("pepper").film(frames)
        """
        # Here: it loads what finds cuts, which photos do without.
        from cartoongan_tf.inference.filming import STEADY, Filming

        filming = Filming(self, strength, STEADY if steady is None else steady)
        return (cartoon for (cartoon,) in filming.draw(_check_each(frames)))

    @property
    def fixed_size(self) -> tuple[int, int] | None:
        """Height and width of a network that takes one size alone, else None."""
        return self._run.size

    def draw_levels(self, photo: np.ndarray) -> np.ndarray:
        """What the network itself makes of a uint8 photo: float levels, its size."""
        return self._draw(photo)

    def with_statistics(self):
        """The network with its norms' statistics in and out, as `inference.statistics`.

        None where it has no norms, or comes of a file that tells none of them. Of the
        shipped styles it is ONNX Runtime that runs; TensorFlow is not loaded.
        """
        from cartoongan_tf.inference.statistics import (
            KerasStatistics,
            ONNXStatistics,
            TFLiteStatistics,
        )

        if self._statistics is None and getattr(self._run, "channels", None):
            is_onnx = self._run.size is None
            kind = ONNXStatistics if is_onnx else TFLiteStatistics
            self._statistics = kind(self._run)
        if self._statistics is not None:
            return self._statistics if self._statistics.channels else None
        if not getattr(self._run, "has_norms", True) or self.generator is None:
            return None
        self._statistics = KerasStatistics(self.generator)
        return self._statistics if self._statistics.channels else None

    def _draw_small(self, photo, longest: int, color: str, faces: list):
        """A `Join` of the photo and its small cartoon; of a small photo the cartoon."""
        small = draw_sizes.shrink(photo, longest, self._run.size)
        if large.is_large(self._run, *small.shape[:2], self.max_memory):
            levels = self._draw_large(small, color, faces, photo.shape)
        else:
            share = draw_sizes.weights(faces, photo.shape, small.shape)
            levels = self._recolor(self._draw(small), small, color, share)
        if small.shape == photo.shape:
            return levels
        return Join(small, levels, *photo.shape[:2])

    def _draw_large(self, photo, color: str, faces: list, shape, strength=1.0):
        """As a whole, coloured and uint8; `faces` are in a photo of `shape`."""

        def share(top, bottom):
            return draw_sizes.weights(faces, shape, photo.shape, top, bottom)

        return large.draw(
            self._run, photo, color, strength, share, self.max_memory, self.tell
        )

    @staticmethod
    def _recolor(levels, photo, color, faces):
        if color == "style":
            return levels
        if color == "photo":
            return colors.keep_color(levels, photo)
        return colors.tame_color(levels, photo, faces)

    def _draw(self, photo: np.ndarray) -> np.ndarray:
        """The cartoon in float levels, of the photo's size."""
        height, width = photo.shape[:2]
        if self._run.size is None:
            padded = padding.pad(photo)
            if self.draw_size == "full":
                self.check_memory(*padded.shape[:2])
            fitted = photo
        else:
            fitted = images.fit(photo, *self._run.size)
            padded = padding.pad(fitted, smallest=self._run.size)
        signed = self._run(images.to_signed(padded)[None])[0]
        levels = images.to_levels(padding.crop(signed, *fitted.shape[:2]))
        if fitted.shape == photo.shape:
            return levels
        small = fitted.shape[:2]
        warnings.warn(
            f"A .tflite has one size. Received: a photo of {width}x{height}, drawn at "
            f"{small[1]}x{small[0]} and enlarged; `--max-size {max(small)}` keeps it "
            "small and sharp, a .keras or .onnx file takes any size",
            stacklevel=3,
        )
        enlarged = images.resize(images.round_levels(levels), height, width)
        return enlarged.astype(np.float32)

    def check_memory(self, height: int, width: int) -> None:
        """Checks that there is memory to draw a photo of this size.

        What can be drawn in tiles or strips needs none: photos that memory does not
        hold lie on the disk. The rest would be killed by the system, without a word.

        Raises:
            ValueError: When there is not; the message says what size would do.
        """
        if self._run.size is not None or self._run.has_generator:
            return  # of one size, whatever the photo's; or in tiles
        need = self.count_bytes(height, width)
        free = memory.available()
        if free is not None and need > free:
            side = int(max(height, width) * (free / need) ** 0.5)
            raise ValueError(
                f"A photo must fit in memory. Received: {width}x{height} pixels, which "
                f"take about {need / 2**30:.1f} GiB of {free / 2**30:.1f} free; try "
                f"`--max-size {max(1, side // 100 * 100)}`"
            )

    def count_bytes(self, height: int, width: int) -> int:
        """Memory that drawing a photo of this size takes, about."""
        if self._run.size is not None:
            return int(height * width * BYTES_PER_PIXEL)
        own = self._run.bytes_per_pixel or UNKNOWN_GENERATOR
        need = height * width * (own + BYTES_PER_PIXEL)
        if self.draw_size != "full":
            longest = draw_sizes.LARGEST if self.draw_size == "auto" else self.draw_size
            share = min(1.0, longest / max(height, width))
            need = need * share**2 + height * width * JOINED_BYTES_PER_PIXEL
        return int(need)

    @property
    def size(self) -> tuple[int, int] | None:
        """Height and width that a photo is shrunk into; None for any."""
        return self._run.size

    @property
    def side_by_side(self) -> bool:
        """Whether threads that draw photos at once are faster than one after another.

        Any number of them may call it in either case.
        """
        return self._run.side_by_side


def check_pixels(photo: np.ndarray) -> None:
    """Checks that an array is uint8 RGB."""
    if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[-1] != 3:
        raise ValueError(
            "A photo must be uint8 RGB of shape (H, W, 3). "
            f"Received: {photo.dtype} of shape {photo.shape}"
        )


def _check_each(frames):
    for frame in frames:
        check_pixels(frame)
        yield (frame,)


def _blend(levels: np.ndarray, photo: np.ndarray, strength: float) -> np.ndarray:
    if strength == 1:
        return levels
    return strength * levels + (1 - strength) * photo.astype(np.float32)


def check_color(color: str) -> str:
    """Checks that a colour is one of `COLORS`."""
    if color not in COLORS:
        raise ValueError(
            f"`color` must be {', '.join(COLORS[:-1])} or {COLORS[-1]}. "
            f"Received: color={color}"
        )
    return color


def check_strength(strength: float) -> None:
    """Checks that a strength is in 0..1."""
    if not 0 <= strength <= 1:
        raise ValueError(f"`strength` must be in 0..1. Received: strength={strength}")
