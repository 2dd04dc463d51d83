"""What a film is written with: by its name's suffix a codec, its quality, its colours.

The codecs are those in PyAV's own wheels: libx264, libvpx-vp9 and libsvtav1.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from cartoongan_tf.films.frames import HD
from cartoongan_tf.video.orders import ANIMATIONS, CODECS

FORMATS = {
    ".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm",
}  # fmt: skip
# Flat colour shows blocks and banding early: finer than the codecs' own defaults. With
# `mbtree` x264 gives another file now and then, and a film that was stopped would not
# come out as one that was not.
_ENCODERS = {
    "h264": (
        "libx264",
        {"crf": "18", "preset": "medium", "tune": "animation", "mbtree": "0"},
    ),
    "av1": ("libsvtav1", {"crf": "24", "preset": "8"}),
    "vp9": (
        "libvpx-vp9",
        {"crf": "22", "b": "0", "deadline": "good", "cpu-used": "4", "row-mt": "1"},
    ),
    "lossless": ("ffv1", {"level": "3"}),  # parts of an animation
}

BT709, BT601 = 1, 6  # matrices, by their numbers in ITU-T H.273
UNTOLD = 2


@dataclass(frozen=True)
class Encoder:
    """How pictures are encoded.

    Args:
        codec: `h264`, `av1`, `vp9` or `lossless`.
        height: Of the film's frames; encoded are even ones, the last row repeated.
        width: The same.
        rate: Frames a second, about.
        matrix: `BT709` or `BT601`.
        primaries: As the source tells, by number.
        transfer: The same.
        alpha: Whether `lossless` holds one.
    """

    codec: str
    height: int
    width: int
    rate: int
    matrix: int = BT709
    primaries: int = UNTOLD
    transfer: int = UNTOLD
    alpha: bool = False

    @property
    def stored(self) -> tuple[int, int]:
        """Height and width as they are encoded: colour has half the resolution."""
        if self.codec == "lossless":
            return self.height, self.width
        return self.height + self.height % 2, self.width + self.width % 2

    def add_to(self, container) -> av.VideoStream:
        """Adds a stream of such pictures to an open output."""
        name, options = _ENCODERS[self.codec]
        stream = container.add_stream(name, rate=self.rate, options=dict(options))
        context = stream.codec_context
        context.height, context.width = self.stored
        context.time_base = Fraction(1, self.rate)
        if self.codec == "lossless":
            context.pix_fmt = "bgra" if self.alpha else "bgr0"
        else:
            context.pix_fmt = "yuv420p"
            context.color_range = 1  # limited, which every player takes
            context.colorspace = self.matrix
            context.color_primaries = self.primaries
            context.color_trc = self.transfer
        return stream

    def frame(self, pixels: np.ndarray, number: int) -> av.VideoFrame:
        """A picture as the encoder takes it; its time is its number.

        Args:
            pixels: uint8 RGB `(H, W, 3)`, or with alpha `(H, W, 4)`.
            number: Of the frame in the film.
        """
        height, width = self.stored
        more = height - pixels.shape[0], width - pixels.shape[1]
        if any(more):
            pixels = np.pad(pixels, ((0, more[0]), (0, more[1]), (0, 0)), mode="edge")
        kind = "rgba" if pixels.shape[2] == 4 else "rgb24"
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), kind)
        if self.codec == "lossless":
            frame = frame.reformat(format="bgra" if self.alpha else "bgr0")
        else:
            frame = frame.reformat(
                format="yuv420p",
                dst_colorspace="ITU709" if self.matrix == BT709 else "ITU601",
                src_color_range="JPEG",
                dst_color_range="MPEG",
            )
        frame.pts, frame.time_base = number, Fraction(1, self.rate)
        return frame


def choose_encoder(target, codec, size, rate, tags, alpha=False) -> Encoder:
    """The encoder for a film of this name.

    Args:
        target: The film's path, checked by `check_target`.
        codec: Asked for; None takes the container's first.
        size: Height and width of its frames.
        rate: Frames a second.
        tags: What the source tells of its matrix, primaries and transfer curve.
        alpha: Whether its frames have one.
    """
    suffix = Path(target).suffix.lower()
    rate = min(240, max(1, round(rate)))
    if suffix in ANIMATIONS:
        return Encoder("lossless", *size, rate, alpha=alpha)
    matrix, primaries, transfer = tags
    if matrix != BT709:
        told = matrix in (5, 6)
        matrix = BT601 if told or size[0] < HD else BT709
    return Encoder(codec or CODECS[suffix][0], *size, rate, matrix, primaries, transfer)
