"""Dark outlines: how strong a picture's are. How they agree stands in `metrics`."""

import numpy as np

from cartoongan_tf.pictures import images

cv2 = images.opencv()

WIDTH = 7  # pixels: a dark line is narrower than that
DEPTH = 12  # levels below both its sides, from which a line counts
LENGTH = 14  # pixels across, from which it is a line, and no speck


def outline_strength(picture: np.ndarray) -> float:
    """How much more dark line than light line a picture has, in levels a pixel.

    A black top-hat says how far each pixel lies below the lighter ones on both its
    sides, a white one how far above the darker ones. Of both, what is not deep enough
    or not long enough, as grain is, is dropped. Texture has as much of the one as of
    the other; who draws outlines has more of the first.

    Args:
        picture: uint8 RGB.

    Returns:
        About 0 for a photo, more for a drawing; below 0 for lines of light.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey = cv2.GaussianBlur(grey, (0, 0), 0.8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (WIDTH, WIDTH))
    dark, light = (
        _long(cv2.morphologyEx(grey, kind, kernel))
        for kind in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT)
    )
    return float((dark - light) / grey.size)


def _long(depth: np.ndarray) -> float:
    """The sum of a top-hat over what is deep, and long, in it."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((depth > DEPTH).astype("u1"))
    spans = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    kept = spans >= LENGTH
    kept[0] = False
    return float(depth[kept[labels]].sum())
