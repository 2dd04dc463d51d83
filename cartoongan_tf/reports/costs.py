"""What a generator costs: bytes, parameters, multiplications, memory, time."""

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

SIDE = 256  # pixels a side, for which multiplications are counted
PROBE = (384, 512)  # height and width of the photo that memory is measured with

# Run as a process of its own: the peak is that of drawing, and of nothing before it.
# `getrusage` would begin at the peak of the process that started it.
_PROBE = """
import sys
import numpy as np
from cartoongan_tf.inference.cartoonizer import Cartoonizer
shape = int(sys.argv[2]), int(sys.argv[3]), 3
photo = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
Cartoonizer(sys.argv[1], draw_size="full", color="style", faces=False)(photo)
for line in open("/proc/self/status"):
    if line.startswith("VmHWM:"):
        print("peak", line.split()[1])
"""


def digest(path: str | os.PathLike) -> str:
    """The sha256 of a file."""
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(2**20):
            found.update(part)
    return found.hexdigest()


def count_macs(generator, side: int = SIDE) -> int:
    """Multiplications of a Keras generator for one picture, `side` pixels square.

    Those of convolutions and matrix products, taken from its TensorFlow graph; what is
    done a pixel at a time is left out, as everywhere in the literature.
    """
    graph = (
        tf.function(lambda photo: generator(photo, training=False))
        .get_concrete_function(tf.TensorSpec((1, side, side, 3), tf.float32))
        .graph
    )
    total = 0
    for op in graph.get_operations():
        if op.type == "Conv2D":
            kernel, out = op.inputs[1].shape, op.outputs[0].shape
            total += int(np.prod(out[1:-1]) * np.prod(kernel))
        elif op.type == "DepthwiseConv2dNative":
            kernel, out = op.inputs[1].shape, op.outputs[0].shape
            total += int(np.prod(out[1:]) * kernel[0] * kernel[1])
        elif op.type == "Conv2DBackpropInput":  # a transposed convolution
            kernel, given = op.inputs[1].shape, op.inputs[2].shape
            total += int(np.prod(given[1:-1]) * np.prod(kernel))
        elif op.type == "MatMul":
            one, other = op.inputs[0].shape, op.outputs[0].shape
            total += int(np.prod(one) * other[-1])
    return total


def peak_memory(weights: str) -> int | None:
    """Bytes of a whole process at its peak, that draws one photo of 512x384 pixels.

    Args:
        weights: A style's name or a file's path.

    Returns:
        None where the system does not tell (all but Linux), or the process fails.
    """
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    with contextlib.suppress(
        OSError, subprocess.SubprocessError, ValueError, IndexError
    ):
        result = subprocess.run(
            [sys.executable, "-c", _PROBE, weights, *map(str, PROBE)],
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            timeout=600,
            check=True,
        )
        return 1024 * int(result.stdout.split("peak", 1)[1])
    return None


def describe(weights: str, file: Path, generator) -> dict:
    """A generator's costs but for time.

    Args:
        weights: A style's name or a path, to measure memory by.
        file: The file that is drawn by.
        generator: Keras's, or None for a file that is none.
    """
    return {
        "bytes": file.stat().st_size if file.is_file() else None,
        "parameters": None if generator is None else int(generator.count_params()),
        "gmacs_256": None if generator is None else count_macs(generator) / 1e9,
        "peak_memory": peak_memory(weights),
    }


class Clock:
    """Seconds that drawing takes, each photo's by itself.

    Wall time, and the time of all cores together, which other work on the machine
    changes less. The first photo of a network, which makes it ready, is left out.
    """

    def __init__(self):
        self.walls, self.cores, self.pixels = [], [], []

    def time(self, draw, photo: np.ndarray) -> np.ndarray:
        """Draws a photo and notes how long it took."""
        wall, core = time.perf_counter(), time.process_time()
        picture = draw(photo)
        self.walls.append(time.perf_counter() - wall)
        self.cores.append(time.process_time() - core)
        self.pixels.append(photo.shape[0] * photo.shape[1])
        return picture

    def describe(self) -> dict:
        """Medians a megapixel; None where fewer than two photos were drawn."""
        if len(self.walls) < 2:
            return {"seconds_per_megapixel": None, "core_seconds_per_megapixel": None}
        pixels = np.array(self.pixels[1:]) / 1e6
        walls, cores = np.array(self.walls[1:]), np.array(self.cores[1:])
        return {
            "seconds_per_megapixel": float(np.median(walls / pixels)),
            "core_seconds_per_megapixel": float(np.median(cores / pixels)),
        }
