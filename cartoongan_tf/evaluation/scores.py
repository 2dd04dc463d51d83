"""How near pictures are to those of a reference network, and a sheet to look at."""

import numpy as np

from cartoongan_tf.evaluation import metrics
from cartoongan_tf.pictures import images

NAMES = ("psnr", "ssim", "outline_f1", "sharpness")


def score(picture: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Every measure of one picture against its reference, uint8 RGB of one size.

    Returns:
        `psnr` in dB, `ssim`, `outline_f1` (all the more the nearer), and `sharpness`, 1
        where both are as sharp.
    """
    sharp = metrics.sharpness(reference)
    return {
        "psnr": metrics.psnr(picture, reference),
        "ssim": metrics.ssim(picture, reference),
        "outline_f1": metrics.outline_agreement(picture, reference),
        "sharpness": metrics.sharpness(picture) / max(sharp, 1e-12),
    }


def cut_square(photo: np.ndarray, size: int) -> np.ndarray:
    """The largest square of a photo's middle, resized: for files of one size."""
    height, width = photo.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = photo[top : top + side, left : left + side]
    return images.resize(square, size, size)


def summarize(rows: list[dict]) -> dict[str, float]:
    """The mean of every measure, and the worst PSNR.

    Sharpness is averaged by its logarithm: half as sharp and twice as sharp are 1.
    """
    columns = {name: np.array([row[name] for row in rows]) for name in NAMES}
    means = {name: float(values.mean()) for name, values in columns.items()}
    logs = np.log(np.maximum(columns["sharpness"], 1e-6))
    means["sharpness"] = float(np.exp(logs.mean()))
    return {**means, "worst_psnr": float(columns["psnr"].min())}
