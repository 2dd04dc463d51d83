"""What a picture's surface is like: flat paint, grids, borders, seams, streaks."""

import numpy as np

from cartoongan_tf.pictures import images

cv2 = images.opencv()

FLAT = 2.0  # levels of deviation within 5x5 pixels: no stroke and no texture is seen
WINDOW = 64  # pixels: of the spectra in which grids are looked for
FRAME, RING = 4, 12  # pixels from a picture's border
PLAIN = 2.5  # levels of deviation within 15x15: a sky, a wall
FINE, BROAD = 1.5, 12.0  # pixels: streaks and bands are wider than one, not the other


def flatness(picture: np.ndarray) -> float:
    """The share of a picture that is painted flat: 0..1.

    A pixel is flat where the 5x5 pixels around it deviate by less than 2 levels in
    each of red, green and blue. Blur flattens too: read it beside sharpness.
    """
    levels = picture.astype(np.float32)
    mean = cv2.blur(levels, (5, 5))
    variance = cv2.blur(levels * levels, (5, 5)) - mean * mean
    return float((variance.max(axis=-1) < FLAT**2).mean())


def checkerboard(picture: np.ndarray) -> float:
    """How far a grid of 2 or 4 pixels stands out of a picture's spectrum, in dB.

    Networks that enlarge by strides leave such grids. The power at a frequency that is
    a multiple of a quarter of the pixels' is compared with its neighbours', in windows
    of 64 pixels; the strongest of them is given. About 1 for what has no grid.

    Reference: A. Odena et al., "Deconvolution and Checkerboard Artifacts", 2016.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    lack = [(0, max(0, WINDOW - side)) for side in grey.shape]
    grey = np.pad(grey, lack, mode="reflect" if min(grey.shape) > 1 else "edge")
    windows = np.lib.stride_tricks.sliding_window_view(grey, (WINDOW, WINDOW))
    windows = windows[:: WINDOW // 2, :: WINDOW // 2].reshape(-1, WINDOW, WINDOW)
    hann = np.hanning(WINDOW + 1)[:-1]
    flat = windows - windows.mean(axis=(1, 2), keepdims=True)
    # The added hundredth of a level is a floor: a picture of one colour has no grid.
    power = np.abs(np.fft.fft2(flat * np.outer(hann, hann))) ** 2
    power = np.log10(power.mean(0) + 1.0)
    quarter, near = WINDOW // 4, np.array([-4, -3, 3, 4])
    peaks = []
    for row in range(0, WINDOW, quarter):
        for column in range(0, WINDOW // 2 + 1, quarter):
            if row == column == 0:
                continue
            # On an axis every edge leaves power: neighbours lie on it as well.
            rows, columns = (row + near) % WINDOW, (column + near) % WINDOW
            if row == 0:
                around = power[0, columns]
            elif column == 0:
                around = power[rows, 0]
            else:
                around = power[np.ix_(rows, columns)]
            peaks.append(10 * (power[row, column] - np.mean(around)))
    return float(max(peaks))


def border_excess(picture: np.ndarray, photo: np.ndarray) -> float:
    """How much more a picture departs from its photo at its border than beside it.

    The mean difference in the outermost 4 pixels, over that in the 8 within: what
    padding spoils. 1 where the border is like the rest.

    Raises:
        ValueError: When the two have not one size.
    """
    apart = _difference(picture, photo)
    height, width = apart.shape
    inner, outer = min(RING, height // 3, width // 3), min(FRAME, height // 4)
    place = np.minimum.outer(_to_border(height), _to_border(width))
    frame, ring = apart[place < outer], apart[(place >= outer) & (place < inner)]
    if not len(frame) or not len(ring):
        return 1.0
    return float((frame.mean() + 1) / (ring.mean() + 1))


def seams(picture: np.ndarray, photo: np.ndarray) -> float:
    """How far the worst straight seam from side to side stands out.

    A seam is a row or column at which most of what was changed in the photo jumps, and
    beside which it does not: tiles that were drawn apart leave them. About 1 for none.

    Raises:
        ValueError: When the two have not one size.
    """
    _check(picture, photo)
    change = picture.astype(np.float32).mean(-1) - photo.astype(np.float32).mean(-1)
    worst = 1.0
    for axis in (0, 1):
        jumps = np.median(np.abs(np.diff(change, axis=axis)), axis=1 - axis)
        if len(jumps) < 9:
            continue
        padded = np.pad(jumps, 8, mode="reflect" if len(jumps) > 8 else "edge")
        around = np.lib.stride_tricks.sliding_window_view(padded, 17)
        usual = np.median(around, axis=1)
        worst = max(worst, float(((jumps + 1) / (usual + 1)).max()))
    return worst


def streaks(picture: np.ndarray, photo: np.ndarray) -> float:
    """How restless a picture is where its photo is plain, in levels.

    Plain are a photo's skies and walls: 15x15 pixels, grain smoothed, that deviate by
    less than 2.5 levels. There the root of the mean square of what was changed is
    taken, between 1.5 and 12 pixels of blur: a network may paint a sky in another
    colour, and lighter to one side, but not in streaks and bands. 0 where the photo has
    nothing plain.

    Raises:
        ValueError: When the two have not one size.
    """
    _check(picture, photo)
    levels = cv2.GaussianBlur(photo.astype(np.float32), (0, 0), FINE)
    mean = cv2.blur(levels, (15, 15))
    variance = cv2.blur(levels * levels, (15, 15)) - mean * mean
    plain = (variance.max(axis=-1) < PLAIN**2).astype(np.uint8)
    inside = cv2.erode(plain, np.ones((9, 9), np.uint8), borderValue=0) > 0
    if inside.mean() < 0.005:
        return 0.0
    weight = plain.astype(np.float32)
    change = (picture.astype(np.float32) - photo) * weight[..., None]

    def blur(spread):  # of what is plain, whatever lies beside it
        total = cv2.GaussianBlur(weight, (0, 0), spread)
        return cv2.GaussianBlur(change, (0, 0), spread) / (total + 1e-6)[..., None]

    band = (blur(FINE) - blur(BROAD))[inside]
    return float(np.sqrt(np.mean(np.square(band))))


def _to_border(length: int) -> np.ndarray:
    places = np.arange(length)
    return np.minimum(places, length - 1 - places)


def _difference(picture, photo) -> np.ndarray:
    _check(picture, photo)
    return np.abs(picture.astype(np.float32) - photo).mean(-1)


def _check(picture, photo) -> None:
    if picture.shape != photo.shape:
        raise ValueError(
            "A picture must have its photo's size. "
            f"Received: {picture.shape} and {photo.shape}"
        )
