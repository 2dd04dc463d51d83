"""How long large photos take in tiles, against one piece, and in how much memory.

    python benchmarks/large.py light paper                   # ratios where both fit
    python benchmarks/large.py light --megapixels 50 --memory 2G --tiles-only

Each size is drawn in a process of its own, so that its peak is its own. CPU seconds
count, which other programs on the machine disturb least; `whole` and `tiles` take
turns. The photo is a mosaic of drawn ones, or of those of --photos.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

GIB = 2**30


def mosaic(height: int, width: int, folder: str | None) -> np.ndarray:
    """A photo of many, each a tile of its own size: no border falls on another's."""
    from cartoongan_tf.pictures import images
    from cartoongan_tf.samples import samples

    result = np.empty((height, width, 3), np.uint8)
    files = sorted(Path(folder).glob("*.jpg")) if folder else []
    tall, wide, number = 701, 1103, 0
    for top in range(0, height, tall):
        for left in range(0, width, wide):
            if files:
                photo = images.read(files[number % len(files)]).pixels
            else:
                photo = samples.draw_photo(number % 16, 351, 552)
            part = result[top : top + tall, left : left + wide]
            part[:] = images.resize(photo, tall, wide)[: len(part), : part.shape[1]]
            number += 1
    return result


def measure(args) -> dict:
    """One network at one size, in this process."""
    import keras
    import tensorflow as tf

    started = peak()
    from cartoongan_tf.inference import large, runtimes
    from cartoongan_tf.inference.tiles import Tiles
    from cartoongan_tf.inference.weights import load_generator
    from cartoongan_tf.networks.generators import Generator
    from cartoongan_tf.pictures import images, memory, padding

    assert tf and keras
    if args.networks[0] == "light":
        generator = load_generator("hosoda")
    else:
        keras.utils.set_random_seed(1)
        generator = Generator(num_blocks=args.blocks)
    loaded = peak()
    height = int((args.megapixels[0] * 1e6 / 1.5) ** 0.5)
    photo = mosaic(height, height * 3 // 2, args.photos)
    tiles, run = Tiles(generator), runtimes.KerasRuntime(generator)
    most = memory.parse(args.memory) if args.memory else None

    def draw_tiles():
        left = memory.left(most) - photo.nbytes
        if args.color == "style":
            return tiles(photo, left)
        return large.draw(run, photo, args.color, [], most=most)

    def draw_whole():
        signed = run(images.to_signed(padding.pad(photo))[None])[0]
        return images.to_uint8(padding.crop(signed, *photo.shape[:2]))

    height, width = padding.padded_size(*photo.shape[:2])
    layout = tiles.plan(height, width, memory.left(most) - photo.nbytes)
    calls = {"tiles": draw_tiles}
    if not args.tiles_only:
        calls["whole"] = draw_whole
    seconds, pictures = {name: [] for name in calls}, {}
    for _ in range(args.repeats):
        for name, call in calls.items():
            cpu, wall = time.process_time(), time.perf_counter()
            pictures[name] = call()
            took = time.process_time() - cpu, time.perf_counter() - wall
            seconds[name].append(took)
    told = {
        "network": args.networks[0],
        "blocks": args.blocks,
        "megapixels": photo.shape[0] * photo.shape[1] / 1e6,
        "layout": str(layout),
        "cpu": {name: min(t[0] for t in took) for name, took in seconds.items()},
        "wall": {name: min(t[1] for t in took) for name, took in seconds.items()},
        "gib": {"TensorFlow": started, "with weights": loaded, "peak": peak()},
    }
    if len(calls) == 2:
        told["ratio"] = told["cpu"]["tiles"] / told["cpu"]["whole"]
        apart = pictures["tiles"].astype(np.int16) - pictures["whole"]
        told["largest"] = int(np.abs(apart).max())
        square = float(np.mean(apart.astype(np.float32) ** 2))
        told["psnr"] = 10 * np.log10(255**2 / max(square, 1e-9))
    return told


def peak() -> float:
    """GiB that this process took at most, so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIB


def main():
    """Measures every network at every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="+", choices=("light", "paper"))
    parser.add_argument("--megapixels", type=float, nargs="+", default=[1, 2, 4])
    parser.add_argument("--memory", help="as --max-memory of cartoonize")
    parser.add_argument("--color", default="style", choices=("style", "auto", "photo"))
    parser.add_argument(
        "--blocks",
        type=int,
        default=8,
        help="of the paper's network: fewer are quicker",
    )
    parser.add_argument("--photos", help="a folder of photos for the mosaic")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--tiles-only", action="store_true")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args)))
        return
    for network in args.networks:
        for size in args.megapixels:
            rest = [a for a in sys.argv[1:] if a.startswith("--tiles")]
            for flag in ("memory", "color", "photos", "repeats", "blocks"):
                value = getattr(args, flag)
                rest += [f"--{flag}", str(value)] if value is not None else []
            command = [sys.executable, __file__, network, "--one", *rest]
            command += ["--megapixels", str(size)]
            made = subprocess.run(command, capture_output=True, text=True)
            if made.returncode:
                print(f"{network} at {size}: {made.stderr.strip()[-300:]}")
                continue
            print(json.dumps(json.loads(made.stdout.splitlines()[-1])), flush=True)


if __name__ == "__main__":
    main()
