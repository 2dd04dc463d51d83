"""A window on the screen, by OpenCV: pictures to it, keys from it."""

import subprocess
import sys

import numpy as np

from cartoongan_tf.pictures import images

cv2 = images.opencv()

KEYS = {27: "esc", 32: "space"}
WAIT = 3  # milliseconds that keys are waited for, again and again
# Where there is no screen, the toolkit ends the whole process: so another one is asked.
PROBE = "import cv2; cv2.namedWindow('probe'); cv2.waitKey(1)"


class Window:
    """One window of changeable size; `check_screen` first.

    Args:
        title: Of its frame, ASCII.
        height: To begin with.
        width: To begin with.
    """

    def __init__(self, title: str, height: int, width: int):
        self._title = title
        cv2.namedWindow(title, cv2.WINDOW_NORMAL | cv2.WINDOW_GUI_NORMAL)
        cv2.resizeWindow(title, width, height)

    def show(self, picture: np.ndarray) -> None:
        """Shows uint8 RGB `(H, W, 3)`."""
        cv2.imshow(self._title, picture[..., ::-1])

    def wait(self, future) -> list[str]:
        """Waits for a future, the window alive meanwhile; the keys that were pressed.

        Each is a letter or sign, `esc` or `space`.
        """
        keys = []
        while True:
            done = future.done()
            key = cv2.waitKey(WAIT)
            if key >= 0:
                keys.append(KEYS.get(key & 255, chr(key & 255).lower()))
            if done:
                return keys

    def is_open(self) -> bool:
        """Whether nobody has closed it."""
        try:
            return cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) >= 1
        except cv2.error:
            return False

    def close(self) -> None:
        """Takes it from the screen."""
        cv2.destroyAllWindows()


def check_screen() -> None:
    """Checks that a window can be opened.

    Raises:
        ImportError: When OpenCV was built without windows.
        ValueError: When there is no screen.
    """
    asked = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True
    )
    if asked.returncode == 0:
        return
    if "not implemented" in asked.stderr:
        raise ImportError(
            "A window needs an OpenCV that has windows: `pip uninstall "
            "opencv-python-headless`, `pip install --force-reinstall opencv-python`"
        )
    raise ValueError(
        "There must be a screen to open a window on. Found none (on Linux DISPLAY says "
        "which; `xvfb-run` makes one that nobody sees)"
    )
