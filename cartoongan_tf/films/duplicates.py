"""Near-duplicates among many pictures, however far apart in a film they are.

The paper's authors dropped them "by SSIM/PSNR between frames". A film repeats itself
minutes later too (a place seen again, a held drawing), so every picture is compared
with the last ones kept, and with those of all kept whose thumbnails correlate best.
A camera that pans makes SSIM forget everything within a hundredth of the picture, so
two pictures are laid over each other first.

Reference: Wang et al., Image Quality Assessment: From Error Visibility to Structural
Similarity, 2004; Kuglin and Hines, The Phase Correlation Image Alignment Method, 1975.
"""

import math

import numpy as np

from cartoongan_tf.pictures import images

cv2 = images.opencv()

# SSIM from which on two pictures are near-duplicates. A moving mouth leaves 0.95, a pan
# of less than MOST_SHIFT 0.91, another figure in a third of the picture 0.78.
SIMILARITY = 0.80
MOST_SHIFT = 0.08  # of a side: a pan that has moved further shows something new

CLOSEST = 5  # of all that were kept, so many are looked at
LATEST = 2  # and so many of the last
LEAST_ALIKE = 0.3  # correlation of thumbnails; below it, only the last are looked at

THUMB = (24, 16)  # width, height
PATCH = (64, 36)  # what SSIM compares: a zoom of 2% does not count
_WINDOW = cv2.createHanningWindow(PATCH, cv2.CV_32F)


class Gallery:
    """The pictures that were kept; tells whether another is like one of them.

    A picture takes 4 KB here: 20 MB for 5,000.

    Args:
        similarity: SSIM, 0..1, from which on a picture counts as a near-duplicate.
    """

    def __init__(self, similarity: float = SIMILARITY):
        self.similarity = similarity
        self.names: list[str] = []
        self._thumbs = np.zeros((256, THUMB[0] * THUMB[1]), np.float32)
        self._patches: list[np.ndarray] = []

    def __len__(self):
        return len(self.names)

    def find(self, pixels: np.ndarray) -> tuple[str, float] | None:
        """The name of the picture that a uint8 RGB one nearly equals, and the SSIM."""
        if not self.names:
            return None
        patch, thumb = _describe(pixels)
        alike = self._thumbs[: len(self.names)] @ thumb
        closest = [i for i in np.argsort(alike)[-CLOSEST:] if alike[i] >= LEAST_ALIKE]
        latest = range(max(0, len(self.names) - LATEST), len(self.names))
        asked = {*map(int, closest), *latest}
        value, index = max((similarity(patch, self._patches[i]), i) for i in asked)
        return (self.names[index], value) if value >= self.similarity else None

    def add(self, name: str, pixels: np.ndarray) -> None:
        """Keeps what is needed of a uint8 RGB picture to compare others with it."""
        patch, thumb = _describe(pixels)
        if len(self.names) == len(self._thumbs):
            self._thumbs = np.concatenate([self._thumbs, np.zeros_like(self._thumbs)])
        self._thumbs[len(self.names)] = thumb
        self._patches.append(patch)
        self.names.append(name)


def _describe(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    gray = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    patch = cv2.resize(gray, PATCH, interpolation=cv2.INTER_AREA)
    thumb = cv2.resize(patch, THUMB, interpolation=cv2.INTER_AREA)
    thumb = thumb.astype(np.float32).ravel()
    thumb -= thumb.mean()
    return patch, thumb / max(float(np.linalg.norm(thumb)), 1e-3)


def similarity(one: np.ndarray, other: np.ndarray) -> float:
    """SSIM of two uint8 patches, as they are or one moved over the other."""
    found = ssim(one, other)
    (right, down), _ = cv2.phaseCorrelate(
        one.astype(np.float32), other.astype(np.float32), _WINDOW
    )
    height, width = one.shape
    if abs(right) >= MOST_SHIFT * width or abs(down) >= MOST_SHIFT * height:
        return found
    move = np.array([[1, 0, -right], [0, 1, -down]], np.float32)
    moved = cv2.warpAffine(other, move, PATCH, borderMode=cv2.BORDER_REPLICATE)
    left, top = math.ceil(abs(right)), math.ceil(abs(down))
    inner = slice(top, height - top), slice(left, width - left)
    return max(found, ssim(one[inner], moved[inner]))


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Structural similarity of two uint8 `(H, W)` pictures of one size, -1..1."""
    a, b = one.astype(np.float32), other.astype(np.float32)

    def mean(x):
        return cv2.GaussianBlur(x, (11, 11), 1.5)

    mean_a, mean_b = mean(a), mean(b)
    var_a = mean(a * a) - mean_a**2
    var_b = mean(b * b) - mean_b**2
    both = mean(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    light = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    form = (2 * both + c2) / (var_a + var_b + c2)
    return float((light * form).mean())
