"""What is drawn of a film so far: closed parts in a folder beside its name to be.

A part is a file that players show (NUT, from a key frame on, no frame referring to
another part's), and beside it the times of its frames and all that the drawing of the
next frame depends on. Both appear whole: the second first, the part last.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from cartoongan_tf.pictures import paths
from cartoongan_tf.video.encoders import Encoder

FRAMES = 150  # of a part: what a kill costs at most


class Parts:
    """The folder of a film's parts.

    Args:
        target: The film that they are to be; the folder is its name and `.part`.
        manifest: What the parts depend on: input, model, options, versions.
        overwrite: Whether parts of something else are thrown away.

    Raises:
        ValueError: When the folder holds parts of something else, or other files.
    """

    def __init__(self, target: Path, manifest: dict, overwrite: bool = False):
        self.folder = target.with_name(paths.cut(target.name, ".part"))
        text = json.dumps(manifest, indent=1, sort_keys=True)
        self._manifest = self.folder / "manifest.json"
        if os.path.lexists(self.folder):
            differing = self._differing(json.loads(text))
            if differing and not overwrite:
                raise ValueError(
                    f"What is drawn so far must be of the same film, network and "
                    f"flags: remove {self.folder}, or give --overwrite. "
                    f"Received: another {differing}"
                )
            if differing:
                shutil.rmtree(self.folder)
        if not self._manifest.exists():
            with paths.replacing(self._manifest) as temporary:
                temporary.write_text(text)

    def _differing(self, manifest: dict) -> str:
        """What of the manifest is another than the folder's; empty where nothing is."""
        try:
            found = json.loads(self._manifest.read_text())
        except FileNotFoundError:
            empty = self.folder.is_dir() and not any(self.folder.iterdir())
            return "" if empty else "kind of file or folder"
        except (OSError, ValueError):
            return "manifest"
        keys = [*manifest, *(key for key in found if key not in manifest)]
        return next((k for k in keys if found.get(k) != manifest.get(k)), "")

    def path(self, number: int) -> Path:
        """The file of a part."""
        return self.folder / f"{number:06d}.nut"

    def count(self) -> int:
        """How many parts are whole, from the first on."""
        number = 0
        while self.path(number).exists() and self._notes(number).exists():
            number += 1
        return number

    def _notes(self, number: int) -> Path:
        return self.folder / f"{number:06d}.npz"

    def state(self, number: int) -> dict[str, np.ndarray]:
        """What drawing the frame after a part depends on."""
        with np.load(self._notes(number)) as found:
            return {
                key.removeprefix("state_"): found[key]
                for key in found.files
                if key.startswith("state_")
            }

    def times(self) -> tuple[np.ndarray, np.ndarray]:
        """When each frame is shown and for how long, of all parts."""
        pts, durations = [], []
        for number in range(self.count()):
            with np.load(self._notes(number)) as found:
                pts.append(found["pts"])
                durations.append(found["durations"])
        if not pts:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        return np.concatenate(pts), np.concatenate(durations)

    def packets(self) -> Iterator[tuple[int, av.Packet]]:
        """The encoded frames as they are decoded, each with its number in the film."""
        begun = 0
        for number in range(self.count()):
            # A part is small: what it takes to draw one frame holds a thousand of them.
            with av.open(str(self.path(number)), format="nut") as container:
                packets = container.demux(container.streams.video[0])
                packets = [packet for packet in packets if packet.size]
                shown = sorted(packet.pts for packet in packets)
                places = {pts: begun + place for place, pts in enumerate(shown)}
                yield from ((places[packet.pts], packet) for packet in packets)
            begun += len(packets)

    def frames(self) -> Iterator[np.ndarray]:
        """Decoded frames of lossless parts: uint8 RGBA `(H, W, 4)`."""
        for number in range(self.count()):
            with av.open(str(self.path(number)), format="nut") as container:
                for frame in container.decode(video=0):
                    yield frame.to_ndarray(format="rgba")

    def remove(self) -> None:
        """Removes the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


class PartWriter:
    """Writes parts one after the other.

    Args:
        parts: The folder.
        encoder: How frames are encoded.
        number: Of the first part to write.
        first: Number of its first frame.
    """

    def __init__(self, parts: Parts, encoder: Encoder, number: int, first: int):
        self.parts, self.encoder = parts, encoder
        self._number, self._next = number, first
        self._container = None

    def add(self, pixels: np.ndarray, pts: int, duration: int) -> None:
        """Encodes one frame."""
        try:
            if self._container is None:
                self._temporary = self.parts.folder / f".{self._number:06d}.nut"
                self._pts, self._durations = [], []
                self._container = av.open(str(self._temporary), "w", format="nut")
                self._stream = self.encoder.add_to(self._container)
            frame = self.encoder.frame(pixels, self._next)
            self._container.mux(self._stream.encode(frame))
        except av.FFmpegError as error:
            raise write_error(error, self.parts.folder) from error
        self._pts.append(pts)
        self._durations.append(duration)
        self._next += 1

    def end(self, state: dict[str, np.ndarray]) -> None:
        """Ends a part: from now on it is there."""
        if self._container is None:
            return
        container, self._container = self._container, None
        try:
            container.mux(self._stream.encode())
            container.close()
        except av.FFmpegError as error:
            raise write_error(error, self.parts.folder) from error
        # Of a full disk FFmpeg does not always tell.
        if count_packets(self._temporary) != len(self._pts):
            raise OSError(
                f"The disk must have room. Not written whole: {self._temporary}"
            )
        notes = {f"state_{key}": value for key, value in state.items()}
        with paths.replacing(self.parts._notes(self._number)) as temporary:
            np.savez(temporary, pts=self._pts, durations=self._durations, **notes)
        os.replace(self._temporary, self.parts.path(self._number))
        self._number += 1

    def drop(self) -> None:
        """Lets go of the part that was begun."""
        if self._container is None:
            return
        container, self._container = self._container, None
        try:
            container.close()
        except (av.FFmpegError, OSError):
            pass  # it is thrown away
        self._temporary.unlink(missing_ok=True)


def count_packets(path: Path, kind: str | None = "nut") -> int:
    """How many encoded frames a file's first video stream holds; 0 if it is none."""
    try:
        with av.open(str(path), format=kind) as container:
            packets = container.demux(container.streams.video[0])
            return sum(1 for packet in packets if packet.size)
    except (av.FFmpegError, IndexError, OSError):
        return 0


def write_error(error, where) -> OSError:
    """An error of FFmpeg's while writing, in one line."""
    told = getattr(error, "strerror", None) or str(error)
    return OSError(f"Cannot write into {where}: {told}")
