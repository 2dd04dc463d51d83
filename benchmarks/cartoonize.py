"""How soon a photo is drawn, and how many a second, against Keras in a plain loop.

    python benchmarks/cartoonize.py [PHOTOS] [--styles pepper paprika] [--count 60]

Without PHOTOS it draws its own, of 481x321 pixels. Two parts, each style after the
other, old and new in turn within one run:

- `first`: the whole process that draws one photo, by the shipped style's twin for
  onnxruntime and by its `light.keras`: seconds of processor time (user and system).
- `folder`: photos read, drawn and written in one process, imports and the first
  photos left out: one after another by Keras, and as `cartoonize` does it. Photos a
  second, and processor time for each.

A style that was trained in bfloat16 (pepper) is drawn in it by Keras, fast where the
processor has instructions for it. ONEDNN_MAX_CPU_ISA=AVX512_CORE_VNNI in the
environment shows what one does without.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cartoongan_tf import terminal
from cartoongan_tf.inference import crowds, runtimes
from cartoongan_tf.pictures import images, paths
from cartoongan_tf.samples import samples

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 4


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", nargs="?", type=Path)
    parser.add_argument("--styles", nargs="+", default=["pepper", "paprika"])
    parser.add_argument("--count", type=int, default=60)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        if args.photos:
            photos = paths.find(args.photos, tell=False)[: args.count]
        else:
            photos = [folder / "photos" / f"{n}.jpg" for n in range(args.count)]
            for number, path in enumerate(photos):
                images.write(path, samples.draw_photo(number, 321, 481))
        for style in args.styles:
            time_first(style, photos[0], folder / "first.png")
        terminal.load_tensorflow()
        for style in args.styles:
            time_folder(style, photos, folder / "cartoons")


def time_first(style, photo, out):
    light = ROOT / "saved_models" / style / "light.keras"
    ways = {"onnx": ("--style", style), "keras": ("--weights", light)}
    seconds = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, flags in ways.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [sys.executable, "-m", "cartoongan_tf.cartoonize", photo, *flags]
                + ["--out", out, "--overwrite"],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                cwd=ROOT,
                check=True,
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            seconds[way].append(used)
    onnx, keras = (min(seconds[way]) for way in ways)
    print(f"{style}_first_cpu_seconds: {onnx:.2f}")
    print(f"{style}_first_keras_cpu_seconds: {keras:.2f}")
    print(f"{style}_first_ratio: {keras / onnx:.1f}", flush=True)


def time_folder(style, photos, out):
    from cartoongan_tf.inference.cartoonizer import Cartoonizer

    light = ROOT / "saved_models" / style / "light.keras"
    twin = runtimes.load_style(style, threads=crowds.share_cores(len(photos)))
    draws = {"onnx": Cartoonizer(twin), "keras": Cartoonizer(light)}
    threads = crowds.count_threads(draws["onnx"].side_by_side, len(photos))
    ways = {"onnx": (draws["onnx"], threads), "keras": (draws["keras"], 1)}
    best = dict.fromkeys(ways, (float("inf"), float("inf")))
    for turn in range(1 + ROUNDS):
        for way, (draw, threads) in ways.items():

            def work(path, draw=draw):
                images.write(out / path.name, draw(images.read(path).pixels))

            some = photos if turn else photos[:2]
            wall, cpu = time.perf_counter(), time.process_time()
            for _ in crowds.each(work, some, threads):
                pass
            spent = time.perf_counter() - wall, time.process_time() - cpu
            if turn:
                best[way] = tuple(map(min, best[way], spent))
    count = len(photos)
    for way, (wall, cpu) in best.items():
        print(f"{style}_{way}_photos_a_second: {count / wall:.1f}")
        print(f"{style}_{way}_cpu_ms_a_photo: {1000 * cpu / count:.0f}")
    print(f"{style}_folder_ratio: {best['keras'][0] / best['onnx'][0]:.2f}", flush=True)


if __name__ == "__main__":
    main()
