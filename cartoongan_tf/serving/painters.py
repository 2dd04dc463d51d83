"""A process that reads photos and draws them, one after another, for a server.

It is apart from the server because a photo is read by libraries in C that a crafted
file may crash, hold up or fill with memory: then this process ends, and the server
starts another.
"""

import dataclasses
import os
import sys
import time
import traceback

from cartoongan_tf import terminal
from cartoongan_tf.formats import bombs
from cartoongan_tf.serving import pipes
from cartoongan_tf.serving.limits import Limits
from cartoongan_tf.serving.options import TYPES, Options
from cartoongan_tf.serving.refusals import Refusal

PACKING = 1  # of PNGs: 6, as is usual, takes as long as the drawing
TRIM = 2_000_000  # pixels of a photo, from which on its memory is given back at once


class Painter:
    """Reads, draws and writes photos in any of some styles, without TensorFlow.

    Args:
        styles: The `.onnx` or `.tflite` file of each style, and int8 `.tflite` files
            for what they are large enough for.
        limits: What is refused.
        threads: To draw one photo with.

    Raises:
        ValueError: When a file is damaged or no generator.
    """

    def __init__(self, styles: dict[str, list], limits: Limits, threads: int = 1):
        from cartoongan_tf.inference.cartoonizer import Cartoonizer
        from cartoongan_tf.inference.runtimes import QuickRuntime, load_runtime
        from cartoongan_tf.pictures import images

        images.opencv().setNumThreads(threads)
        self._limits = limits
        # So much memory is never there: nothing is drawn in tiles, which needs Keras.
        # What a photo may take is bound by the system, see `_bind`.
        self._cartoonizers = {}
        for name, (file, *int8) in styles.items():
            if int8:
                runtime = QuickRuntime(file, int8, threads)
            else:
                runtime = load_runtime(file, threads)
            self._cartoonizers[name] = Cartoonizer(runtime, max_memory=2**50)

    def draw(self, style: str, options: Options, data: bytes) -> tuple[bytes, str]:
        """Draws a photo.

        Args:
            style: One that this painter has.
            options: How.
            data: The photo's file.

        Returns:
            The cartoon's file and its media type.

        Raises:
            Refusal: When the photo is none, damaged, or beyond a limit.
        """
        from cartoongan_tf.pictures import images, memory

        picture, kind = self._read(data, options)
        height, width = picture.pixels.shape[:2]
        size = options.draw_size
        if size == "full":
            size = max(height, width, 64)
            if size > self._limits.draw_size:
                raise Refusal(
                    413,
                    f"`draw-size=full` must mean at most {self._limits.draw_size} "
                    f"pixels. Received: a photo of {width}x{height}",
                )
        suffix = options.suffix or _SUFFIXES.get(kind, ".png")
        if suffix == ".webp" and max(height, width) > 16383:
            suffix = ".png" if options.suffix is None else suffix
        cartoonizer = self._cartoonizers[style].with_look(
            size, options.color, options.faces
        )
        cartoon = cartoonizer(picture.pixels, options.strength)
        try:
            written = images.encode(cartoon, suffix, picture.alpha, level=PACKING)
        except (OSError, ValueError) as error:
            raise Refusal(
                413, f"A {suffix} must be large enough for {width}x{height} ({error})"
            ) from error
        del cartoon, picture
        if height * width > TRIM:
            memory.trim()
        return written, TYPES[suffix]

    def _read(self, data, options):
        from cartoongan_tf.formats import sniff
        from cartoongan_tf.pictures import images

        kind = sniff.kind(data[: sniff.HEAD])
        if kind not in sniff.READ:
            raise Refusal(
                415,
                f"A photo must be a {', '.join(sniff.READ[:-1])} or {sniff.READ[-1]} "
                f"file. Received: {kind}",
            )
        most = self._limits.pixels
        could = len(data) * bombs.PER_BYTE if kind == "JPEG" else most
        try:
            bombs.check(data, kind, self._limits.frames)
            picture = images.decode(
                data, "photo", options.max_size, most_pixels=min(most, could)
            )
        except (bombs.Bomb, images.memory.TooLarge) as error:
            line = terminal.one_line(error)
            if could < most and isinstance(error, images.memory.TooLarge):
                line = (
                    f"A photo must be whole. Received: a JPEG of {len(data)} bytes, "
                    "which cannot have the pixels that it claims"
                )
            raise Refusal(413, line) from error
        except ImportError as error:
            raise Refusal(415, terminal.one_line(error)) from error
        except ValueError as error:
            raise Refusal(400, terminal.one_line(error)) from error
        except MemoryError:
            raise
        except Exception as error:  # libraries differ in what damage is to them
            traceback.print_exc()
            told = terminal.one_line(error)[:100]
            raise Refusal(400, f"A photo must be whole. Damaged: {told}") from error
        return picture, kind


_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WebP": ".webp"}


def main() -> None:
    """Draws what comes on standard input, and answers on standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between the answers
    first = pipes.read(sys.stdin.buffer)
    if first is None:
        return
    config, _ = first
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Nothing here needs it; were it loaded all the same, that would be an error.
    sys.modules["tensorflow"] = sys.modules["keras"] = None
    limits = Limits(**config["limits"])
    try:
        painter = Painter(config["styles"], limits, config["threads"])
        _bind(limits.memory)
    except (ValueError, OSError, ImportError) as error:
        pipes.write(out, {"error": terminal.one_line(error)})
        return
    pipes.write(out, {"ready": True})
    while (message := pipes.read(sys.stdin.buffer)) is not None:
        asked, data = message
        header, written = _answer(painter, asked, data)
        del message, data
        pipes.write(out, header, written)
        del written


def _answer(painter, asked, data):
    begin = time.perf_counter()
    try:
        options = Options(**asked["options"])
        written, kind = painter.draw(asked["style"], options, data)
        seconds = round(time.perf_counter() - begin, 4)
        return {"status": 200, "type": kind, "seconds": seconds}, written
    except Refusal as refusal:
        return {"status": refusal.status, "error": refusal.line}, b""
    except MemoryError:
        line = "A photo must fit in a painter's memory. Received: one that does not"
        return {"status": 413, "error": line}, b""
    except Exception as error:
        traceback.print_exc()
        line = f"The photo could not be drawn: {terminal.one_line(error)[:200]}"
        return {"status": 500, "error": line}, b""


def _bind(megabytes: int) -> None:
    """Lets this process hold so much data, and no more."""
    try:
        import resource

        most = megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    except (ImportError, ValueError, OSError):  # not every system can
        pass


def describe(styles: dict[str, list], limits: Limits, threads: int) -> dict:
    """The first message that a painter's process wants."""
    return {
        "styles": styles,
        "limits": dataclasses.asdict(limits),
        "threads": threads,
    }


if __name__ == "__main__":
    main()
