"""Puts distilled generators into saved_models/, each with its files and its card.

    python benchmarks/ship.py style RUN --photos DIR --hours H
    python benchmarks/ship.py onnx [PHOTOS]
    python benchmarks/ship.py table
    python benchmarks/ship.py strip

`style` takes the generator of a `distill` run, exports it, scores all of it on the
run's held-out photos, and writes `<style>/light.keras`, its twin `<style>/light.onnx`
(by which `cartoonize` draws without TensorFlow), `<style>/model.json`,
`<style>/tflite/`, `<style>/scores.json` and `<style>/card.md`. `onnx` writes the twins
of all styles anew, with their places in `model.json` and the cards, and compares their
pictures with Keras's: of PHOTOS, or of drawn ones. `table` puts the scores of all
styles into its README.md, those of the TFLite files into mobile/README.md, and `strip`
draws the README's picture, of a photo that all may pass on: that of Grace Hopper by the
US Navy, in the public domain, which matplotlib brings along.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from cartoongan_tf import terminal
from cartoongan_tf.inference import styles
from cartoongan_tf.pictures import images, layout, paths

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "saved_models"
DOCS = ROOT / "docs"
SIZES = (256, 512)
VARIANTS = ("float16", "int8")
SMALL = 480  # a photo's short side from which its square is scored at 512
ORDER = ("pepper", "paprika", "hayao", "hosoda", "shinkai")
TWIN = (
    "`light.onnx`, its twin for onnxruntime, by which the style is drawn without "
    "TensorFlow (`python benchmarks/ship.py onnx`; `model.json`)"
)
LICENCE = (
    "research and non-commercial use: distilled from the CartoonGAN authors' published "
    "weights on photos, many of them of BSDS500, both for research and non-commercial "
    "use"
)
NETWORK = "width", "trunk", "num_blocks", "block_norms", "deep", "deep_norms", "norm"
CARD = """\
# {style}: light generator

| | |
|---|---|
| files | `light.keras` (Keras, any size); {twin}; \
`tflite/{style}_<size>_<variant>.tflite`, what their input and output are in \
`tflite/model.json` |
| network | `LightGenerator(width={width}, trunk={trunk}, num_blocks={num_blocks}, \
block_norms={block_norms}, deep={deep}, deep_norms={deep_norms}, norm="{norm}")`, \
{parameters:,} parameters |
| teacher | the authors' published {style} network ({source}), converted by \
`python -m cartoongan_tf.convert authors {style}.npz --out {style}.keras`; \
Y. Chen, Y.-K. Lai, Y.-J. Liu, CVPR 2018; weights as arrays from \
mnicnc404/CartoonGan-tensorflow |
| photos | {photos}: of BSDS500 (Berkeley, train and val), Urban100 and Sun-Hays80 \
(as in jbhuang0604/SelfExSR), and free ones; {learnt} to learn from, {held} held out |
| licence | {licence} |
| training | `python -m cartoongan_tf.distill {command}` |
| start | {start} |
| time | {hours} hours on one core of a two-core cloud machine, shared with other work |

## Scores

Against the teacher's pictures, on the {held} held-out photos. The photos themselves
have {photo}. Sharpness is the variance of the Laplacian against the teacher's.

{scores}

By `python -m cartoongan_tf.evaluate --weights saved_models/{style}/light.keras \
--teacher {style}.keras --photos PHOTOS --hold-out {hold_out}`; the TFLite files with
`--square 256` and `--square 512`, the latter on the {large} photos that are as large.

