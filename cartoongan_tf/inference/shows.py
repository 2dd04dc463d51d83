"""A live show: each frame's cartoon, what keys change of it, and what is told of it."""

import time
from collections import deque
from datetime import datetime
from pathlib import Path

import numpy as np

from cartoongan_tf import terminal
from cartoongan_tf.inference import runtimes, styles
from cartoongan_tf.inference.cartoonizer import Cartoonizer, check_strength
from cartoongan_tf.pictures import colors, draw_sizes, images, padding
from cartoongan_tf.pictures.joining import Join

cv2 = images.opencv()

HELP = (
    ("n p", "next style, and the one before"),
    ("+ -", "nearer to the cartoon, to the photo"),
    ("space", "the cartoon, half of each, the photo"),
    ("s", "save this picture"),
    ("h", "this help"),
    ("q esc", "quit"),
)
VIEWS = ("cartoon", "half", "photo")
STEP = 0.1  # of strength
HELP_SECONDS, NOTE_SECONDS = 8.0, 2.5
FOLLOW = 0.3  # seconds: so slowly colours' corrections follow the picture
CUT = 30.0  # levels between two frames, seen small: another scene begins
FRAMES = 30  # of which the rate is told


class Show:
    """Draws frame after frame, by a style that keys may change.

    The correction of colours (`colors.tame_color`) follows the picture slowly, so that
    it does not tremble, and begins anew at a cut; so do the norms' statistics, where
    the file that draws takes them (plain int8 does not). Faces are not looked for.

    Args:
        style: The first one's name.
        draw_size: The long side at which the network sees a frame.
        strength: 1 is the cartoon, 0 the photo.
        color: `auto`, or `style` for what the network draws.

    Raises:
        ValueError: When the style is unknown or has no weights, or `strength` is not in
            0..1.
    """

    def __init__(self, style=styles.DEFAULT, draw_size=512, strength=1.0, color="auto"):
        check_strength(strength)
        self.draw_size = draw_sizes.check_draw_size(draw_size)
        self.strength, self.color, self.view = strength, color, VIEWS[0]
        self.style = self._open(style)
        self.styles = _drawable()
        if style not in self.styles:  # of the working folder, with a name of its own
            self.styles.append(style)
        self.cartoon = None  # the last one, without what is written on it
        self._shift = self._thumb = self._last = self._size = None
        self._times = deque(maxlen=FRAMES)
        self._note, self._note_until = "", 0.0
        self._help_until = time.perf_counter() + HELP_SECONDS

    def draw(self, frame: np.ndarray) -> np.ndarray:
        """A frame's picture for the window: cartoon, photo or half of each, and text.

        Args:
            frame: uint8 RGB `(H, W, 3)`.
        """
        now = time.perf_counter()
        self._times.append(now)
        self.cartoon = self._draw(frame, now)
        shown = self.cartoon.copy() if self.view != "photo" else frame.copy()
        if self.view == "half":
            middle = frame.shape[1] // 2
            shown[:, :middle] = frame[:, :middle]
            shown[:, middle : middle + 2] = 255
        self._write(shown, now)
        return shown

    def press(self, key: str | None) -> bool:
        """Does what a key asks for; False when it asks to quit.

        `s` is for who has a folder: `save`.
        """
        if key in ("q", "esc"):
            return False
        if key in ("n", "p"):
            self._change_style(1 if key == "n" else -1)
        elif key in ("+", "=", "-", "_"):
            step = STEP if key in ("+", "=") else -STEP
            self.strength = round(min(1.0, max(0.0, self.strength + step)), 3)
        elif key == "space":
            self.view = VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)]
        elif key == "h":
            now = time.perf_counter()
            self._help_until = 0.0 if now < self._help_until else float("inf")
        return True

    def save(self, folder: Path) -> Path:
        """Writes the last cartoon into a folder, under a name that is free."""
        stem = f"live_{self.style}_{datetime.now():%Y%m%d-%H%M%S}"
        path, number = folder / f"{stem}.png", 1
        while path.exists():
            number += 1
            path = folder / f"{stem}-{number}.png"
        images.write(path, self.cartoon)
        self.tell(f"saved {path.name}")
        return path

    def tell(self, note: str) -> None:
        """Writes a note on the next pictures."""
        self._note = note
        self._note_until = time.perf_counter() + NOTE_SECONDS

    @property
    def rate(self) -> float:
        """Frames drawn a second, of the last ones; 0 before there are two."""
        if len(self._times) < 2:
            return 0.0
        return (len(self._times) - 1) / (self._times[-1] - self._times[0])

    def _open(self, style: str) -> str:
        runtime = runtimes.load_live(style, self.draw_size)
        self._network = Cartoonizer(runtime, "full", "style", faces=False)
        self._statistics, self._norms = self._network.with_statistics(), None
        self.runs_on = type(runtime).__name__.removesuffix("Runtime")
        return style

    def _change_style(self, step: int) -> None:
        place = self.styles.index(self.style) + step
        wanted = self.styles[place % len(self.styles)]
        try:
            self.style = self._open(wanted)
            self._shift = None
        except terminal.expected_errors() as error:
            self.tell(f"{wanted} cannot be drawn: {terminal.one_line(error)}"[:80])

    def _draw(self, frame, now) -> np.ndarray:
        if self.strength == 0:
            return frame
        small = draw_sizes.shrink(frame, self.draw_size, self._network.size)
        kept = self._keep(small, now)
        levels = self._run(small, kept)
        if self.color == "auto":
            shift = colors.tame_color(levels, small) - levels
            if self._shift is not None and kept:
                shift = cv2.addWeighted(shift, 1 - kept, self._shift, kept, 0)
            self._shift = shift
            levels += shift
        if small.shape != frame.shape:
            levels = Join(small, levels, *frame.shape[:2]).rows(frame, 0, len(frame))
        if self.strength != 1:
            levels = cv2.addWeighted(
                levels, self.strength, frame.astype(np.float32), 1 - self.strength, 0
            )
        return images.round_levels(levels)

    def _keep(self, small, now) -> float:
        """How much of what was before holds, by the time since; 0 at a cut."""
        thumb = cv2.resize(small, (32, 32), interpolation=cv2.INTER_AREA).astype(float)
        before, self._thumb = self._thumb, thumb
        last, self._last = self._last, now
        size, self._size = self._size, small.shape
        if size != small.shape or np.abs(thumb - before).mean() > CUT:
            return 0.0
        return float(np.exp(-(now - last) / FOLLOW))

    def _run(self, small, kept) -> np.ndarray:
        """Float levels, by the norms' statistics so far where there are any."""
        if self._statistics is None:
            return self._network(small).astype(np.float32)
        before, picture = self._norms, images.to_signed(padding.pad(small))[None]
        if before is None or not kept:
            signed, self._norms = self._statistics(picture)
        else:
            signed, own = self._statistics(picture, before, kept)
            self._norms = np.float32(kept) * before + np.float32(1 - kept) * own
        return images.to_levels(padding.crop(signed[0], *small.shape[:2]))

    def _write(self, picture, now) -> None:
        lines = [f"{self.style}  {self.strength:.0%}  {self.rate:.1f} frames a second"]
        if self.view != "cartoon":
            lines[0] += f"  ({'photo | cartoon' if self.view == 'half' else 'photo'})"
        if now < self._note_until:
            lines.append(self._note)
        if now < self._help_until:
            lines += [f"{keys}: {words}" for keys, words in HELP]
        size = max(0.35, picture.shape[1] / 1600)
        step = round(36 * size)
        wide = max(_measure(line, size) for line in lines)
        ground = picture[: (len(lines) + 1) * step - step // 3, : wide + step]
        ground //= 3  # dark, so that white letters stand out on any picture
        for n, line in enumerate(lines, 1):
            place = step // 2, n * step
            cv2.putText(picture, line, place, FONT, size, (255,) * 3, 1, cv2.LINE_AA)


FONT = cv2.FONT_HERSHEY_SIMPLEX


def _measure(line: str, size: float) -> int:
    return cv2.getTextSize(line, FONT, size, 1)[0][0]


def _drawable() -> list[str]:
    """The styles that have weights, those in the box first."""
    found = []
    for style in dict.fromkeys([*styles.OWN, *styles.STYLES, *styles.list_styles()]):
        try:
            styles.find_weights(style)
        except ValueError:
            continue
        found.append(style)
    return found
