"""The paper's comparison, section 4.2, on one set: pictures, rows, a page, times.

    python benchmarks/paper.py --data data/mine
    python benchmarks/paper.py --photos HELD --cartoons DIR --style-image cartoon.jpg \\
        --weights cyclegan=runs/mine/00002/generator.keras
    python benchmarks/paper.py --data data/mine --train-minutes 30
    python benchmarks/paper.py --data samples

Some photos are drawn by CartoonGAN (`--style`), neural style transfer (of one picture,
of the set), CNNMRF and Deep Image Analogy (of a picture that you pick, of one drawn at
random), and by trained networks that you name; or that are trained here for so many
minutes each, on photos that are not drawn. What is drawn is written to OUT:

    photos/           those drawn, small; the others for training in data/
    pictures/NAME/    what each method drew
    rows/, rows.png   photo | each method, as in the paper's figures 5 to 7
    report/           the page, by `python -m cartoongan_tf.evaluate`
    times.json        time an epoch against CartoonGAN's, beside the paper's
    paper.md          all of it in words; columns.json: by which command

Called again, it goes on: what is drawn, trained and measured already is kept. `samples`
is a drawn set that needs no files.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cartoongan_tf import terminal
from cartoongan_tf.pictures import images, layout, paths
from cartoongan_tf.plans.plans import MODELS

HERE = Path(__file__).resolve().parent
METHODS = ("neural-style", "cnnmrf", "analogy")
TRAINED = {  # by name, what `train` is told, of the models that it has
    name: words
    for name, words in (
        ("cyclegan", ("--model", "cyclegan")),
        ("cyclegan-identity", ("--model", "cyclegan", "--identity")),
        ("ugatit", ("--model", "ugatit")),
    )
    if words[1] in MODELS
}
# Small windows and short epochs: a network is there soon, and written often.
TRAIN_FLAGS = "--image-size 128 --steps-per-epoch 25"
PAPERS_TIMES = {"cyclegan": 1.51, "cyclegan_identity": 1.99}  # section 4.2
CAPTION = 18  # pixels


def main(argv):
    """Draws what is not drawn yet, then writes rows, page, times and summary."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    flag = parser.add_argument
    flag("--data", help="a folder with photos/ and cartoons/, or `samples`")
    flag("--photos", help="instead of its photos; none is trained on")
    flag("--cartoons", help="instead of its cartoons")
    flag("--out", type=Path, default=Path("out/paper"))
    flag("--count", type=int, default=6, help="photos to draw (6), evenly chosen")
    flag("--size", type=int, default=256, help="their long side (256, the paper's)")
    flag("--style-image", help="the picture that you pick for the style")
    flag("--seed", type=int, default=0, help="of the picture drawn at random")
    flag("--style", default="pepper", help="CartoonGAN's (pepper); none: leave it out")
    flag("--weights", nargs="+", action="extend", default=[], metavar="NAME=FILE")
    flag("--methods", nargs="*", default=METHODS, choices=METHODS)
    flag("--steps", type=int, help="of every method, for a quick look")
    flag("--content-network", choices=("vgg19", "vgg16", "random"), default="vgg16")
    flag("--train-minutes", type=float, help=f"train {', '.join(TRAINED)} so long each")
    flag("--train", nargs="+", choices=TRAINED, default=list(TRAINED))
    flag("--train-flags", default=TRAIN_FLAGS, help=f"({TRAIN_FLAGS})")
    flag("--no-times", action="store_true", help="measure no training steps")
    flag("--no-page", action="store_true", help="do without `evaluate`")
    if not argv:
        parser.print_help()  # hours are for asking
        return 0
    args = parser.parse_args(argv)
    check(args)
    photos, rest, cartoons = choose(args)
    columns = plan(args, cartoons)
    failed = []
    if args.train_minutes:
        for name in args.train:
            train(args, name, rest, cartoons, failed)
            if (weights := trained(args.out, name)) is not None:
                columns[name] = by_network(weights)
    drawn = [
        name for name in columns if draw(args, name, columns[name], photos, failed)
    ]
    write_rows(args.out, photos, drawn)
    if not args.no_times:
        measure_times(args.out, failed)
    if not args.no_page and drawn:
        write_page(args, drawn, failed)
    write_summary(args, photos, drawn, cartoons, failed)
    print(f"Look at {args.out / 'rows.png'} and {args.out / 'paper.md'}")
    for name in failed:
        print(f"error: it did not work out: {name}", file=sys.stderr)
    return 2 if failed else 0


def check(args):
    """Refuses, before any work, what cannot be done."""
    if args.data is None and (args.photos is None or args.cartoons is None):
        raise ValueError(
            "`--data`, or `--photos` and `--cartoons`, must be given. Received: "
            f"--photos {args.photos} --cartoons {args.cartoons}"
        )
    for name, least in (("count", 1), ("size", 32), ("seed", 0), ("train_minutes", 0)):
        value = getattr(args, name)
        if value is not None and value < least:
            raise ValueError(
                f"`--{name.replace('_', '-')}` must be at least {least}. "
                f"Received: {value}"
            )
    for text in args.weights:
        name, equals, file = text.partition("=")
        if not equals or not name or Path(name).name != name:
            raise ValueError(f"`--weights` must be NAME=FILE. Received: {text}")
        if not Path(file).is_file():
            raise ValueError(f"`--weights` must name a file. No such file: {file}")
    if args.style_image is not None:
        images.read(args.style_image)


