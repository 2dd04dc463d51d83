"""Films to test with: made by PyAV from pictures, with the truth about every second."""

import math
import struct
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

BLACK = "blank"
ONE = 1 << 16  # in a display matrix


def blank(height, width, level=0):
    """A picture of one level."""
    return np.full((height, width, 3), level, np.uint8)


def write_text(pixels, lines, size, top, fill=(255, 255, 255), outline=2, font=None):
    """Sets centred lines of text on a picture, as subtitles and credits are."""
    image = Image.fromarray(pixels)
    draw = ImageDraw.Draw(image)
    face = ImageFont.truetype(font, size) if font else ImageFont.load_default(size)
    for number, line in enumerate(lines):
        where = (image.width / 2, top + number * size * 1.35)
        draw.text(
            where, line, fill, face, "mt", stroke_width=outline, stroke_fill=(0, 0, 0)
        )
    return np.asarray(image)


def subtitle(pixels, *lines, share=0.06, **options):
    """Subtitles at the foot of a picture; `share` is the letters' height in it."""
    height = pixels.shape[0]
    size = max(8, round(share * height))
    top = height * 0.95 - 1.35 * size * len(lines)
    outline = max(1, round(size / 12))
    return write_text(pixels, lines, size, top, outline=outline, **options)


def credit_roll(height, width, names, fill=(255, 255, 255), ground=0, share=0.06):
    """A screen of names on a plain ground."""
    size = max(8, round(share * height))
    top = (height - 1.35 * size * len(names)) / 2
    page = blank(height, width, ground)
    return write_text(page, names, size, top, fill, outline=0)


def pan(picture, height, width, share):
    """A window that moves over a larger picture as `share` goes from 0 to 1."""
    top = round((picture.shape[0] - height) * share)
    left = round((picture.shape[1] - width) * share)
    return picture[top : top + height, left : left + width]


def smear(picture, length):
    """Motion blur: the mean of a picture moved sideways by 0 to `length` pixels."""
    sums = sum(np.roll(picture, step, 1).astype(np.float32) for step in range(length))
    return (sums / length).astype(np.uint8)


@dataclass
class Script:
    """Shots one after the other; what is to be seen when."""

    height: int = 144
    width: int = 192
    rate: int = 12
    pictures: list = field(default_factory=list)
    labels: list = field(default_factory=list)  # of every frame
    cuts: list = field(default_factory=list)  # seconds at which a shot begins

    @property
    def time(self):
        return len(self.pictures) / self.rate

    def shot(self, make, seconds, label="good"):
        """Adds a shot: a picture, or a function of 0..1 that makes one."""
        self.cuts.append(self.time)
        count = round(seconds * self.rate)
        for number in range(count):
            share = number / max(1, count - 1)
            self.pictures.append(make(share) if callable(make) else make)
            self.labels.append(label)
        return self

    def fade(self, picture, seconds, level=0, out=True):
        """A fade to or from a level, or from one picture to another."""
        other = level if isinstance(level, np.ndarray) else blank(1, 1, level)

        def make(share):
            share = 1 - share if out else share
            mixed = share * picture.astype(np.float32) + (1 - share) * other
            return mixed.astype(np.uint8)

        begin = len(self.pictures)
        self.shot(make, seconds, "faded")
        self.cuts.pop()
        # The ends of a fade are as good as the shot, or blank.
        for number in range(begin, len(self.pictures)):
            share = (number - begin) / max(1, len(self.pictures) - begin - 1)
            if share < 0.15 or share > 0.85:
                self.labels[number] = "either"
        return self

    def letterbox(self, rows, columns=0):
        """Puts black bars around every picture."""
        margins = ((rows, rows), (columns, columns), (0, 0))
        self.pictures = [np.pad(picture, margins) for picture in self.pictures]
        return self

    def label_at(self, seconds):
        """What is seen at a time."""
        return self.labels[min(len(self.labels) - 1, int(seconds * self.rate + 0.01))]

    def write(self, path, codec="libx264", options=None, times=None, **settings):
        """Encodes the film; `times` are seconds for a film of variable rate."""
        return write_film(
            path, self.pictures, self.rate, codec, options, times, **settings
        )


def write_film(
    path, pictures, rate=12, codec="libx264", options=None, times=None, turn=None,
    matrix=None, aspect=None, pixels="yuv420p", **settings,
):  # fmt: skip
    """Encodes uint8 RGB pictures of one size as a film."""
    container = av.open(str(path), "w")
    stream = container.add_stream(codec, rate=rate, options=options or {"crf": "18"})
    stream.height, stream.width = pictures[0].shape[:2]
    stream.pix_fmt = pixels
    for name, value in settings.items():
        setattr(stream.codec_context, name, value)
    if aspect is not None:
        stream.codec_context.sample_aspect_ratio = Fraction(aspect)
    stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
    for number, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
        seconds = number / rate if times is None else times[number]
        frame.pts, frame.time_base = round(1000 * seconds), Fraction(1, 1000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
    container.close()
    if turn is not None:
        cos, sin = (round(f(math.radians(turn)) * ONE) for f in (math.cos, math.sin))
        matrix = (cos, -sin, 0, sin, cos, 0, 0, 0, 1 << 30)
    if matrix is not None:
        turn_mp4(path, matrix)
    return path


def turn_mp4(path, matrix):
    """Writes a display matrix of 9 into an MP4's only track, as cameras do.

    By hand, since PyAV writes none before 18.
    """
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd")
    assert data[at + 4] == 0, "times of 64 bits"
    data[at + 44 : at + 80] = struct.pack(">9i", *matrix)
    path.write_bytes(data)
