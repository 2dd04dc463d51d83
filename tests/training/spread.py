"""Trains a tiny CartoonGAN on one device, two or two machines; writes what came out.

Run by test_devices.py, each time in a process of its own: devices are set up once.
"""

import sys

import keras
import numpy as np
import tensorflow as tf

from cartoongan_tf.models import gradients
from cartoongan_tf.models.cartoongan import CartoonGAN, InitializationPhase
from cartoongan_tf.models.pools import FakePool
from cartoongan_tf.networks.discriminators import PatchDiscriminator
from cartoongan_tf.networks.features import VGG19Features
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.training import devices

BATCH, SIZE, STEPS = 4, 32, 5


def pictures(step, broken):
    """The whole batch of a step; `broken`: with an infinity in its last picture."""
    rng = np.random.default_rng(step)
    shape = (BATCH, SIZE, SIZE, 3)
    batch = [rng.uniform(-1, 1, shape).astype(np.float32) for _ in range(3)]
    if broken and step == 2:
        for each in batch:
            each[-1, 5, 5, 0] = np.inf
    return batch


def dataset(broken):
    def make_part(part, parts, count):
        own = BATCH // parts

        def give():
            for step in range(STEPS):
                batch = [
                    p[part * own : (part + 1) * own] for p in pictures(step, broken)
                ]
                yield from zip(*(np.split(p, count) for p in batch), strict=True)

        signature = tf.TensorSpec((own // count, SIZE, SIZE, 3), tf.float32)
        return tf.data.Dataset.from_generator(give, output_signature=(signature,) * 3)

    return make_part


def main(name, precision, broken, clip, path):
    """Five steps of SGD, as one would take them with any strategy."""
    if name == "mirrored":
        cpu = tf.config.list_physical_devices("CPU")[0]
        two = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(cpu, two)
    strategy = devices.make_strategy(name)
    keras.utils.set_random_seed(0)
    generator, discriminator = devices.create(
        strategy,
        lambda: Generator(4, 1, precision),
        lambda: PatchDiscriminator(4, "none", dtype=precision),
    )
    with strategy.scope():
        features = VGG19Features("random", "block1_conv2")
        init = InitializationPhase(generator, features)
        init.compile(keras.optimizers.SGD(0.05), clip_norm=clip)
        gan = CartoonGAN(generator, discriminator, features)
        gan.compile(
            keras.optimizers.SGD(0.05),
            keras.optimizers.SGD(0.05),
            content_weight=0.01,
            balance=0.5,
            d_floor=0.2,
            ema=0.9,
            clip_norm=clip,
            # Which fakes it gives depends on how many come at a time: not the same
            # training on one device and on two.
            pool=FakePool(4, SIZE, 0) if broken else None,
        )
    batches = iter(devices.distribute(strategy, dataset(broken)))

    @tf.function
    def step(model_step, batches):
        return strategy.run(model_step, (next(batches),))

    results = {}
    for number in range(STEPS):
        model = init if number == 0 else gan
        logs = step(model.train_step, batches)
        for name, value in devices.average(strategy, logs).items():
            results[f"log_{number}_{name}"] = value
        if number == 1:
            before = [v.numpy() for v in generator.variables]
        if number == 2:
            changed = any(
                (v.numpy() != b).any()
                for v, b in zip(generator.variables, before, strict=True)
            )
            results["changed_by_broken"] = changed
    for network in ("generator", "discriminator"):
        for index, variable in enumerate(getattr(gan, network).variables):
            results[f"{network}_{index}"] = variable.numpy()
    for index, variable in enumerate(gan.average.averages):
        results[f"average_{index}"] = variable.numpy()
    results["weight"] = gan.content_weight.numpy()
    results["replicas"] = strategy.num_replicas_in_sync
    assert gradients.replicas() == 1  # outside of the strategy
    np.savez(path, **results)


if __name__ == "__main__":
    _, name, precision, broken, clip, path = sys.argv
    main(name, precision, broken == "broken", float(clip), path)
