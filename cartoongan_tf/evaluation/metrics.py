"""Measures of pictures, uint8 RGB `(height, width, 3)` all of them."""

import numpy as np

from cartoongan_tf.pictures import images

cv2 = images.opencv()

# ------------------------------------------------- one picture against another


SMALLEST = 11  # pixels a side: SSIM's window


def psnr(picture: np.ndarray, reference: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB; infinite for equal pictures."""
    _check_sizes(picture, reference)
    error = np.mean((picture.astype(np.float64) - reference) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(255.0**2 / error))


def ssim(picture: np.ndarray, reference: np.ndarray) -> float:
    """Structural similarity of the grey pictures: 1 for equal ones.

    Reference: Wang et al. 2004; a Gaussian window of 11 pixels, sigma 1.5.

    Raises:
        ValueError: When a picture is smaller than that window, or another size than
            its reference.
    """
    _check_sizes(picture, reference)
    if min(picture.shape[:2]) < SMALLEST:
        raise ValueError(
            f"A picture must be at least {SMALLEST} pixels high and wide to be scored. "
            f"Received: {picture.shape[1]}x{picture.shape[0]}"
        )
    x, y = (_grey(each).astype(np.float64) for each in (picture, reference))
    mean_x, mean_y = _window(x), _window(y)
    var_x, var_y = _window(x * x) - mean_x**2, _window(y * y) - mean_y**2
    covariance = _window(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    bottom = (mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2)
    return float(np.mean((top / bottom)[5:-5, 5:-5]))


def outline_agreement(picture: np.ndarray, reference: np.ndarray) -> float:
    """F1 of the two pictures' Canny(100, 200) edges, within one pixel: 0..1.

    Blur, which PSNR rewards, loses edges, and texture adds some: both lower it.
    """
    _check_sizes(picture, reference)
    edges, wanted = (cv2.Canny(_grey(each), 100, 200) for each in (picture, reference))
    near = [cv2.dilate(each, np.ones((3, 3), np.uint8)) for each in (edges, wanted)]
    precision = np.count_nonzero(edges & near[1]) / max(1, np.count_nonzero(edges))
    recall = np.count_nonzero(wanted & near[0]) / max(1, np.count_nonzero(wanted))
    return 2 * precision * recall / max(1e-12, precision + recall)


def outlines_kept(picture: np.ndarray, photo: np.ndarray) -> float:
    """Share of a photo's strong outlines that its cartoon has too: 0..1.

    Canny(100, 200) edges of the photo that have one of the cartoon's within 2 pixels;
    1 for a photo without any. What is drawn beside them costs nothing.
    """
    _check_sizes(picture, photo)
    edges, wanted = (cv2.Canny(_grey(each), 100, 200) for each in (picture, photo))
    near = cv2.dilate(edges, np.ones((5, 5), np.uint8))
    count = np.count_nonzero(wanted)
    return np.count_nonzero(wanted & near) / count if count else 1.0


def sharpness(picture: np.ndarray) -> float:
    """Variance of the Laplacian of the grey picture."""
    return float(cv2.Laplacian(_grey(picture), cv2.CV_64F).var())


# ------------------------------------------------- pictures against a style

LEVELS = 4  # three bands of detail, an octave each, and what they leave: colours
PATCH = 7  # pixels a side
PATCHES = 256  # a picture and level
DIRECTIONS = 128
QUANTILES = np.linspace(0.005, 0.995, 100)  # the outermost are a few pixels' affair


def style_distance(pictures, cartoons, seed: int = 0) -> dict[str, float]:
    """How far pictures are from a set of cartoons in colour and handling of detail.

    The sliced Wasserstein distance between the patches of both sets, level by level of
    a Laplacian pyramid, in units of the cartoons' own standard deviation there. The
    sets need not show the same things; two halves of one set are near 0. No network
    takes part, so no training can have learnt to please this measure.

    Args:
        pictures: Pictures to judge, of one scale with the cartoons.
        cartoons: The style.
        seed: Of patches and directions.

    Returns:
        `detail_1` (finest: lines, texture), `detail_2`, `detail_3`, `color`, and their
        mean, `style_distance`.

    Reference: the pyramid and the slicing are those of Karras et al., "Progressive
    Growing of GANs", 2018, section 5; they normalize colours away, which are half of a
    style, so we do not.
    """
    judged, wanted = (_sample(each, seed) for each in (pictures, cartoons))
    names = [f"detail_{level}" for level in range(1, LEVELS)] + ["color"]
    rng = np.random.default_rng(seed)
    result = {}
    for name, ours, theirs in zip(names, judged, wanted, strict=True):
        directions = rng.normal(size=(ours.shape[1], DIRECTIONS))
        directions /= np.linalg.norm(directions, axis=0)
        ours, theirs = ours @ directions, theirs @ directions
        quantiles = (np.quantile(each, QUANTILES, axis=0) for each in (ours, theirs))
        gaps = np.abs(np.subtract(*quantiles)).mean(axis=0)
        result[name] = float(np.mean(gaps / np.maximum(theirs.std(axis=0), 1e-6)))
    result["style_distance"] = float(np.mean(list(result.values())))
    return result


def _sample(pictures, seed: int) -> list[np.ndarray]:
    """Patches of every level of every picture's pyramid, flattened."""
    rng = np.random.default_rng((seed, 1))
    levels = [[] for _ in range(LEVELS)]
    for picture in pictures:
        rest = picture.astype(np.float32)
        for level in range(LEVELS):
            if level < LEVELS - 1:
                small = cv2.pyrDown(rest)
                band = rest - cv2.pyrUp(small, dstsize=rest.shape[1::-1])
                rest = small
            else:
                band = rest
            height, width = band.shape[:2]
            if min(height, width) < PATCH:
                raise ValueError(
                    f"Pictures must be at least {PATCH * 2 ** (LEVELS - 1)} pixels "
                    f"high and wide. Received: {picture.shape[1]}x{picture.shape[0]}"
                )
            tops = rng.integers(0, height - PATCH + 1, PATCHES)
            lefts = rng.integers(0, width - PATCH + 1, PATCHES)
            windows = np.lib.stride_tricks.sliding_window_view(
                band, (PATCH, PATCH), axis=(0, 1)
            )
            levels[level].append(windows[tops, lefts].reshape(PATCHES, -1))
    if not levels[0]:
        raise ValueError("There must be at least one picture. Received: none")
    return [np.concatenate(level) for level in levels]


def _grey(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)


def _window(x: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(x, (11, 11), 1.5)


def _check_sizes(picture: np.ndarray, reference: np.ndarray) -> None:
    if picture.shape != reference.shape:
        raise ValueError(
            "A picture must have its reference's size. "
            f"Received: {picture.shape} against {reference.shape}"
        )
