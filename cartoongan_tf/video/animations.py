"""Drawn frames as a GIF, an APNG or an animated WebP."""

import itertools
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from cartoongan_tf.video.orders import ANIMATIONS

QUALITY = 90  # of a WebP
LEAST = 20  # milliseconds: shorter frames of a GIF are shown slowly by browsers
SAMPLES = 24  # frames that a GIF's palette is made of
SAMPLE = 160  # pixels: their long side
OPAQUE = 128  # alpha from which on a GIF's pixel is not seen through


def write(
    path: Path,
    suffix: str,
    frames: Callable[[], Iterator[np.ndarray]],
    times: list[float],
    loop: int | None = 0,
    alpha: bool = False,
) -> None:
    """Writes an animation.

    Args:
        path: Where to.
        suffix: `.gif`, `.apng` or `.webp`.
        frames: Gives the uint8 RGBA `(H, W, 4)` pictures, each time anew.
        times: When each is shown, in milliseconds, and when the last one ends.
        loop: How often it is repeated; 0 is for ever, None once.
        alpha: Whether any pixel is seen through.
    """
    kind = ANIMATIONS[suffix]
    step = 10 if kind == "GIF" else 1  # a GIF counts in hundredths of a second
    chosen, ends = _choose([step * round(t / step) for t in times], step)
    durations = [end - begin for begin, end in zip(chosen.values(), ends, strict=True)]
    more = {"duration": durations, "save_all": True}
    if loop is not None:
        more["loop"] = loop
    if kind == "GIF":
        palette = _palette(frames(), len(times) - 1, 255 if alpha else 256)
        more |= {"disposal": 2 if alpha else 1, "optimize": False}
        if alpha:
            more["transparency"] = 255
    elif kind == "WEBP":
        more |= {"quality": QUALITY, "method": 4}

    def image(picture):
        if kind == "GIF":
            return _indexed(picture, palette, alpha)
        return Image.fromarray(picture if alpha else picture[..., :3].copy())

    images = _Again(frames, chosen, image)
    next(iter(images)).save(path, kind, append_images=images.rest(), **more)


@dataclass(frozen=True)
class _Again:
    """Images that are made anew each time: Pillow goes over those of a PNG twice."""

    frames: Callable
    chosen: Container
    image: Callable
    begin: int = 0

    def __iter__(self):
        pictures = enumerate(self.frames())
        found = (picture for number, picture in pictures if number in self.chosen)
        return map(self.image, itertools.islice(found, self.begin, None))

    def rest(self):
        return replace(self, begin=1)


def _choose(times: list[int], step: int) -> tuple[dict[int, int], list[int]]:
    """Which frames are written, when each begins, and ends: none is too short."""
    least = LEAST if step > 1 else 1
    chosen: dict[int, int] = {}
    last = None
    for number, time in enumerate(times[:-1]):
        if last is None or time - last >= least:
            chosen[number] = last = time
    begins = list(chosen.values())
    return chosen, [*begins[1:], max(times[-1], begins[-1] + least)]


def _palette(frames, count, colors) -> Image.Image:
    """One palette for all frames: with one each, flat colours would flicker."""
    step = max(1, count // SAMPLES)
    samples = []
    for number, picture in enumerate(frames):
        if number % step == 0:
            image = Image.fromarray(np.ascontiguousarray(picture[..., :3]))
            image.thumbnail((SAMPLE, SAMPLE))
            samples.append(np.asarray(image).reshape(-1, 3))
    flat = np.concatenate(samples)
    return Image.fromarray(flat[None]).quantize(colors, Image.Quantize.MEDIANCUT)


def _indexed(picture, palette, alpha) -> Image.Image:
    color = Image.fromarray(np.ascontiguousarray(picture[..., :3]))
    # No dithering: its dots would dance from frame to frame.
    image = color.quantize(palette=palette, dither=Image.Dither.NONE)
    if not alpha:
        return image
    levels = np.array(image)
    levels[picture[..., 3] < OPAQUE] = 255
    result = Image.fromarray(levels)
    colors = (palette.getpalette() or [])[: 3 * 255]
    result.putpalette(colors + [0] * (768 - len(colors)))
    return result
