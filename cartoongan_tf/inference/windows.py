"""A window on the screen, by OpenCV: pictures to it, keys from it."""

import subprocess
import sys
from contextlib import contextmanager

import numpy as np

from cartoongan_tf.pictures import images

cv2 = images.opencv()

KEYS = {27: "esc", 32: "space"}
WAIT = 3  # milliseconds that keys are waited for, again and again
# Where there is no screen, the toolkit ends the whole process: so another one tries. It
# stays until ours has its window: Xvfb begins anew when its last client leaves.
PROBE = (
    "import sys, cv2; cv2.namedWindow('probe'); cv2.destroyAllWindows(); "
    "print('there is', flush=True); sys.stdin.read()"
)


class Window:
    """One window of changeable size.

    Args:
        title: Of its frame, ASCII.
        height: To begin with.
        width: To begin with.

    Raises:
        ImportError: When OpenCV was built without windows.
        ValueError: When there is no screen.
    """

    def __init__(self, title: str, height: int, width: int):
        self._title = title
        with sure_of_screen():
            cv2.namedWindow(title, cv2.WINDOW_NORMAL | cv2.WINDOW_GUI_NORMAL)
            cv2.resizeWindow(title, width, height)
            cv2.waitKey(1)

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


@contextmanager
def sure_of_screen():
    """A block in which there is a screen.

    Raises:
        ImportError: When OpenCV was built without windows.
        ValueError: When there is no screen.
    """
    asked = subprocess.Popen(
        [sys.executable, "-c", PROBE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if asked.stdout.readline():
        try:
            yield
        finally:
            asked.communicate()
        return
    _, told = asked.communicate()
    if "not implemented" in told:
        raise ImportError(
            "A window needs an OpenCV that has windows: `pip uninstall "
            "opencv-python-headless`, `pip install --force-reinstall opencv-python`"
        )
    raise ValueError(
        "There must be a screen to open a window on. Found none (on Linux DISPLAY says "
        "which; `xvfb-run` makes one that nobody sees)"
    )
