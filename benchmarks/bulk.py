"""What a picture costs by `bulk` against `cartoonize`, both on all of this machine.

Processor and wall time of whole commands, Beam's start and processes included, turn by
turn: `python benchmarks/bulk.py [PHOTOS]`, in an environment with Apache Beam.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from cartoongan_tf.pictures import images  # noqa: E402
from cartoongan_tf.samples import samples  # noqa: E402

PHOTOS = 500
HEIGHT, WIDTH = 384, 512
ROUNDS = 2


def main():
    if find_spec("apache_beam") is None:
        print("bulk: skipped, Apache Beam is not here (docs/bulk.md)")
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PHOTOS
    with tempfile.TemporaryDirectory() as home:
        home = Path(home)
        kinds = [
            images.encode(samples.draw_photo(n, HEIGHT, WIDTH), ".jpg")
            for n in range(8)
        ]
        for folder, number in (("many", count), ("one", 1)):
            (home / folder).mkdir()
            for n in range(number):
                (home / folder / f"{n:05}.jpg").write_bytes(kinds[n % 8])
        taken = {}
        for turn in range(ROUNDS):
            for photos in ("one", "many"):
                out = home / f"out-{photos}-{turn}"
                taken.setdefault(("cartoonize", photos), []).append(
                    run("cartoonize", home / photos, "--out", f"{out}-c")
                )
                taken.setdefault(("bulk", photos), []).append(
                    run("bulk", "--input", home / photos, "--output", f"{out}-b")
                )
        for unit, name in enumerate(("processor", "wall")):
            told = {
                key: statistics.median(pair[unit] for pair in pairs)
                for key, pairs in taken.items()
            }
            ours, theirs = told["bulk", "many"], told["cartoonize", "many"]
            start, their_start = told["bulk", "one"], told["cartoonize", "one"]
            print(
                f"{name}: bulk / cartoonize {ours / theirs:.2f} for {count} photos of "
                f"{WIDTH}x{HEIGHT}: {1000 * ours / count:.0f} and "
                f"{1000 * theirs / count:.0f} ms each\n"
                f"  one photo alone: {start:.1f} and {their_start:.1f} s; each further "
                f"one {(ours - start) / (theirs - their_start):.2f} times as much"
            )


def run(name, *words):
    """Processor and wall time of a command, its processes included; in seconds."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", f"cartoongan_tf.{name}", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return used, wall


if __name__ == "__main__":
    main()
