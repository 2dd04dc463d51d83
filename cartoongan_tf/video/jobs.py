"""One film, drawn from file to file; a job that was stopped goes on where it was."""

import hashlib
import os
import sys
from collections import deque
from functools import partial
from pathlib import Path

import av
import numpy as np
from tqdm import tqdm

import cartoongan_tf
from cartoongan_tf import terminal
from cartoongan_tf.films.cuts import KNOWN
from cartoongan_tf.inference.filming import Filming
from cartoongan_tf.pictures import images, paths
from cartoongan_tf.video import animations, muxing
from cartoongan_tf.video.encoders import choose_encoder
from cartoongan_tf.video.orders import ANIMATIONS, Order, Settings
from cartoongan_tf.video.parts import FRAMES, Parts, PartWriter
from cartoongan_tf.video.readers import open_reader
from cartoongan_tf.video.threads import Behind, ahead

cv2 = images.opencv()

BLOCK, BLOCKS = 2**16, 256  # bytes, and how many of them a film's hash looks at


class Job:
    """A film to be drawn.

    Args:
        source: The film, or an animation.
        target: Its cartoon; `orders.name_targets` has checked the name.
        settings: How it is drawn.
        overwrite: Whether what is drawn of something else, under the same name, is
            thrown away.

    Raises:
        ValueError: When the film cannot be read, or its sound not be copied.
    """

    def __init__(
        self,
        source: Path,
        target: Path,
        settings: Settings,
        overwrite: bool = False,
    ):
        self.source, self.target = Path(source), Path(target)
        self.settings, self.overwrite = settings, overwrite
        self.told: list[str] = []
        self.suffix = self.target.suffix.lower()
        try:
            self.reader = open_reader(
                self.source, settings.start, settings.end, settings.max_size
            )
            self.notes = [*self.reader.notes]
            self.copied = None
            to_animation = self.suffix in ANIMATIONS
            if not self.reader.is_animation and not to_animation:
                self.copied = muxing.Copied(self.source, self.suffix)
                self.notes += self.copied.notes
            elif to_animation and _has_sound(self.source, self.reader):
                self.notes.append(f"A {self.suffix} has no sound: {self.target}")
        except av.FFmpegError as error:
            raise ValueError(
                "A film must be a whole video file that FFmpeg can read. Received: "
                f"{self.source} ({error.strerror})"
            ) from error
        self.encoder = choose_encoder(
            self.target,
            settings.codec,
            self.reader.size,
            self.reader.rate,
            self.reader.tags,
            self.reader.has_alpha and to_animation,
        )

    def manifest(self, cartoonizer, model: str) -> dict:
        """What each part depends on, for `Parts`."""
        settings, reader = self.settings, self.reader
        return {
            "input": digest(self.source),
            "model": model,
            "look": [
                str(cartoonizer.draw_size), cartoonizer.color, bool(cartoonizer.faces),
                settings.strength, settings.steady,
            ],
            "range": [str(settings.start), str(settings.end)],
            "size": list(map(int, reader.size)),
            "encoder": repr(self.encoder),
            "version": [cartoongan_tf.__version__, av.__version__, FRAMES],
        }  # fmt: skip

    def run(self, cartoonizer, model: str) -> list[str]:
        """Draws the film, or what is left of it, and puts it together.

        Args:
            cartoonizer: A `Cartoonizer`.
            model: What tells its weights from others: a hash of the file.

        Returns:
            What users should know of the film, found while it was read.

        Raises:
            ValueError: When the parts that lie there are of something else.
            OSError: When the disk is full; what is drawn so far stays.
        """
        manifest = self.manifest(cartoonizer, model)
        parts = Parts(self.target, manifest, self.overwrite)
        # The threads are ours. And OpenCV's flow depends on how many threads it has.
        threads = cv2.getNumThreads()
        cv2.setNumThreads(1)
        try:
            self._draw(cartoonizer, parts)
            self._finish(parts)
        except (OSError, KeyboardInterrupt) as error:
            if parts.count():
                stays = (
                    f"What is drawn so far lies in {parts.folder}; the same command "
                    "goes on from there"
                )
                if isinstance(error, OSError):
                    raise OSError(f"{error}. {stays}") from error
                print(f"\n{stays}.", end="", flush=True)
            else:
                parts.remove()
            raise
        finally:
            cv2.setNumThreads(threads)
        parts.remove()
        return self.told

    def _draw(self, cartoonizer, parts):
        """Draws all frames that are in no part yet."""
        begun, reader = parts.count(), self.reader
        done = len(parts.times()[0])
        state = parts.state(begun - 1) if begun else None
        if state is not None and "done" in state:
            return
        settings = self.settings
        filming = Filming(cartoonizer, settings.strength, settings.steady, state)
        writer = PartWriter(parts, self.encoder, begun, done)
        known: deque = deque(maxlen=KNOWN)

        def made():
            """Frames with their pictures; those before `done` are only looked at."""
            for number, shown in enumerate(reader.frames()):
                if number >= done - KNOWN:
                    pixels, alpha = shown.make()
                    if alpha is not None and not self.encoder.alpha:
                        cover = alpha[..., None] / 255.0
                        on_white = pixels * cover + 255.0 * (1 - cover)
                        pixels = images.round_levels(on_white)
                    yield number, shown.pts, shown.duration, alpha, pixels

        bar = tqdm(
            total=reader.count,
            initial=done,
            desc=self.source.name,
            unit="frame",
            disable=None,
        )
        source = ahead(made())
        behind = Behind(_Take(writer, self.encoder.alpha))
        count, last, drawn = done, None, None
        try:
            first = None
            for item in source:
                if item[0] >= done:
                    first = item
                    break
                known.append(item[-1])
            frames = _chain(first, source)
            drawn = filming.draw(frames, known, beside=partial(ahead, size=2))
            for number, pts, duration, alpha, cartoon in drawn:
                behind.put("add", cartoon, alpha, pts, duration)
                count, last = number + 1, filming.state()
                if count % FRAMES == 0:
                    behind.put("end", last)
                bar.update()
            if last is None and not done:
                raise ValueError(f"A film must have frames. Received: {self.source}")
            last = filming.state() if last is None else last
            behind.put("end", {**last, "done": np.array(True)})
            behind.close()
            self.told = reader.told()
        except BaseException:
            if drawn is not None:
                drawn.close()
            behind.stop()
            writer.drop()
            raise
        finally:
            source.close()
            bar.close()

    def _finish(self, parts):
        """Puts the parts together under the film's name."""
        reader = self.reader
        with paths.replacing(self.target) as temporary:
            if self.suffix in ANIMATIONS:
                pts, durations = parts.times()
                ticks = 1000 * reader.time_base
                last = int(durations[-1]) or round(1 / (reader.rate * reader.time_base))
                times = [float((int(t) - int(pts[0])) * ticks) for t in pts]
                times.append(times[-1] + float(last * ticks))
                loop = reader.loop if reader.is_animation else 0
                alpha = self.encoder.alpha
                animations.write(
                    temporary, self.suffix, parts.frames, times, loop, alpha
                )
            else:
                muxing.join(reader, parts, self.copied, temporary, self.suffix)


