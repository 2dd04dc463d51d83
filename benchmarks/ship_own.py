"""Puts a style of our own training into saved_models/, with its files and its card.

    python benchmarks/ship_own.py RUN --photos HELD --cartoons HELD --minutes M

RUN is one of `train`, its style in `inference.styles.OWN`. Writes a style's
`light.keras`, `light.onnx`, `model.json`, `tflite/`, `scores.json` and `card.md`;
measures on photos and pictures of the artist that the run never met.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from ship import TWIN, hashes, write_twin
from style import measure, read

from cartoongan_tf import terminal
from cartoongan_tf.inference import styles

HOME = Path(__file__).resolve().parent.parent / "saved_models"
SIZES, VARIANTS = (256, 512), ("float16", "int8")
CARD = """\
# {style}: a style of our own

| | |
|---|---|
| files | `light.keras` (Keras, any size); {twin}; \
`tflite/{style}_<size>_<variant>.tflite`, what their input and output are in \
`tflite/model.json` |
| learnt from | {source} |
| terms | {terms} |
| network | `LightGenerator(width={width}, trunk={trunk}, num_blocks={num_blocks}, \
norm="{norm}")`, {parameters:,} parameters, from random weights |
| pictures | {pictures}; photos under CC0, CC BY or in the public domain |
| content network, discriminator's features | VGG16 (K. Simonyan, A. Zisserman), \
CC BY 4.0 |
| training | `python -m cartoongan_tf.train {command}`{note} |
| time | {steps:,} joint steps, {minutes} minutes on two cores of a cloud machine, \
shared with other work |

What it is, how it was found and what falls short: \
[docs/pepper.md](../../docs/pepper.md).

## Scores

On {held} photos and {panels} of the artist's pictures that it never met. Distances of \
VGG16's means and deviations to the artist's pictures; those of the photos are 1.

| conv3_3 | conv4_3 | strong outlines of the photo kept | sharpness to the photo's |
|---|---|---|---|
| {conv3_3} | {conv4_3} | {outlines_kept} | {sharpness} |

By `python benchmarks/style.py saved_models/{style}/light.keras --photos ... \
--cartoons ...`.

TFLite files against `light.keras`, on {reported} of those photos (`export`'s report):

{exports}

## sha256

{hashes}
"""


def main(argv):
    """Parses the flags and does it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--cartoons", type=Path, required=True)
    parser.add_argument("--minutes", type=int, required=True)
    parser.add_argument("--note", default="", help="how the run was gone on with")
    args = parser.parse_args(argv)
    terminal.load_tensorflow()
    from cartoongan_tf.exporting import bundle, photos
    from cartoongan_tf.inference.weights import load_generator

    config = json.loads((args.run / "config.json").read_text())
    style = styles.OWN[config["style"]]
    generator = load_generator(args.run / "generator.keras")
    home = HOME / style.name
    home.mkdir(parents=True, exist_ok=True)
    learnt = Path(config["data"]) / "photos"
    sets = photos.load_photos(learnt, args.photos)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "export"
        rows = bundle.export(
            generator, out, style.name, sets, ("tflite",), VARIANTS, SIZES, style.terms
        )
        if short := [row for row in rows if row["shortfalls"]]:
            raise ValueError(f"Files must reach their limits. Received: {short}")
        shutil.copytree(out / "tflite", home / "tflite", dirs_exist_ok=True)
    shutil.copy(args.run / "generator.keras", home / "light.keras")
    held, panels = read(args.photos), read(args.cartoons)
    scores, _ = measure(home / "light.keras", held, panels)
    names = ("file", "bytes", "psnr_mean", "psnr_worst", "ssim_mean")
    exports = [{name: row[name] for name in names} for row in rows]
    table = ["| file | bytes | PSNR, dB | worst | SSIM |", "|---|---|---|---|---|"]
    table += [
        f"| {Path(row['file']).name} | {row['bytes']:,} | {row['psnr_mean']:.1f} | "
        f"{row['psnr_worst']:.1f} | {row['ssim_mean']:.4f} |"
        for row in exports
    ]
    write_twin(home, style.terms)
    card = CARD.format(
        style=style.name,
        twin=TWIN,
        source=style.source,
        terms=style.terms,
        parameters=generator.count_params(),
        width=generator.width,
        trunk=generator.trunk,
        num_blocks=generator.num_blocks,
        norm=generator.norm,
        pictures=config["pictures"].rsplit(",", 1)[0],
        command=" ".join(flags(config)),
        note=args.note and f"; {args.note}",
        steps=count_steps(args.run),
        minutes=args.minutes,
        held=len(held),
        panels=len(panels),
        **scores,
        reported=len(sets.test.names),
        exports="\n".join(table),
        hashes=hashes(home),
    )
    (home / "card.md").write_text(card)
    results = {"style": scores, "export": exports}
    (home / "scores.json").write_text(json.dumps(results, indent=2) + "\n")
    print(card)


def flags(config):
    """The flags of a run's config that differ from the defaults."""
    from dataclasses import fields

    from cartoongan_tf.plans.plans import Plan

    usual = {field.name: field.default for field in fields(Plan)}
    for name, value in config.items():
        if name in ("pictures", "data") or value == usual.get(name):
            continue
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            yield f"--{flag}" if value else f"--no-{flag}"
        else:
            yield f"--{flag} {value}"


def count_steps(run):
    """Joint steps that the run has taken."""
    last = (run / "history.csv").read_text().strip().splitlines()[-1].split(",")
    return int(last[2]) - _initial(run)


def _initial(run):
    config = json.loads((run / "config.json").read_text())
    return config["init_epochs"] * config["steps_per_epoch"]


if __name__ == "__main__":
    terminal.run(main, sys.argv[1:])
