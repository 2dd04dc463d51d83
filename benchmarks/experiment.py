"""Evidence that training learns a style: a recorded experiment on real photos.

    python benchmarks/experiment.py data PHOTOS TEACHER.keras OUT
    python benchmarks/experiment.py train OUT NAME [flags of train ...]
    python benchmarks/experiment.py score OUT NAME [NAME ...]
    python benchmarks/experiment.py see OUT

`data` deals the photos out: of every 15 in order of name 2 are held out, the others go
in turn to `photos` and to a published network, whose pictures of them are `cartoons`:
no photo has its pair. `train` trains the light generator of `SETTINGS`, or goes on with
its run; `score` measures the pictures of held-out photos and lays them side by side (a
NAME is a run, or a .keras file); `see` trains discriminators alone, to tell cartoons
from photos in their palette and from smooth pictures, and prints what they answer.

Measured on held-out photos: the style distance to the cartoons (`evaluation.metrics`);
PSNR and outline agreement with the published network's own pictures of these photos,
which no training saw. Beside them what needs no network: the photos, the palette alone,
a colour match of each photo that knows its answer, and the published network itself.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402

from cartoongan_tf.evaluation import metrics
from cartoongan_tf.pictures import images, layout, paths

STYLE = "half"
# Real features (VGG16, which is in the package), and a length that fits a quarter of an
# hour on two idle cores.
SETTINGS = (
    "--recipe", "painted", "--balance", "0.6", "--grain", "0.15",  # as it was then
    "--short-side", "320", "--init-epochs", "10",
    "--epochs", "7", "--mixed-precision", "bfloat16",
    "--content-precision", "bfloat16",
)  # fmt: skip
SHEET_PHOTOS = 6
SEE_STEPS = 600


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.set_defaults(do=lambda args: parser.print_help())  # hours are for asking
    commands = parser.add_subparsers()
    command = commands.add_parser("data")
    command.set_defaults(do=lambda args: make_data(args.photos, args.teacher, args.out))
    command.add_argument("photos", type=Path)
    command.add_argument("teacher", type=Path)
    command.add_argument("out", type=Path)
    command = commands.add_parser("train")
    command.set_defaults(do=lambda args: train(args.out, args.name, args.flags))
    command.add_argument("out", type=Path)
    command.add_argument("name")
    command.add_argument("flags", nargs=argparse.REMAINDER)
    command = commands.add_parser("score")
    command.set_defaults(do=lambda args: score(args.out, args.names))
    command.add_argument("out", type=Path)
    command.add_argument("names", nargs="+")
    command = commands.add_parser("see")
    command.set_defaults(do=lambda args: see(args.out))
    command.add_argument("out", type=Path)
    args = parser.parse_args()
    args.do(args)


def make_data(photos, teacher, out):
    from cartoongan_tf.inference.cartoonizer import Cartoonizer

    draw = Cartoonizer(teacher, draw_size="full", color="style")
    folders = {
        name: out / name
        for name in ("data/half/photos", "data/half/cartoons", "held", "held_teacher")
    }
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    rest = 0
    for number, path in enumerate(paths.find(photos)):
        if number % 15 in (0, 7):
            shutil.copy(path, folders["held"])
            place = folders["held_teacher"]
        elif rest % 2 == 0:
            shutil.copy(path, folders["data/half/photos"])
            place = None
        else:
            place = folders["data/half/cartoons"]
        rest += number % 15 not in (0, 7)
        if place is not None and not (place / f"{path.stem}.png").exists():
            images.write(place / f"{path.stem}.png", draw(images.read(path).pixels))
    for name, folder in folders.items():
        print(f"{name}: {len(list(folder.iterdir()))}")


def train(out, name, flags):
    runs = out / "runs" / name
    command = [sys.executable, "-m", "cartoongan_tf.train"]
    if (runs / STYLE / "00001").exists():
        command += ["--resume", str(runs / STYLE / "00001"), *flags]
    else:
        command += ["--style", STYLE, "--data", str(out / "data"), "--runs", str(runs)]
        command += [*SETTINGS, *flags]
    sys.exit(subprocess.run(command).returncode)


def score(out, names):
    from cartoongan_tf.inference.cartoonizer import Cartoonizer
    from cartoongan_tf.networks.palettes import Palette

    held, teacher, photos, cartoons = (
        [images.read(path).pixels for path in paths.find(out / name)]
        for name in ("held", "held_teacher", "data/half/photos", "data/half/cartoons")
    )
    palette = Palette()
    palette.adapt(photos, cartoons)
    results = {
        "photo": held,
        "palette": [
            images.to_uint8(palette(images.to_signed(p)[None]))[0] for p in held
        ],
        "match": [match(*pair) for pair in zip(held, teacher, strict=True)],
    }
    for name in names:
        run = out / "runs" / name / STYLE / "00001"
        file = Path(name) if name.endswith(".keras") else run / "generator.keras"
        draw = Cartoonizer(file, draw_size="full", color="style")
        name = file.stem if name.endswith(".keras") else name
        results[name] = [draw(photo) for photo in held]
    results["teacher"] = teacher
    print(
        "| pictures | style distance | of the photos' | PSNR, dB | outline F1 | sharp |"
    )
    print("|---|---|---|---|---|---|")
    own = None
    for name, pictures in results.items():
        distance = metrics.style_distance(pictures, cartoons)["style_distance"]
        own = own or distance
        pairs = list(zip(pictures, teacher, strict=True))
        psnr = ""
        if name != "teacher":
            psnr = f"{np.mean([metrics.psnr(*pair) for pair in pairs]):.2f}"
        outlines = np.mean([metrics.outline_agreement(*pair) for pair in pairs])
        sharp = np.mean([metrics.sharpness(a) / metrics.sharpness(b) for a, b in pairs])
        print(
            f"| {name} | {distance:.3f} | {distance / own:.2f} | {psnr} | "
            f"{outlines:.2f} | {sharp:.2f} |"
        )
    wide = [at for at, photo in enumerate(held) if photo.shape[0] < photo.shape[1]]
    chosen = wide[:: max(1, len(wide) // SHEET_PHOTOS)][:SHEET_PHOTOS]
    columns = [n for n in results if n not in ("palette", "match")]
    rows = [
        layout.side_by_side(*(results[name][at] for name in columns)) for at in chosen
    ]
    images.write(out / "sheet.png", layout.stack(rows))
    print(f"{out / 'sheet.png'}: {' | '.join(columns)}")


def see(out):
    import keras
    import tensorflow as tf

    from cartoongan_tf.data import batches
    from cartoongan_tf.models import losses
    from cartoongan_tf.networks.discriminators import PatchDiscriminator
    from cartoongan_tf.networks.palettes import Palette

    sets = batches.open_folder(out / "data" / STYLE, 96, 320)
    palette = Palette()
    palette.adapt(sets.photos, sets.cartoons)
    print(
        "| norm | bands | beta_2 | cartoon | smooth | photo | loss |\n"
        + "|---" * 7
        + "|"
    )
    for norm, bands, beta_2 in (
        ("instance", False, 0.999),
        ("instance", False, 0.99),
        ("instance", True, 0.999),
        ("instance", True, 0.99),
        ("none", False, 0.99),
        ("none", True, 0.99),
    ):
        keras.utils.set_random_seed(0)
        network = PatchDiscriminator(16, norm, bands, "mixed_bfloat16")
        optimizer = keras.optimizers.Adam(1e-3, 0.5, beta_2)
        variables = network.trainable_variables
        optimizer.build(variables)

        @tf.function
        def step(photo, cartoon, smooth, network=network, optimizer=optimizer):
            pictures = tf.concat([cartoon, smooth, palette(photo)], 0)
            with tf.GradientTape() as tape:
                answers = tf.split(network(pictures, training=True), 3)
                loss = losses.least_squares_d_loss(*answers)
            gradients = tape.gradient(loss, network.trainable_variables)
            optimizer.apply(gradients, network.trainable_variables)
            return tf.stack([*(tf.reduce_mean(x) for x in answers), loss])

        feed = batches.make_batches(sets, 4, 96, 0)
        seen = [step(*b).numpy() for b, _ in zip(feed, range(SEE_STEPS), strict=False)]
        found = " | ".join(f"{x:.3f}" for x in np.mean(seen[-100:], 0))
        print(
            f"| {norm} | {'yes' if bands else 'no'} | {beta_2} | {found} |", flush=True
        )


def match(photo, reference):
    """The photo with each channel's mean and deviation of the right answer."""
    photo, reference = photo.astype(np.float64), reference.astype(np.float64)
    scaled = (photo - photo.mean((0, 1))) / photo.std((0, 1))
    return images.round_levels(scaled * reference.std((0, 1)) + reference.mean((0, 1)))


if __name__ == "__main__":
    main()