class _Take:
    """What the encoder's thread does with what it is handed."""

    def __init__(self, writer, alpha):
        self.writer, self.alpha = writer, alpha

    def __call__(self, what, *values):
        if what == "end":
            return self.writer.end(*values)
        cartoon, alpha, pts, duration = values
        if self.alpha:
            if alpha is None:
                alpha = np.full(cartoon.shape[:2], 255, np.uint8)
            cartoon = np.dstack([cartoon, alpha])
        return self.writer.add(cartoon, pts, duration)


def _chain(first, rest):
    if first is not None:
        yield first
        yield from rest


def _has_sound(source, reader) -> bool:
    if reader.is_animation:
        return False
    with muxing.open_film(source) as container:
        return bool(container.streams.audio)


def digest(path: Path) -> str:
    """A hash of a file's size and of at most 16 MiB from all over it."""
    size = os.path.getsize(path)
    found = hashlib.sha256(str(size).encode())
    with open(path, "rb") as file:
        for number in range(BLOCKS):
            place = number * BLOCK
            if size > BLOCK * BLOCKS:
                place = number * (size - BLOCK) // (BLOCKS - 1)
            file.seek(place)
            block = file.read(BLOCK)
            if not block:
                break
            found.update(block)
    return found.hexdigest()


def take_jobs(order: Order, overwrite: bool = False) -> list[Job]:
    """The films of an order, each looked into.

    Raises:
        ValueError: When one cannot be read, or its sound not be copied.
    """
    pairs = zip(order.films, order.targets, strict=True)
    return [Job(film, target, order.settings, overwrite) for film, target in pairs]


def draw_all(jobs: list[Job], cartoonizer, weights: Path) -> list[str]:
    """Draws films one after the other; what fails does not stop the others.

    Args:
        jobs: The films.
        cartoonizer: A `Cartoonizer`.
        weights: Its file, to tell another network when a stopped job goes on.

    Returns:
        A message for each film that failed.
    """
    failures, model = [], digest(weights)
    for job in jobs:
        try:
            for note in job.notes:
                print(f"{terminal.WARNING}{note}", file=sys.stderr)
            for note in job.run(cartoonizer, model):
                print(f"{terminal.WARNING}{note} ({job.source})", file=sys.stderr)
        except terminal.expected_errors() as error:
            told = terminal.one_line(error)
            known = str(job.source) in told or str(job.target) in told
            failures.append(told if known else f"{job.source}: {told}")
    return failures
