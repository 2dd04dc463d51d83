"""How near an exported file comes to its Keras generator, and how fast it is."""

import statistics
import time
from dataclasses import dataclass, field

import numpy as np

from cartoongan_tf.pictures import images

# What a file must reach on the report's photos, in dB of PSNR, SSIM, and units of
# -1..1; set for the paper's network (docs/measured.md).
INT8 = {"psnr_mean": 45.0, "psnr_worst": 40.0, "ssim_mean": 0.99}
LIMITS = {
    "saved-model": {"largest_error": 1e-4},
    "onnx": {"largest_error": 1e-4},
    "onnx-statistics": {"largest_error": 1e-4},
    "float32": {"psnr_worst": 70.0},
    "float16": {"psnr_worst": 60.0},
    "weight-int8": {"psnr_worst": 42.0},
    "int8": INT8,
    "int8-statistics": INT8,
    "full-int8": {"psnr_mean": 35.0, "psnr_worst": 32.0, "ssim_mean": 0.95},
}
# Of light generators, which are 23 dB from what they imitate and there for speed.
LIGHT_INT8 = {"psnr_mean": 38.0, "psnr_worst": 33.0, "ssim_mean": 0.98}

MOST_PSNR = 200.0  # of pictures that are equal: JSON has no infinity


@dataclass
class Fidelity:
    """How near one file comes to Keras on every photo of the report.

    Args:
        psnr: dB of each photo.
        ssim: Of each photo.
        largest_error: Of all values of all photos, in units of -1..1.
        cartoons: What the file made of the photos.
    """

    psnr: list[float] = field(default_factory=list)
    ssim: list[float] = field(default_factory=list)
    largest_error: float = 0.0
    cartoons: list[np.ndarray] = field(default_factory=list)

    @property
    def worst(self) -> int:
        """Which photo came out worst."""
        return int(np.argmin(self.psnr))

    def figures(self) -> dict[str, float]:
        """The figures that `LIMITS` speaks of."""
        return {
            "psnr_mean": float(np.mean(self.psnr)),
            "psnr_worst": float(np.min(self.psnr)),
            "ssim_mean": float(np.mean(self.ssim)),
            "ssim_worst": float(np.min(self.ssim)),
            "largest_error": self.largest_error,
        }


def compare(run, photos, truths) -> Fidelity:
    """Runs a file on photos and measures its cartoons against Keras's.

    Args:
        run: A runtime.
        photos: float32 RGB -1..1 `(size, size, 3)`.
        truths: Keras's cartoons of them.
    """
    import tensorflow as tf

    fidelity = Fidelity()
    for photo, truth in zip(photos, truths, strict=True):
        cartoon = run(photo[None])[0]
        if cartoon.shape != truth.shape or not np.isfinite(cartoon).all():
            raise RuntimeError(
                "An export must give finite pictures of the photo's size. Received: "
                f"{cartoon.shape} for {truth.shape}"
            )
        error = np.mean((cartoon.astype(np.float64) - truth) ** 2)
        psnr = 10 * np.log10(4 / error) if error else MOST_PSNR
        fidelity.psnr.append(min(MOST_PSNR, float(psnr)))
        # of levels: it is made for pictures without negative values
        levels = images.to_levels(truth), images.to_levels(cartoon)
        fidelity.ssim.append(float(tf.image.ssim(*levels, max_val=255.0)))
        largest = float(np.abs(cartoon - truth).max())
        fidelity.largest_error = max(fidelity.largest_error, largest)
        fidelity.cartoons.append(cartoon)
    return fidelity


def find_shortfalls(variant: str, figures: dict, is_light=False) -> list[str]:
    """What a file misses of its variant's limits, in words; nothing if all is well."""
    missed = []
    limits = LIGHT_INT8 if is_light and LIMITS[variant] is INT8 else LIMITS[variant]
    for name, limit in limits.items():
        got = figures[name]
        is_error = name == "largest_error"
        if (got > limit) if is_error else (got < limit):
            missed.append(f"{name} {got:.4g}, {'at most' if is_error else 'at least'} "
                          f"{limit:g}")  # fmt: skip
    return missed


def time_together(runs: dict, photo: np.ndarray, rounds: int = 7) -> dict[str, float]:
    """Times several runtimes on one photo, turn by turn in one run.

    Whatever else the machine does falls on all of them alike.

    Args:
        runs: Runtimes by name.
        photo: `(size, size, 3)`.
        rounds: Timed; one more goes before, untimed.

    Returns:
        The median seconds of each.
    """
    times = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            start = time.perf_counter()
            run(photo[None])
            if number:
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds) for name, seconds in times.items()}
