"""Our joint training step: against the naive one, in bfloat16, and its peak memory.

At the paper's widths, 256 pixels, in one run and taking turns. Naive is the step as one
writes it down: the generator runs once for each network's loss, the discriminator on
each picture by itself, both pictures' features under the tape. Its losses are ours to
1e-5, which is checked. VGG19's weights are random: they cost the same as ImageNet's.

Processor time is told beside the clock's: other work on the machine disturbs it less.
"""

import os
import resource
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from cartoongan_tf.models import losses
from cartoongan_tf.models.cartoongan import CONTENT_WEIGHT, CartoonGAN
from cartoongan_tf.networks.discriminators import PatchDiscriminator
from cartoongan_tf.networks.features import VGG19Features
from cartoongan_tf.networks.generators import Generator

SIZE = 256
ROUNDS = 4


def make(features, dtype="float32"):
    keras.utils.set_random_seed(0)
    networks = Generator(dtype=dtype), PatchDiscriminator(dtype=dtype)
    gan = CartoonGAN(*networks, features)
    gan.compile()
    return gan


def make_naive(features):
    """A step with a forward pass for every loss; one update of both networks."""
    gan = make(features)
    g, d = gan.generator, gan.discriminator
    g_variables, d_variables = g.trainable_variables, d.trainable_variables

    def step(batch):
        photo, cartoon, smooth = batch
        with tf.GradientTape() as tape:
            answers = d(cartoon), d(smooth), d(g(photo))
            d_loss = losses.least_squares_d_loss(*answers)
        d_gradients = tape.gradient(d_loss, d_variables)
        with tf.GradientTape() as tape:
            fake = g(photo)
            content_loss = losses.l1_content_loss(features(fake), features(photo))
            g_loss = losses.least_squares_g_loss(d(fake))
            g_loss += CONTENT_WEIGHT * content_loss
        g_gradients = tape.gradient(g_loss, g_variables)
        gan.g_optimizer.apply(g_gradients, g_variables)
        gan.d_optimizer.apply(d_gradients, d_variables)
        return {"g_loss": g_loss, "d_loss": d_loss, "content_loss": content_loss}

    return step


def make_batch(count):
    pictures = tf.random.uniform((3 * count, SIZE, SIZE, 3), -1, 1, seed=0)
    return tf.split(pictures, 3)


def main():
    features = VGG19Features("random")
    steps = {
        "ours": make(features).train_step,
        "naive": make_naive(features),
        "bfloat16": make(features, "mixed_bfloat16").train_step,
    }
    steps = {name: tf.function(step) for name, step in steps.items()}
    batch = make_batch(1)
    clock = {name: [] for name in steps}
    processor = {name: [] for name in steps}
    for number in range(ROUNDS + 1):
        logs = {}
        for name, step in steps.items():
            start = time.perf_counter(), time.process_time()
            logs[name] = {key: float(value) for key, value in step(batch).items()}
            if number:  # the first one traces
                clock[name].append(time.perf_counter() - start[0])
                processor[name].append(time.process_time() - start[1])
        if not number:
            for name in ("g_loss", "d_loss", "content_loss"):
                pair = logs["ours"][name], logs["naive"][name]
                off = abs(pair[0] - pair[1]) / abs(pair[1])
                assert off < 1e-5, (name, *pair)
                print(f"{name}_off_by: {off:.1e}")
    for name in steps:
        print(f"{name}_seconds: {min(clock[name]):.2f}")
    for kind, times in (("ratio", clock), ("processor_ratio", processor)):
        best = {name: min(each) for name, each in times.items()}
        print(f"ours_against_naive_{kind}: {best['naive'] / best['ours']:.2f}")
        print(f"bfloat16_against_float32_{kind}: {best['ours'] / best['bfloat16']:.2f}")
    for precision in ("float32", "mixed_bfloat16"):
        # In a process of its own: a peak does not go down again.
        command = [sys.executable, __file__, "memory", precision]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        print(done.stdout, end="")


def measure_memory(precision):
    gan = make(VGG19Features("random"), precision)
    step, batch = tf.function(gan.train_step), make_batch(4)
    for _ in range(3):
        float(step(batch)["g_loss"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak_gib_of_batch_4_{precision}: {peak:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        measure_memory(sys.argv[2])
    else:
        main()
