"""CycleGAN's and U-GAT-IT's training steps against ours, time for time.

All at their papers' widths, 64 filters, 256 pixels, batch 1, float32, in one run and
taking turns; CycleGAN without and with its identity loss, U-GAT-IT in its light form.
`--filters`, `--size` and `--models` are for machines with less memory. A step
of each sees one photo and one cartoon: the ratios are those of an epoch.

The paper (section 4.2, a GPU of 2018) measured 2291.77 s and 3020.31 s an epoch against
CartoonGAN's 1517.69 s: ratios of 1.51 and 1.99; U-GAT-IT is younger. VGG19's weights
are random: they cost the same as ImageNet's.

Processor time is told beside the clock's: other work on the machine disturbs it less.
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf  # noqa: E402

from cartoongan_tf.models.cartoongan import CartoonGAN
from cartoongan_tf.models.cyclegan import CycleGAN, PatchGAN
from cartoongan_tf.models.ugatit import UGATIT
from cartoongan_tf.networks.attention import (
    AttentionDiscriminator,
    AttentionGenerator,
)
from cartoongan_tf.networks.discriminators import PatchDiscriminator
from cartoongan_tf.networks.features import VGG19Features
from cartoongan_tf.networks.generators import Generator, ResnetGenerator

ROUNDS = 3
NAMES = ("cyclegan", "cyclegan_identity", "ugatit")


def make_ours(width):
    gan = CartoonGAN(
        Generator(width), PatchDiscriminator(width // 2), VGG19Features("random")
    )
    gan.compile()
    return gan


def make_cyclegan(width, size, identity):
    networks = [
        make(width) for make in (ResnetGenerator, PatchGAN, ResnetGenerator, PatchGAN)
    ]
    gan = CycleGAN(*networks, size)
    gan.compile(identity=identity)
    return gan


def make_ugatit(width):
    networks = [
        make(width) for make in 2 * (AttentionGenerator, AttentionDiscriminator)
    ]
    gan = UGATIT(*networks)
    gan.compile()
    return gan


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--filters", type=int, default=64, help="the papers': 64")
    parser.add_argument("--size", type=int, default=256, help="of the pictures (256)")
    parser.add_argument(
        "--models", nargs="+", choices=NAMES, default=NAMES, help="beside ours"
    )
    args = parser.parse_args()
    width, size = args.filters, args.size
    makers = {
        "cyclegan": lambda: make_cyclegan(width, size, identity=False),
        "cyclegan_identity": lambda: make_cyclegan(width, size, identity=True),
        "ugatit": lambda: make_ugatit(width),
    }
    gans = {"ours": make_ours(width), **{name: makers[name]() for name in args.models}}
    steps = {name: tf.function(gan.train_step) for name, gan in gans.items()}
    batch = tf.split(tf.random.uniform((3, size, size, 3), -1, 1, seed=0), 3)
    clock = {name: [] for name in gans}
    processor = {name: [] for name in gans}
    for number in range(ROUNDS + 1):
        for name, step in steps.items():
            start = time.perf_counter(), time.process_time()
            logs = step(batch)
            float(logs["g_loss"])  # waits
            if number:  # the first one traces
                clock[name].append(time.perf_counter() - start[0])
                processor[name].append(time.process_time() - start[1])
    for name in gans:
        print(f"{name}_seconds: {min(clock[name]):.2f}")
    for name in list(gans)[1:]:
        for kind, times in (("ratio", clock), ("processor_ratio", processor)):
            print(f"{name}_{kind}: {min(times[name]) / min(times['ours']):.2f}")


if __name__ == "__main__":
    main()
