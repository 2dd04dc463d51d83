"""Drawn pictures, and the film's own sound, subtitles and chapters, in one file.

What is copied is copied packet by packet, untouched: nothing of it is decoded.
"""

import heapq
import io
import math
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from cartoongan_tf.films.frames import NAMES
from cartoongan_tf.video.encoders import FORMATS
from cartoongan_tf.video.parts import Parts, count_packets, write_error

# Said by the muxer itself, or true of the old file only.
_OWN = {
    "encoder", "major_brand", "minor_version", "compatible_brands", "rotate",
    "creation_tool", "duration",
}  # fmt: skip
_OF_PICTURE = ("language", "title", "handler_name")


class Copied:
    """The streams of a film that go into its cartoon as they are.

    Args:
        path: The film.
        suffix: That of the cartoon.

    Raises:
        ValueError: When its sound cannot be in such a file.
    """

    def __init__(self, path: Path, suffix: str):
        self.path, self.suffix = path, suffix
        self.indices, self.notes = [], []
        left = []
        with open_film(path) as container:
            drawn = drawn_index(container)
            for stream in container.streams:
                if stream.index == drawn:
                    continue
                if stream.type in ("video", "data") and not _is_cover(stream):
                    left.append("a second picture" if stream.type == "video" else "")
                elif fits(stream, FORMATS[suffix]):
                    self.indices.append(stream.index)
                elif stream.type == "audio":
                    raise ValueError(
                        "A film's sound must fit into its cartoon's file; name a .mkv, "
                        f"which holds any. Received: {_codec(stream)} for a {suffix}"
                    )
                else:
                    left.append(f"{stream.type} ({_codec(stream)})")
        left = [name for name in left if name]
        if left:
            self.notes.append(
                f"A {suffix} cannot hold all of {path}; left out: {', '.join(left)}"
            )


def open_film(path: Path):
    """A film's container, opened as `films` does."""
    return av.open(f"file:{path}", **NAMES)


def drawn_index(container) -> int:
    """The number of the stream whose picture is drawn: the largest that is no cover."""
    pictures = [s for s in container.streams.video if not _is_cover(s)]
    return max(pictures, key=lambda s: s.width * s.height).index


def fits(stream, name: str) -> bool:
    """Whether a container of this format takes a copy of a stream."""
    try:
        with av.open(io.BytesIO(), "w", format=name) as trial:
            trial.add_stream_from_template(stream, opaque=True)
            trial.start_encoding()
        return True
    except (av.FFmpegError, ValueError, TypeError, NotImplementedError):
        return False


def join(reader, parts: Parts, copied: Copied | None, path: Path, suffix: str) -> None:
    """Writes the film: the parts' pictures, what is copied, chapters and metadata.

    Args:
        reader: Of the film, for its times.
        parts: All of them.
        copied: None where the source is an animation.
        path: Where to; replaced.
        suffix: Tells the format.

    Raises:
        OSError: When it cannot be written whole.
    """
    source = None if copied is None else open_film(copied.path)
    try:
        _write(reader, parts, copied, source, path, suffix)
    except av.FFmpegError as error:
        raise write_error(error, path.parent) from error
    finally:
        if source is not None:
            source.close()
    if count_packets(path, None) != len(parts.times()[0]):
        raise OSError(f"The disk must have room. Not written whole: {path.parent}")


