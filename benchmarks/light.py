"""What the light generator costs, against a yardstick and the paper's generator.

    python benchmarks/light.py [--repeats 15] [--threads 1]

The yardstick is a U-Net of White-box Cartoonization's shape (1.47M parameters, 8.2 GMAC
at 256 pixels) with random weights, int8 throughout: what a phone would run otherwise.
The shipped files are timed beside networks of the same shape with random weights.
All files are timed in turns in one run, on ai-edge-litert with XNNPACK; the ratio of
the medians is what counts.
"""

import argparse
import os
import statistics
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
from ai_edge_litert.interpreter import Interpreter  # noqa: E402
from keras import layers  # noqa: E402

from cartoongan_tf.exporting import quantization, tflite
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.pictures.images import to_signed
from cartoongan_tf.samples import samples

SHIPPED = Path(__file__).parents[1] / "saved_models"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    for size in (256, 512):
        measure(size, args.repeats, args.threads)


def measure(size, repeats, threads):
    photo = to_signed(samples.draw_photo(0, size, size))
    models = {"U-Net, full-int8": full_int8(make_unet(), size, photo)}
    light = LightGenerator()
    models["light, float32"] = tflite.convert(light, size)
    models["light, int8"] = int8(models["light, float32"])
    for file in sorted(SHIPPED.glob(f"*/tflite/*_{size}_int8.tflite")):
        models[f"`{file.name}`"] = file.read_bytes()
    for norm in ("batch", "global"):
        other = LightGenerator(norm=norm)
        models[f"light {norm}, int8"] = int8(tflite.convert(other, size))
        models[f"light {norm}, full-int8"] = full_int8(other, size, photo)
    if size == 256:  # at 512 it takes 10 seconds a picture
        models["paper, float32"] = tflite.convert(Generator(), size)
    runs, seconds = {}, {name: [] for name in models}
    for name, model in models.items():
        runs[name] = Interpreter(model_content=model, num_threads=threads)
        runs[name].allocate_tensors()
        runs[name].set_tensor(runs[name].get_input_details()[0]["index"], photo[None])
        runs[name].invoke()
    for _ in range(repeats):
        for name, run in runs.items():
            began = time.perf_counter()
            run.invoke()
            seconds[name].append(time.perf_counter() - began)
    base = statistics.median(seconds["U-Net, full-int8"])
    print(
        f"\n| at {size} | MB | GMAC | ms | of the U-Net's time |\n|---|---|---|---|---|"
    )
    for name, model in models.items():
        macs = sum(c.macs for c in tflite.find_convolutions(model)) / 1e9
        median = statistics.median(seconds[name])
        print(
            f"| {name} | {len(model) / 1e6:.2f} | {macs:.1f} | {1000 * median:.0f} | "
            f"{median / base:.2f} |"
        )


def make_unet():
    """White-box Cartoonization's generator as its paper draws it."""

    def conv(x, channels, kernel=3, stride=1, act=True):
        x = layers.Conv2D(channels, kernel, stride, padding="same")(x)
        return layers.LeakyReLU(0.2)(x) if act else x

    def enlarge(x):
        return layers.UpSampling2D(2, interpolation="bilinear")(x)

    photo = keras.Input((None, None, 3))
    full = conv(photo, 32, 7)
    half = conv(conv(full, 32, stride=2), 64)
    x = conv(conv(half, 64, stride=2), 128)
    for _ in range(4):
        x = layers.Add()([x, conv(conv(x, 128), 128, act=False)])
    x = conv(x, 64)
    x = conv(conv(layers.Add()([enlarge(x), half]), 64), 32)
    x = conv(layers.Add()([enlarge(x), full]), 32)
    return keras.Model(photo, conv(x, 3, 7, act=False))


def int8(model):
    convolutions = tflite.find_convolutions(model)
    tensors = frozenset(c.tensor for c in convolutions if c.op == "CONV_2D")
    return quantization.to_int8(model, tensors)


def full_int8(generator, size, photo):
    return quantization.to_full_int8(tflite.convert(generator, size), [photo])


if __name__ == "__main__":
    main()
