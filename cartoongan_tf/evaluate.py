"""The command that judges styles and networks: `python -m cartoongan_tf.evaluate`."""

import json
import shlex
import sys
from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.evaluate --style pepper paprika --photos DIR \\
      --cartoons PANELS --out report
      a page to look at, report/report.html, and its figures, report/report.json
  python -m cartoongan_tf.evaluate --photos DIR --cartoons PANELS --out report \\
      --style pepper --weights mine.keras --pictures cyclegan=drawn/cyclegan
      networks, and pictures that anything drew before, on one page
  python -m cartoongan_tf.evaluate --runs runs/mine/0000* --photos DIR \\
      --cartoons PANELS --out report
      training runs side by side, with the flags in which they differ
  python -m cartoongan_tf.evaluate --style hosoda --teacher hosoda.keras --photos DIR \\
      --hold-out 8 --sheet hosoda.png
      no page: how near the light hosoda is to the large one, on every 8th photo,
      those that `distill` does not learn from"""

TITLES = {
    "psnr": "PSNR, dB",
    "worst_psnr": "worst",
    "ssim": "SSIM",
    "outline_f1": "outline F1",
    "sharpness": "sharpness",
}
# What the page's printed summary has of all its figures.
SUMMARY = ("kid_cartoons", "together", "structure", "outlines_kept", "checkerboard")


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "evaluate",
        "Judge styles, networks and drawn pictures: on a page with --out, or by how "
        "near they are to a teacher's pictures.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag("--photos", metavar="DIR", required=True, help="photos to draw")
    flag("--style", nargs="+", default=[], help="styles with weights in saved_models/")
    flag(
        "--weights",
        nargs="+",
        default=[],
        metavar="FILE",
        help=".keras, .tflite or .onnx files",
    )
    flag("--teacher", metavar="FILE", help="whose pictures are wanted")
    flag("--out", metavar="DIR", help="write report.html and report.json there")
    flag("--overwrite", action="store_true", help="replace files that exist")
    flag(
        "--hold-out",
        type=int,
        default=1,
        help="judge by one photo in so many: 8 for those that `distill` held out",
    )
    flag(
        "--square",
        type=int,
        metavar="SIZE",
        help="cut photos to squares of this size, which .tflite files need",
    )
    page = parser.add_argument_group("with --out").add_argument
    page("--cartoons", metavar="DIR", help="the style to be near to")
    page(
        "--pictures",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=DIR",
        help="pictures drawn before, named as the photos are; may be given again",
    )
    page(
        "--runs",
        nargs="+",
        action="extend",
        default=[],
        metavar="DIR",
        help="folders of training runs, such as runs/mine/00001",
    )
    page(
        "--size",
        type=int,
        default=512,
        help="photos and cartoons are shrunk to this long side",
    )
    page(
        "--as-used",
        action="store_true",
        help="draw as `cartoonize` does, colours looked after; else the bare network",
    )
    page(
        "--extractor",
        default="vgg16",
        choices=("vgg16", "inception"),
        help="whose features the distance to the cartoons is by; inception needs a "
        "download",
    )
    page(
        "--jpeg",
        type=int,
        metavar="QUALITY",
        help="put every picture through a JPEG: for sets of which some are JPEG",
    )
    page("--shown", type=int, default=40, help="photos on the page; all are judged")
    page("--seed", type=int, default=0, help="of halves, windows, pixels, patches")
    teacher = parser.add_argument_group("without --out").add_argument
    teacher("--sheet", metavar="PNG", help="photo, teacher and each file, side by side")
    teacher("--rows", type=int, default=12, help="photos on the sheet")
    teacher("--json", metavar="FILE", help="write the scores there too")
    args = parser.parse_args(argv)
    _check(args)
    return _write_report(args, argv) if args.out else _score(args)


def _check(args):
    """Refuses, before anything is loaded, flags that do not go together."""
    for name, least in (
        ("hold_out", 1), ("rows", 1), ("square", 1), ("size", 64), ("shown", 1),
        ("jpeg", 1), ("seed", 0),
    ):  # fmt: skip
        value = getattr(args, name)
        if value is not None and value < least:
            raise ValueError(
                f"`--{name.replace('_', '-')}` must be at least {least}. "
                f"Received: {value}"
            )
    if args.jpeg is not None and args.jpeg > 100:
        raise ValueError(f"`--jpeg` must be at most 100. Received: {args.jpeg}")
    if args.out:
        if not (args.style or args.weights or args.pictures or args.runs):
            raise ValueError(
                "One of `--style`, `--weights`, `--pictures` and `--runs` must be "
                "given. Received: none"
            )
        if args.sheet or args.json:
            raise ValueError(
                "`--sheet` and `--json` must go without --out, which writes both. "
                f"Received: --out {args.out}"
            )
        return
    named = {"--cartoons": args.cartoons, "--pictures": args.pictures}
    for name, value in {**named, "--runs": args.runs}.items():
        if value:
            raise ValueError(f"`{name}` must go with --out. Received: no --out")
    if args.teacher is None:
        raise ValueError(
            "One of `--out` and `--teacher` must be given: a page, or scores against "
            "a teacher. Received: neither"
        )
    if not (args.style or args.weights):
        raise ValueError(
            "One of `--style` and `--weights` must be given. Received: neither"
        )
    for target in (args.sheet, args.json):
        if target and Path(target).exists() and not args.overwrite:
            raise ValueError(
                "A file that exists must be replaced by --overwrite alone. "
                f"Received: {target}"
            )


def _write_report(args, argv):
    """Draws and judges everything; writes the page and its JSON."""
    from tqdm import tqdm

    from cartoongan_tf.pictures import paths

    found = paths.find(args.photos)[:: args.hold_out]
    cartoons = paths.find(args.cartoons) if args.cartoons else []
    terminal.load_tensorflow()
    from cartoongan_tf.reports import contestants, extractors, reports

    pictures = contestants.parse_pictures(args.pictures)
    folder = reports.check_out(args.out, args.overwrite)
    drawing, runs = reports.gather(
        args.style, args.weights, pictures, args.runs, args.teacher, args.as_used
    )
    extractor = extractors.load(args.extractor)
    report, thumbs = reports.make(
        drawing,
        found,
        Path(args.photos),
        extractor,
        cartoons,
        size=args.size,
        square=args.square,
        seed=args.seed,
        jpeg=args.jpeg,
        shown=args.shown,
        progress=lambda items, label: tqdm(items, label, unit="", disable=None),
    )
    if args.as_used:
        report["drawing"] += "; as `cartoonize` draws by default"
    report["command"] = shlex.join(["python", "-m", "cartoongan_tf.evaluate", *argv])
    report["runs"] = runs
    reports.write(report, thumbs, folder)
    _print_summary(report)
    print(f"{folder / 'report.html'}: open it in a browser")
    return 0


def _print_summary(report):
    """A few of the figures, as a table; the anchors below it."""
    keys = [
        key for key in SUMMARY if any(key in m["figures"] for m in report["methods"])
    ]
    name = report["extractor"]["name"]
    titles = {
        "kid_cartoons": f"to the cartoons ({name})",
        "together": "style x content",
    }
    print(f"| {report['photos']['n']} photos | ", end="")
    print(" | ".join(titles.get(key, key.replace("_", " ")) for key in keys) + " |")
    print("|---" * (1 + len(keys)) + "|")
    for method in report["methods"]:
        figures = (method["figures"].get(key) for key in keys)
        cells = ["" if f is None else f"{f['value']:.3g}" for f in figures]
        print(f"| {method['name']} | {' | '.join(cells)} |")
    for anchor in report["anchors"]:
        error = "" if anchor["error"] is None else f" ± {anchor['error']:.2g}"
        print(f"anchor: {anchor['what']}: {anchor['value']:.3g}{error} ({name})")
    if report["skipped"]:
        print(f"Left out, and in no figure: {len(report['skipped'])}.")


def _score(args):
    """Scores generators against a teacher, photo by photo."""
    from tqdm import tqdm

    from cartoongan_tf.inference import styles
    from cartoongan_tf.pictures import images, layout, paths

    if args.sheet:
        images.check_writable(args.sheet)
    files = [styles.find_weights(name) for name in args.style]
    files += [Path(name) for name in args.weights]
    photos = paths.find(args.photos)[:: args.hold_out]
    from cartoongan_tf.evaluation import scores
    from cartoongan_tf.inference.cartoonizer import Cartoonizer

    teacher = Cartoonizer(Path(args.teacher), draw_size="full", color="style")
    students = [Cartoonizer(file, draw_size="full", color="style") for file in files]
    rows, sheet = {"the photo itself": []}, []
    rows |= {str(file): [] for file in files}
    shown = {photos[n * len(photos) // args.rows] for n in range(args.rows)}
    skipped = []
    for path in tqdm(photos, "scoring", unit="photo", disable=None):
        try:
            with terminal.quiet_libraries():
                photo = images.read(path).pixels
            if args.square:
                photo = scores.cut_square(photo, args.square)
            truth = teacher(photo)
            pictures = [student(photo) for student in students]
            scored = [scores.score(picture, truth) for picture in (photo, *pictures)]
        except ValueError as error:  # damaged, too small, too large for the memory
            told = terminal.one_line(error)
            skipped.append(told if str(path) in told else f"{path}: {told}")
            tqdm.write(f"warning: Skipped. {skipped[-1]}", file=sys.stderr)
            continue
        for name, score in zip(rows, scored, strict=True):
            rows[name].append(score)
        if args.sheet and path in shown:
            sheet.append(layout.side_by_side(photo, truth, *pictures))
    count = len(photos) - len(skipped)
    if not count:
        raise ValueError(
            f"At least one photo must be fit to be scored. Received: {len(photos)}, "
            f"none of which is; the last: {skipped[-1]}"
        )
    results = {name: scores.summarize(each) for name, each in rows.items()}
    print(f"| {count} photo{'s' * (count != 1)} | {' | '.join(TITLES.values())} |")
    print("|---" * (1 + len(TITLES)) + "|")
    for name, result in results.items():
        print(f"| {name} | " + " | ".join(f"{result[k]:.3g}" for k in TITLES) + " |")
    if skipped:
        many = len(skipped) > 1
        print(f"Skipped, and in no score: {len(skipped)} photo{'s' * many}.")
    if sheet:
        images.write(args.sheet, layout.lay_out(sheet))
        print(f"{args.sheet}: photo | teacher | {' | '.join(map(str, files))}")
    if args.json:
        with paths.replacing(args.json) as temporary:
            temporary.write_text(json.dumps(results, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    terminal.run(main)