def _write(reader, parts, copied, source, path, suffix):
    options = {"movflags": "+faststart"} if suffix in (".mp4", ".m4v", ".mov") else {}
    base = reader.time_base
    begin = float(reader.origin * base) + reader.start
    shift = begin if reader.start else 0.0
    # What is copied ends with the picture.
    finish = float(reader.origin * base) + reader.end
    first = av.open(str(parts.path(0)), format="nut")
    out = av.open(str(path), "w", format=FORMATS[suffix], options=options)
    try:
        video = out.add_stream_from_template(first.streams.video[0], opaque=True)
        video.time_base = base
        streams = {}
        if source is not None:
            picture = source.streams[drawn_index(source)]
            video.metadata.update(
                {k: v for k, v in picture.metadata.items() if k in _OF_PICTURE}
            )
            out.metadata.update(_kept(source.metadata))
            for index in copied.indices:
                old = source.streams[index]
                streams[index] = new = out.add_stream_from_template(old, opaque=True)
                new.metadata.update(_kept(old.metadata))
                # The number: PyAV 16 takes no flags.
                new.disposition = old.disposition.value
            chapters = _chapters(source, begin, finish, shift)
            if chapters:
                out.set_chapters(chapters)
        packets = _pictures(parts, video, base, round(shift / base))
        if streams:
            others = _others(source, streams, begin, finish, shift)
            packets = heapq.merge(packets, others, key=_when)
        for packet in packets:
            out.mux(packet)
    finally:
        first.close()
        out.close()


def _pictures(parts, stream, base, shift) -> Iterator[av.Packet]:
    """The drawn frames' packets, with the film's own times."""
    pts, durations = parts.times()
    order = [number for number, _ in parts.packets()]
    # A packet may be decoded before it is shown, by at most so many frames.
    delay = max((place - number for place, number in enumerate(order)), default=0)
    steps = np.diff(pts)
    usual = int(np.median(steps)) if len(steps) else int(durations[-1] or 1)
    least = int(steps.min()) if len(steps) else 1
    begun = None
    end = int(pts[-1]) + (int(durations[-1]) or usual)
    for place, (number, packet) in enumerate(parts.packets()):
        packet.stream = stream
        packet.time_base = base
        packet.pts = int(pts[number]) - shift
        early = place - delay
        dts = int(pts[early]) if early >= 0 else int(pts[0]) + early * least
        packet.dts = dts - shift
        begun = dts if begun is None else begun
        if number < len(steps):
            packet.duration = int(steps[number])
        else:
            packet.duration = end - int(pts[-1])
        if place == len(order) - 1:
            # By the last one decoded, MP4 tells when the whole ends.
            packet.duration = end - int(pts[0]) + begun - dts
        yield packet


def _others(source, streams, begin, finish, shift) -> Iterator[av.Packet]:
    """The copied packets, of the film's range."""
    pictures = []
    for index, stream in streams.items():
        old = source.streams[index]
        if _is_cover(old):
            pictures.append(index)
        assert stream is not None
    ended = set(pictures) if shift else set()
    packets = source.demux([source.streams[index] for index in streams])
    while True:
        try:
            packet = next(packets, None)
        except (av.FFmpegError, EOFError, StopIteration):
            return  # truncated: what is there was copied
        if packet is None:
            return
        index = packet.stream.index
        if not packet.size or (packet.pts is None and packet.dts is None):
            continue
        if packet.dts is None:
            packet.dts = packet.pts
        if packet.pts is None:
            packet.pts = packet.dts
        if index not in pictures:
            time = float(packet.pts) * float(packet.time_base)
            if time >= finish:
                ended.add(index)
                if len(ended) == len(streams):
                    return
                continue
            if shift and time < begin:
                continue
            ticks = round(shift / float(packet.time_base))
            packet.pts -= ticks
            packet.dts -= ticks
        packet.stream = streams[index]
        yield packet


def _when(packet) -> float:
    return float(packet.dts) * float(packet.time_base)


def _chapters(source, begin, finish, shift) -> list[dict]:
    found = []
    for chapter in source.chapters():
        base = float(chapter["time_base"])
        start, end = chapter["start"] * base, chapter["end"] * base
        if (shift and end <= begin) or start >= finish:
            continue
        start, end = max(start, begin if shift else -math.inf), min(end, finish)
        found.append(
            {
                **chapter,
                "start": round((start - shift) / base),
                "end": round((end - shift) / base),
            }
        )
    return found


def _kept(metadata) -> dict[str, str]:
    return {k: v for k, v in metadata.items() if k.lower() not in _OWN}


def _is_cover(stream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _codec(stream) -> str:
    context = getattr(stream, "codec_context", None)
    return getattr(context, "name", None) or "of unknown kind"
