"""A film -> its frames, upright, in square pixels and true colours, with their times.

Decoding is streamed: however long the film, a few frames are in memory at a time.
Frames that no other frame refers to are not decoded at all: about half of them, whose
quality is the lowest. PyAV brings its own decoders, so no ffmpeg need be installed.
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from av.format import Flags

from cartoongan_tf.films.displays import Aspects, upright
from cartoongan_tf.pictures import images

cv2 = images.opencv()

SUFFIXES = (
    ".3gp", ".avi", ".flv", ".m2ts", ".m2v", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg",
    ".mpg", ".mts", ".ogv", ".ts", ".vob", ".webm", ".wmv",
)  # fmt: skip

HD = 720  # from this height on, a film that does not tell is BT.709, below BT.601
HDR = {16: "PQ", 18: "HLG"}  # transfer curves, by their number in ITU-T H.273
JOINED = Flags.ts_discont.value  # formats whose clock may begin anew midway
PYAV = int(av.__version__.split(".")[0])
# Names in a film need not be UTF-8; from PyAV 19 on it minds that itself.
NAMES = {} if PYAV >= 19 else {"metadata_errors": "replace"}
FAILURES = 200  # so many in a row, with not a frame between, end a film


@dataclass(frozen=True)
class Box:
    """A part of a frame, in shares 0..1 of its width and height."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    def cut(self, pixels: np.ndarray) -> np.ndarray:
        """That part of a picture, to whole pixels that lie in it."""
        height, width = pixels.shape[:2]
        top, left = math.ceil(self.top * height), math.ceil(self.left * width)
        bottom = max(top + 1, math.floor(self.bottom * height + 1e-6))
        right = max(left + 1, math.floor(self.right * width + 1e-6))
        return pixels[top:bottom, left:right]


WHOLE = Box()


@dataclass(frozen=True)
class Frame:
    """A decoded frame, not yet converted to RGB."""

    time: float  # seconds from the film's beginning
    raw: av.VideoFrame
    aspect: float = 1.0  # width of a stored pixel against its height

    @property
    def form(self) -> tuple[int, int, float]:
        """Stored height and width, and the aspect: a film's parts may differ in it."""
        return self.raw.height, self.raw.width, self.aspect

    def picture(self, short_side: int = 0, box: Box = WHOLE) -> np.ndarray:
        """The frame as a uint8 RGB picture.

        Args:
            short_side: It is shrunk to this short side, with Lanczos; 0 keeps its size.
            box: The part of the stored frame to take.
        """
        pixels = box.cut(self._rgb(self.raw.width, self.raw.height))
        height, width = pixels.shape[:2]
        if self.raw.interlaced_frame and _is_combed(pixels):
            pixels = pixels[::2]  # one of the two moments; its lines are doubled below
        # Pixels that are not square are enlarged along their long side, so that none
        # is lost; then both sides shrink together.
        wide = width * max(1.0, self.aspect)
        high = height * max(1.0, 1 / self.aspect)
        shrink = min(1.0, short_side / min(wide, high)) if short_side else 1.0
        size = (max(1, round(high * shrink)), max(1, round(wide * shrink)))
        if size != pixels.shape[:2]:
            pixels = images.resize(np.ascontiguousarray(pixels), *size)
        return upright(pixels, self.raw)

    def small(self, short_side: int, box: Box = WHOLE) -> np.ndarray:
        """A small uint8 RGB picture, made quickly, to measure and compare."""
        inside = min(
            self.raw.width * (box.right - box.left) * max(1.0, self.aspect),
            self.raw.height * (box.bottom - box.top) * max(1.0, 1 / self.aspect),
        )
        shrink = min(1.0, short_side / inside)
        width = round(self.raw.width * shrink * max(1.0, self.aspect))
        height = round(self.raw.height * shrink * max(1.0, 1 / self.aspect))
        pixels = self._rgb(max(1, width), max(1, height), "AREA")
        return upright(box.cut(pixels), self.raw)

    def luma(self) -> np.ndarray:
        """Brightness as stored, not turned: uint8 `(H, W)`, full range."""
        return self.raw.to_ndarray(format="gray")

    def _rgb(self, width: int, height: int, way: str = "BICUBIC") -> np.ndarray:
        raw, colors = self.raw, {}
        untold = raw.colorspace == 2 and raw.height >= HD
        if PYAV < 17:  # it knows nothing of a frame's tags but what it is told here
            colors = {
                "src_colorspace": 1 if untold else raw.colorspace,
                "dst_colorspace": "DEFAULT",
                "src_color_range": "JPEG" if raw.color_range == 2 else "MPEG",
            }
        elif untold:
            colors = {"src_colorspace": "ITU709"}
        return raw.to_ndarray(
            format="rgb24", width=width, height=height, interpolation=way, **colors
        )