TFLite files against `light.keras`, on {reported} held-out photos (`export`'s report):

{exports}

## sha256

{hashes}
"""


def main(argv):
    """Parses the flags and does it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.set_defaults(do=lambda args: parser.print_help())
    commands = parser.add_subparsers()
    command = commands.add_parser("style")
    command.set_defaults(do=ship)
    command.add_argument("run", type=Path)
    command.add_argument("--photos", type=Path, required=True)
    command.add_argument("--hours", type=float, required=True)
    command.add_argument("--start", help="where a run that had --start began")
    command = commands.add_parser("onnx")
    command.set_defaults(do=write_twins)
    command.add_argument("photos", type=Path, nargs="?")
    commands.add_parser("table").set_defaults(do=lambda args: write_table())
    commands.add_parser("strip").set_defaults(do=lambda args: draw_strip())
    args = parser.parse_args(argv)
    args.do(args)


def ship(args):
    """A style's files and card."""
    terminal.load_tensorflow()
    from cartoongan_tf.data.pairs import describe_pairs, hold_out, name_pairs
    from cartoongan_tf.exporting import bundle, photos
    from cartoongan_tf.inference.weights import load_generator

    config = json.loads((args.run / "config.json").read_text())
    style = config["style"]
    generator = load_generator(args.run / "generator.keras")
    files = paths.find(args.photos)
    learnt, held = hold_out(files, config["hold_out"])
    # What the teacher drew of them for the run.
    wanted = config["teacher"], files, config["image_size"], config["seed"]
    name = name_pairs(describe_pairs(*wanted, config["margin"]))
    drawn = Path(config["pairs"] or args.run.parent.parent / name) / "held"
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, files in (("learnt", learnt), ("held", held)):
            (folder / name).mkdir()
            for file in files:
                shutil.copy(os.path.realpath(file), folder / name / file.name)
        sets = photos.load_photos(folder / "learnt", folder / "held")
        rows = bundle.export(
            generator,
            folder / "export",
            style,
            sets,
            ("tflite",),
            VARIANTS,
            SIZES,
            LICENCE,
        )
        short = [row for row in rows if row["shortfalls"]]
        if short:
            raise ValueError(f"Files must reach their limits. Received: {short}")
        with paths.replacing_folder(HOME / style / "tflite") as target:
            shutil.copytree(folder / "export" / "tflite", target, dirs_exist_ok=True)
        shutil.copy(args.run / "generator.keras", HOME / style / "light.keras")
        results = score(HOME / style, style, config["teacher"], held, drawn)
    write_twin(HOME / style, LICENCE)
    results["export"] = [
        {k: row[k] for k in ("file", "bytes", "psnr_mean", "psnr_worst", "ssim_mean")}
        for row in rows
    ]
    scores = [f"| file | {' | '.join(TITLES)} |", "|---" * (1 + len(TITLES)) + "|"]
    scores += [told(name, each) for name, each in results["teacher"].items()]
    exports = ["| file | bytes | PSNR, dB | worst | SSIM |", "|---|---|---|---|---|"]
    exports += [
        f"| {Path(row['file']).name} | {row['bytes']:,} | {row['psnr_mean']:.1f} | "
        f"{row['psnr_worst']:.1f} | {row['ssim_mean']:.4f} |"
        for row in rows
    ]
    photo = results["photo"]
    card = CARD.format(
        style=style,
        twin=TWIN,
        source=styles.STYLES[style].source,
        parameters=generator.count_params(),
        **{name: config[name] for name in NETWORK},
        hold_out=config["hold_out"],
        large=results["large"],
        photos=len(learnt) + len(held),
        learnt=len(learnt),
        held=len(held),
        licence=LICENCE,
        command=" ".join(flags(config)),
        hours=args.hours,
        start=args.start or "random weights",
        photo=f"{photo['psnr']:.1f} dB, SSIM {photo['ssim']:.2f}, outline F1 "
        f"{photo['outline_f1']:.2f}",
        scores="\n".join(scores),
        exports="\n".join(exports),
        reported=len(sets.test.names),
        hashes=hashes(HOME / style),
    )
    (HOME / style / "card.md").write_text(card)
    (HOME / style / "scores.json").write_text(json.dumps(results, indent=2) + "\n")
    print(card)


def hashes(home):
    """A card's list of shipped files."""
    files = [home / name for name in ("light.keras", "light.onnx", "model.json")]
    files += sorted(home.glob("tflite/*"))
    return "\n".join(
        f"- `{file.relative_to(home)}` {hashlib.sha256(file.read_bytes()).hexdigest()}"
        for file in files
    )


def write_twin(home, licence):
    """A style's `light.onnx` and the `model.json` that describes it."""
    from cartoongan_tf.exporting import contract, onnx
    from cartoongan_tf.inference.weights import load_generator
    from cartoongan_tf.networks.statistics import StatisticsGenerator

    path = onnx.write_twin(home / "light.keras")
    norms = StatisticsGenerator(load_generator(home / "light.keras")).describe()
    variant = "onnx-statistics" if norms else "onnx"
    entry = contract.describe(path, variant, None, {}, norms or None)
    contract.write_contract(home, home.name, licence, [entry])


def write_twins(args):
    """Those of all styles that are there, compared with Keras; their cards mended."""
    terminal.load_tensorflow()
    from cartoongan_tf.exporting.signatures import as_float32
    from cartoongan_tf.inference import runtimes
    from cartoongan_tf.inference.cartoonizer import Cartoonizer
    from cartoongan_tf.inference.weights import load_generator
    from cartoongan_tf.samples import samples

    if args.photos:
        photos = [images.read(path).pixels for path in paths.find(args.photos)]
    else:
        sizes = ((321, 481), (240, 320), (97, 41), (33, 33), (1200, 900))
        photos = [samples.draw_photo(n, *size) for n, size in enumerate(sizes)]
    for style in ORDER:
        home = HOME / style
        licence = json.loads((home / "tflite" / "model.json").read_text())["licence"]
        write_twin(home, licence)
        ours = Cartoonizer(runtimes.load_runtime(home / "light.onnx"))
        theirs = Cartoonizer(as_float32(load_generator(home / "light.keras")))
        apart = [abs(ours(p).astype(int) - theirs(p)).max() for p in photos]
        differ = sum(difference > 0 for difference in apart)
        print(f"{style}: {max(apart)} levels at most; {differ} of {len(photos)} differ")
        if max(apart) > 1:
            raise ValueError(f"A twin must draw as Keras does. Received: {apart}")
        card = (home / "card.md").read_text()
        begin, rest = card.split("| files | ", 1)
        files, rest = rest.split("\n", 1)
        keras, tflite = files.split("; ")[0], files.split("; ")[-1]
        body = rest.split("## sha256")[0]
        if "; `light.onnx`" not in files:
            files = f"{keras}; {TWIN}; {tflite}"
        card = f"{begin}| files | {files}\n{body}## sha256\n\n{hashes(home)}\n"
        (home / "card.md").write_text(card)


TITLES = ("PSNR, dB", "worst", "SSIM", "outline F1", "sharpness")


def told(name, result):
    """A row of a table of scores."""
    values = [result["psnr"], result["worst_psnr"]]
    few = [result[k] for k in ("ssim", "outline_f1", "sharpness")]
    cells = [f"{v:.1f}" for v in values] + [f"{v:.2f}" for v in few]
    return f"| {name} | {' | '.join(cells)} |"


def flags(config):
    """The flags of a run's config that differ from the defaults."""
    from dataclasses import fields

    from cartoongan_tf.plans.lessons import Lesson

    usual = {field.name: field.default for field in fields(Lesson)}
    named = {"teacher": f"{config['style']}.keras", "photos": "PHOTOS", "pairs": ""}
    for name, value in {**config, **named}.items():
        if name == "start" and value:
            value = "START.keras"
        if value != usual[name]:
            yield f"--{name.replace('_', '-')} {value}"


def score(folder, style, teacher, photos, drawn):
    """Scores of the photos themselves and of every shipped file."""
    from cartoongan_tf.evaluation import scores
    from cartoongan_tf.inference.cartoonizer import Cartoonizer

    draw = Cartoonizer(Path(teacher), draw_size="full", color="style")
    pictures = [images.read(path).pixels for path in photos]
    truths = [images.read(drawn / f"{path.stem}.png").pixels for path in photos]
    pairs = list(zip(pictures, truths, strict=True))
    results = {"photo": scores.summarize([scores.score(*pair) for pair in pairs])}
    light = Cartoonizer(folder / "light.keras", draw_size="full", color="style")
    results["teacher"] = {
        "light.keras": scores.summarize([scores.score(light(p), t) for p, t in pairs])
    }
    results["photos"], results["large"] = len(photos), 0
    for size in SIZES:
        fit = [p for p in pictures if min(p.shape[:2]) >= min(size, SMALL)]
        if size > SMALL:
            results["large"] = len(fit)
        squares = [scores.cut_square(picture, size) for picture in fit]
        pairs = [(square, draw(square)) for square in squares]
        for variant in VARIANTS if pairs else ():
            name = f"tflite/{style}_{size}_{variant}.tflite"
            run = Cartoonizer(folder / name, draw_size="full", color="style")
            rows = [scores.score(run(p), t) for p, t in pairs]
            results["teacher"][Path(name).name] = scores.summarize(rows)
    return results


def write_table():
    """Two tables, each between its marks: scores, and what phones get."""
    results = {
        style: json.loads(file.read_text())
        for style in ORDER
        if (file := HOME / style / "scores.json").is_file()
    }
    titles = ("style", "held-out photos", *TITLES, "what it draws")
    scores = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    scores += [
        told(
            f"[{style}]({style}/card.md) | {result.get('photos', 38)}",
            result["teacher"]["light.keras"],
        )
        + f" ![{style}](../mobile/contract/goldens/photo_{style}_float16.png) |"
        for style, result in results.items()
        if "teacher" in result  # a style of our own has none: benchmarks/style.py
    ]
    put(HOME / "README.md", scores)
    files = [
        "| file | MB | PSNR to `light.keras`, dB | worst photo |",
        "|---|---|---|---|",
    ]
    files += [
        f"| `{Path(row['file']).name}` | {row['bytes'] / 1e6:.2f} | "
        f"{row['psnr_mean']:.1f} | {row['psnr_worst']:.1f} |"
        for result in results.values()
        for row in result["export"]
    ]
    put(ROOT / "mobile" / "README.md", files)


def put(readme, lines):
    """Writes a table between a page's two marks."""
    head, rest = readme.read_text().split("<!-- table -->\n", 1)
    tail = rest.split("<!-- end -->", 1)[1]
    table = "\n".join(lines)
    readme.write_text(f"{head}<!-- table -->\n{table}\n<!-- end -->{tail}")
    print(table)


def draw_strip():
    """docs/strip.jpg: a photo and what the shipped styles make of it."""
    import matplotlib

    terminal.load_tensorflow()
    from cartoongan_tf.inference.cartoonizer import Cartoonizer

    folder = Path(matplotlib.get_data_path()) / "sample_data"
    photo = images.shrink(images.read(folder / "grace_hopper.jpg"), 420).pixels
    shipped = [style for style in ORDER if (HOME / style / "light.keras").is_file()]
    pictures = [Cartoonizer(HOME / style / "light.keras")(photo) for style in shipped]
    images.write(DOCS / "strip.jpg", layout.side_by_side(photo, *pictures))
    print(f"docs/strip.jpg: photo | {' | '.join(shipped)}")


if __name__ == "__main__":
    terminal.run(main, sys.argv[1:])