def choose(args):
    """The photos to draw, small, in OUT/photos; those for training; the cartoons."""
    if args.data == "samples":
        data = args.out / "samples"
        if not data.is_dir():
            run("draw", "--photos", 24, "--cartoons", 24, "--style", "hayao",
                "--out", data)  # fmt: skip
    else:
        data = Path(args.data) if args.data else None
    found = paths.find(args.photos or data / "photos")
    cartoons = paths.find(args.cartoons or data / "cartoons")
    places = np.linspace(0, len(found) - 1, min(args.count, len(found)))
    chosen = [found[round(place)] for place in places]
    if args.photos is None:
        rest = [path for path in found if path not in chosen]
    else:
        rest = paths.find(data / "photos") if data and data.is_dir() else []
    keep(args.out, "photos", {"size": args.size, "files": [str(p) for p in chosen]})
    photos = []
    for path, place in zip(
        chosen,
        paths.apart([Path(f"{paths.stem(p)}.png") for p in chosen], chosen),
        strict=True,
    ):
        photos.append(args.out / "photos" / place)
        if not photos[-1].exists():
            images.write(photos[-1], images.read(path, args.size).pixels)
    return photos, rest, cartoons


def plan(args, cartoons):
    """The command that draws each column: its name, and words with neither photo nor
    folder."""
    columns = {}
    if args.style != "none":
        columns["cartoongan"] = by_network(args.style, "--style")
    by_chance = random.Random(args.seed).choice(cartoons)
    styles = {"random": ("--style-image", str(by_chance))}
    if args.style_image is not None:
        styles = {"picked": ("--style-image", args.style_image), **styles}
    steps = () if args.steps is None else ("--steps", str(args.steps))
    for method in args.methods:
        # The paper's neural style has one picture, picked, and the set.
        own = dict(styles)
        if method == "neural-style":
            name = next(iter(styles))
            own = {name: styles[name], "set": ("--style-images", folder(args))}
        for name, style in own.items():
            columns[f"{method}-{name}"] = (
                "stylize", "--method", method, *style, "--size", str(args.size),
                "--content-network", args.content_network, *steps,
            )  # fmt: skip
    for text in args.weights:
        name, _, file = text.partition("=")
        if name in columns:
            raise ValueError(f"`--weights` must have names apart. Received: {text}")
        columns[name] = by_network(file)
    return columns


def folder(args):
    """That of the cartoons."""
    if args.cartoons:
        return args.cartoons
    data = args.out / "samples" if args.data == "samples" else Path(args.data)
    return str(data / "cartoons")


def by_network(given, kind="--weights"):
    """The bare network, which is what is compared."""
    return ("cartoonize", kind, str(given), "--draw-size", "full", "--color", "style")


def keep(out, name, values):
    """Notes what OUT holds, and refuses to mix it with something else."""
    file = out / "columns.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    old = known.setdefault(name, values)
    if old != values:
        raise ValueError(
            f"What is kept in `--out` must be of the same flags: name another, or "
            f"remove {out / ('' if name == 'photos' else 'pictures/' + name)} and its "
            f"entry in {file}. Received: {values}, before: {old}"
        )
    with paths.replacing(file) as temporary:
        temporary.write_text(json.dumps(known, indent=1))


def draw(args, name, words, photos, failed):
    """Draws a column's missing pictures; whether all are there."""
    keep(args.out, name, list(words))
    target = args.out / "pictures" / name
    missing = [photo for photo in photos if not (target / photo.name).exists()]
    if missing:
        print(f"--- {name}: {len(missing)} photos", flush=True)
        start = time.monotonic()
        code = run(*words, *missing, "--out", f"{target}{os.sep}", check=False)
        each = (time.monotonic() - start) / len(missing)
        if code:
            failed.append(name)
            return False
        file = args.out / "seconds.json"
        known = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps({**known, name: round(each, 1)}, indent=1))
    return True


def run(command, *words, check=True):
    """Runs a command of the package; its exit code."""
    line = [sys.executable, "-m", f"cartoongan_tf.{command}", *map(str, words)]
    code = subprocess.run(line).returncode
    if code and check:
        raise ValueError(f"`{command}` must work out. Received: exit code {code}")
    return code


def trained(out, name):
    """The newest generator that was trained here under this name, or None."""
    found = sorted((out / "runs" / name).glob("[0-9]*/generator.keras"))
    return found[-1] if found else None