def _is_combed(pixels: np.ndarray) -> bool:
    """Whether even and odd lines show two moments: a line is like the next but one."""
    green = pixels[..., 1].astype(np.int16)
    next_line = np.abs(np.diff(green, axis=0)).mean()
    next_but_one = np.abs(green[2:] - green[:-2]).mean()
    return bool(next_line > 0.9 * next_but_one)  # at most 0.8 in 100 photos


@dataclass
class Film:
    """A film file that can be opened.

    Args:
        path: Any format that FFmpeg reads.

    Raises:
        ValueError: When the file is absent, no film, or has no picture.
    """

    path: Path
    duration: float | None = field(init=False)  # seconds, where the file tells
    size: tuple[int, int] = field(init=False)  # stored height and width
    notes: list[str] = field(init=False, default_factory=list)  # what users should know
    failures: int = field(init=False, default=0)  # packets that could not be decoded
    read_to: float = field(init=False, default=0.0)  # time of the last frame
    forms: list[tuple] = field(init=False, default_factory=list)  # of what was read

    def __post_init__(self):
        self.path = Path(self.path)
        with self._open() as (container, stream):
            self.duration = _duration(container, stream)
            context = stream.codec_context
            self.size = (context.height, context.width)
            curve = HDR.get(context.color_trc)
            if curve:
                self.notes.append(
                    f"The film is HDR ({curve}): its pictures look pale. Convert it to "
                    "SDR first, or use the SDR edition."
                )

    def _open(self):
        try:
            if os.path.isdir(self.path):
                raise ValueError(f"A film must be a file. Received: {self.path}")
            # "file:", or FFmpeg takes a colon's left side for a protocol ("Ponyo"),
            # and "-" for its standard input.
            container = av.open(f"file:{self.path}", **NAMES)
        except av.FFmpegError as error:
            if isinstance(error, FileNotFoundError):
                raise ValueError(
                    f"A film must exist. No such file: {self.path}"
                ) from None
            if self.path.is_file() and self.path.stat().st_size == 0:
                raise ValueError(
                    f"A film must not be empty. Received 0 bytes: {self.path}"
                ) from None
            if isinstance(error, PermissionError):
                raise ValueError(
                    f"A film must be readable. Received: {self.path} (no permission)"
                ) from None
            raise ValueError(
                "A film must be a whole video file that FFmpeg can read. Received: "
                f"{self.path} ({error.strerror})"
            ) from None
        # Cover art is a video stream of one picture.
        streams = [
            stream
            for stream in container.streams.video
            if not stream.disposition & av.stream.Disposition.attached_pic
        ]
        if not streams:
            container.close()
            raise ValueError(
                f"A film must have a picture, not sound alone. Received: {self.path}"
            )
        stream = max(streams, key=lambda s: s.width * s.height)
        if stream.codec_context is None or not stream.width:
            container.close()
            raise ValueError(
                f"A film must be of a codec that PyAV decodes. Received: {self.path}"
            )
        stream.thread_type = "AUTO"
        return _Opened(container, stream)

    def opened(self):
        """A context that gives the container and its video stream, newly opened."""
        return self._open()

    # ------------------------------------------------------------ frames

    def frames(
        self,
        rate: float | None = None,
        start: float = 0.0,
        end: float = math.inf,
        skip: str = "NONREF",
    ) -> Iterator[Frame]:
        """The film's frames in order, the undecodable ones left out.

        Args:
            rate: At most this many frames a second; None gives all.
            start: From this second on.
            end: Up to this one.
            skip: What FFmpeg need not decode: NONE of the frames, those NONREF that no
                other refers to, all but the NONKEY ones.
        """
        with self._open() as (container, stream):
            stream.codec_context.skip_frame = skip
            if start > 5:
                self._seek(container, stream, start)
            due = start
            for frame in self._decode(container, stream):
                if frame.time > end:
                    return
                self.read_to = frame.time
                if frame.time >= start and frame.form not in self.forms:
                    self.forms.append(frame.form)
                if frame.time < start or (rate and frame.time < due - 1e-6):
                    continue
                if rate:
                    due = max(due + 1 / rate, frame.time + 0.5 / rate)
                yield frame

    def glances(self, count: int, start: float = 0.0, end: float = math.inf):
        """About `count` frames from all over the film.

        From a long one by leaping from key frame to key frame, which takes seconds;
        from a short one by decoding it.
        """
        known = min(end, self.duration or 0)
        length, found = known - start, {}
        if length > 4 * count:
            whole = not start and end == math.inf
            with self._open() as (container, stream):
                stream.codec_context.skip_frame = "NONKEY"
                for number in range(count):
                    share = (number + 0.5) / count
                    try:
                        if whole and container.format.flags & JOINED:
                            place = int(share * container.size)
                            container.seek(place, unsupported_byte_offset=True)
                        else:
                            self._seek(container, stream, start + share * length)
                        frame = next(self._decode(container, stream, patience=20), None)
                    except (av.FFmpegError, OSError):
                        continue
                    if frame is not None:
                        found[frame.raw.pts] = frame
                        yield frame
        self.failures = 0  # counted when the film is read in full
        if len(found) < count / 2:
            rate = max(0.05, min(4.0, count / max(length, 1)))
            yield from self.frames(rate if known else 0.5, start, end)
            self.failures = 0

    def _seek(self, container, stream, time):
        start = (stream.start_time or 0) * float(stream.time_base)
        try:
            container.seek(
                int((start + time) / stream.time_base), stream=stream, backward=True
            )
        except (av.FFmpegError, OSError):
            pass  # no index: read from where we are

    def _decode(self, container, stream, patience=FAILURES):
        """Decodes packet by packet, so that a bad one is not the end."""
        origin = (stream.start_time or 0) * float(stream.time_base)
        aspects = Aspects(stream)
        step = 1 / float(stream.average_rate or 25)
        last, shift, in_a_row, broken = None, 0.0, 0, False
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                raws = packet.decode()
            except (EOFError, StopIteration):
                return
            except (av.FFmpegError, OSError, ValueError):
                self.failures += 1
                in_a_row += 1
                broken = True
                if in_a_row >= patience:
                    return
                continue
            for raw in raws:
                aspect = aspects.of(raw)
                if raw.is_corrupt:
                    self.failures += 1
                    broken = True
                # What refers to a frame that was lost is smeared up to the next key.
                if broken and not (raw.key_frame and not raw.is_corrupt):
                    continue
                broken, in_a_row = False, 0
                if raw.time is None:
                    time = 0.0 if last is None else last + step
                else:
                    time = raw.time - origin + shift
                    if last is not None and time < last - 1:  # the clock was set back
                        shift += last + step - time
                        time = last + step
                last = time = max(0.0, time)
                yield Frame(time, raw, aspect)

    def told_of(self, end: float = math.inf) -> list[str]:
        """Notes on the film, after it was read: damage, an early end, HDR."""
        told = list(self.notes)
        if len(self.forms) > 1:
            told.append(
                f"The film's frames change midway: {', '.join(map(_say, self.forms))}."
            )
        if self.failures:
            told.append(
                f"The file is damaged in {self.failures} "
                f"place{'s' * (self.failures > 1)}: what depends on them is left out."
            )
        due = min(end, self.duration or 0)
        if due and self.read_to < due - max(3.0, 0.01 * due):
            told.append(
                f"The film ends at {clock(self.read_to)} of {clock(due)}: the file is "
                "truncated, and what it holds was used."
            )
        return told


class _Opened:
    """A container and its stream, closed in the end."""

    def __init__(self, container, stream):
        self.container, self.stream = container, stream

    def __enter__(self):
        return self.container, self.stream

    def __exit__(self, *_):
        self.container.close()


def _duration(container, stream) -> float | None:
    if stream.duration:
        return float(stream.duration * stream.time_base)
    if container.duration and container.duration > 0:
        return container.duration / av.time_base
    return None


def _say(form: tuple) -> str:
    height, width, aspect = form
    odd = "" if aspect == 1 else f" (pixels {aspect:.3g} times as wide as high)"
    return f"{width}x{height}{odd}"


def clock(seconds: float) -> str:
    """Seconds as 1:02:03."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def stamp(seconds: float) -> str:
    """Seconds as a part of a file's name that sorts: 01h02m03s400."""
    milli = round(1000 * seconds)
    whole, milli = divmod(milli, 1000)
    return f"{whole // 3600:02d}h{whole // 60 % 60:02d}m{whole % 60:02d}s{milli:03d}"
