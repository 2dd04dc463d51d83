"""A webcam, or a film in its place: the newest frame, whenever one is asked for."""

import os
import threading
import time
import warnings
from pathlib import Path

import numpy as np

from cartoongan_tf import terminal
from cartoongan_tf.pictures import images

cv2 = images.opencv()

PATIENCE = 10.0  # seconds without a frame, until a camera counts as gone
USUAL_RATE = 25.0  # frames a second, of a film that does not say


class Camera:
    """Reads frames in a thread of its own; those that nobody asks for are dropped.

    A film runs at its own speed, as if it were filmed now.

    Args:
        source: A camera's number, or a film's path.

    Raises:
        ValueError: When there is no such camera, or no film that can be read.
    """

    def __init__(self, source: int | str | os.PathLike = 0):
        text = str(source)
        self.is_film = not text.isdecimal()
        if self.is_film and not Path(text).is_file():
            raise ValueError(f"A film must exist. No such file: {text}")
        with terminal.quiet_libraries():
            self._capture = cv2.VideoCapture(text if self.is_film else int(text))
            opened = self._capture.isOpened()
            good, frame = self._capture.read() if opened else (False, None)
        if not good:
            self._capture.release()
            raise ValueError(
                f"A film must have pictures that can be read. Received: {text}"
                if self.is_film
                else f"There must be a camera. Found none of number {text}; a film may "
                "stand in its place: --source film.mp4"
            )
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self._rate = rate if 1 <= rate <= 1000 else USUAL_RATE
        self._expected = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.read = 1  # frames so far
        self._taken = 0
        self._frame = frame
        self._over = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def newest(self) -> np.ndarray | None:
        """Waits for a frame newer than the last one given; None after the last.

        A film begins to run when its second frame is asked for.

        Returns:
            uint8 RGB `(H, W, 3)`.

        Raises:
            ValueError: When a camera gives no more.
        """
        if self._taken and not self._thread.ident:
            self._thread.start()
        with self._changed:
            come = self._changed.wait_for(
                lambda: self.read > self._taken or self._over, PATIENCE
            )
            if not come:
                raise ValueError(
                    f"A camera must give pictures. Received none in {PATIENCE:.0f} s"
                )
            if self.read == self._taken:
                return None
            self._taken, frame = self.read, self._frame
        return np.ascontiguousarray(frame[..., ::-1])

    def close(self) -> None:
        """Lets the camera go."""
        with self._changed:
            self._over = True
        if self._thread.ident:
            self._thread.join(PATIENCE)
        self._capture.release()

    def _run(self):
        begin = time.perf_counter()
        while not self._over:
            good, frame = self._capture.read()
            if self.is_film and good:
                wait = begin + self.read / self._rate - time.perf_counter()
                time.sleep(max(0.0, wait))
            with self._changed:
                if good:
                    self._frame = frame
                    self.read += 1
                self._over = self._over or not good
                self._changed.notify_all()
            if not good and self.is_film and self.read < 0.9 * self._expected:
                warnings.warn(
                    f"The film ends after {self.read} of {self._expected:.0f} frames: "
                    "it is damaged there, or cut off",
                    stacklevel=1,
                )