def train(args, name, photos, cartoons, failed):
    """Trains a network for so many minutes, unless one is there."""
    if trained(args.out, name) is not None:
        return
    if not photos:
        raise ValueError(
            "`--train-minutes` must have photos to learn from that are not drawn: "
            "`--data` with more than --count. Received: none"
        )
    data = args.out / "data" / name
    for part, files in (("photos", photos), ("cartoons", cartoons)):
        (data / part).mkdir(parents=True, exist_ok=True)
        for number, path in enumerate(files):
            target = data / part / f"{number:05d}{path.suffix}"
            if not target.exists():
                shutil.copyfile(path, target)
    print(f"--- training {name} for {args.train_minutes:g} minutes", flush=True)
    working = args.out / "runs" / "unfinished"
    shutil.rmtree(working, ignore_errors=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "cartoongan_tf.train", "--style", name, "--data",
         data.parent, "--runs", working, *TRAINED[name], *args.train_flags.split()]
    )  # fmt: skip
    end = time.monotonic() + 60 * args.train_minutes
    try:
        while process.poll() is None:
            written = any(working.glob("*/*/generator.keras"))
            if written and time.monotonic() > end:
                process.send_signal(signal.SIGTERM)
                process.wait()
            time.sleep(0.5)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if any(working.glob("*/*/generator.keras")):
        (working / name).rename(args.out / "runs" / name)
    else:
        failed.append(f"training {name}")


def write_rows(out, photos, names):
    """A picture for each photo, and one of all: photo | each method."""
    rows = []
    for photo in photos:
        files = [photo, *(out / "pictures" / name / photo.name for name in names)]
        pictures = [images.read(file).pixels for file in files]
        parts = zip(pictures, ["photo", *names], strict=True)
        rows.append(layout.side_by_side(*(captioned(*part) for part in parts)))
        images.write(out / "rows" / photo.name, rows[-1])
    images.write(out / "rows.png", layout.stack(rows, 8))


def captioned(pixels, text):
    """A picture under its name."""
    sheet = Image.new("RGB", (pixels.shape[1], pixels.shape[0] + CAPTION), "white")
    font = ImageFont.load_default(size=12)
    ImageDraw.Draw(sheet).text((2, 2), text, "black", font)
    sheet.paste(Image.fromarray(pixels), (0, CAPTION))
    return np.asarray(sheet)


def measure_times(out, failed):
    """Training steps against ours, by the benchmark that is for it."""
    file = out / "times.json"
    if file.exists():
        return
    print("--- time of a training step, CycleGAN's against ours", flush=True)
    done = subprocess.run(
        [sys.executable, HERE / "cyclegan.py"], capture_output=True, text=True
    )
    pairs = [line.split(": ") for line in done.stdout.splitlines() if ": " in line]
    if done.returncode or not pairs:
        failed.append("benchmarks/cyclegan.py")
        return
    file.write_text(json.dumps({name: float(value) for name, value in pairs}, indent=1))


def write_page(args, names, failed):
    """Lets `evaluate` judge the pictures."""
    pictures = [f"{name}={args.out / 'pictures' / name}" for name in names]
    code = run(
        "evaluate", "--photos", args.out / "photos", "--cartoons", folder(args),
        "--pictures", *pictures, "--out", args.out / "report", "--overwrite",
        "--size", max(args.size, 64), check=False,  # it takes none below
    )  # fmt: skip
    if code:
        failed.append("the page")


def write_summary(args, photos, names, cartoons, failed):
    """What was compared, by which commands, and how long it takes."""
    out = args.out
    kept = json.loads((out / "columns.json").read_text())
    file = out / "seconds.json"
    seconds = json.loads(file.read_text()) if file.exists() else {}
    lines = [
        "# The paper's comparison", "",
        f"{len(photos)} photos of `{args.photos or args.data}`, at {args.size} pixels; "
        f"{len(cartoons)} cartoons of `{folder(args)}`.", "",
        "![photo, and each method](rows.png)", "",
        "| column | seconds a photo, start included | command |", "|---|---|---|",
    ]  # fmt: skip
    for name in names:
        words = " ".join(kept[name])
        lines.append(f"| {name} | {seconds.get(name, '')} | `{words}` |")
    file = out / "times.json"
    if file.exists():
        times = json.loads(file.read_text())
        lines += [
            "", "Time of an epoch, that of a training step on this machine, against "
            "CartoonGAN's:", "", "| | here | processor time | the paper |",
            "|---|---|---|---|",
        ]  # fmt: skip
        for name in (key[:-6] for key in times if key.endswith("_ratio")):
            if not name.endswith("_processor"):
                papers = PAPERS_TIMES.get(name, "")
                both = times[f"{name}_ratio"], times.get(f"{name}_processor_ratio", "")
                lines.append(f"| {name} | {both[0]} | {both[1]} | {papers} |")
    if not args.no_page and "the page" not in failed:
        lines += ["", "Judged: [report/report.html](report/report.html)."]
    if failed:
        lines += ["", f"It did not work out: {', '.join(failed)}."]
    (out / "paper.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    terminal.run(main)
