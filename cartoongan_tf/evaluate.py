"""The command that scores a generator: `python -m cartoongan_tf.evaluate`."""

import json
import sys
from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.evaluate --style hosoda --teacher hosoda.keras --photos DIR
      how near the light hosoda's pictures are to the large network's
  python -m cartoongan_tf.evaluate --style hosoda --teacher hosoda.keras --photos DIR \\
      --hold-out 8 --sheet hosoda.png
      on every 8th photo alone, those that `distill` does not learn from
  python -m cartoongan_tf.evaluate --weights a.keras b.tflite --teacher t.keras \\
      --photos DIR
      several files, each on its own runtime"""

TITLES = {
    "psnr": "PSNR, dB",
    "worst_psnr": "worst",
    "ssim": "SSIM",
    "outline_f1": "outline F1",
    "sharpness": "sharpness",
}


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "evaluate",
        "Score generators by how near their pictures are to a teacher's.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag("--style", help="a style with weights under saved_models/")
    flag("--weights", nargs="+", metavar="FILE", help=".keras, .tflite or .onnx files")
    flag("--teacher", metavar="FILE", required=True, help="whose pictures are wanted")
    flag("--photos", metavar="DIR", required=True, help="photos to draw")
    flag(
        "--hold-out",
        type=int,
        default=1,
        help="score one photo in so many: 8 for those that `distill` held out",
    )
    flag(
        "--square",
        type=int,
        metavar="SIZE",
        help="cut photos to squares of this size, which .tflite files need",
    )
    flag("--sheet", metavar="PNG", help="photo, teacher and each file, side by side")
    flag("--rows", type=int, default=12, help="photos on the sheet")
    flag("--json", metavar="FILE", help="write the scores there too")
    flag("--overwrite", action="store_true", help="replace files that exist")
    args = parser.parse_args(argv)
    if (args.style is None) == (args.weights is None):
        raise ValueError(
            "One of `--style` and `--weights` must be given. Received: "
            f"--style {args.style} --weights {args.weights}"
        )
    for name in ("hold_out", "rows", "square"):
        value = getattr(args, name)
        if value is not None and value < 1:
            raise ValueError(
                f"`--{name.replace('_', '-')}` must be at least 1. Received: {value}"
            )
    for target in (args.sheet, args.json):
        if target and Path(target).exists() and not args.overwrite:
            raise ValueError(
                "A file that exists must be replaced by --overwrite alone. "
                f"Received: {target}"
            )

    from tqdm import tqdm

    from cartoongan_tf.inference import styles
    from cartoongan_tf.pictures import images, layout, paths

    if args.sheet:
        images.check_writable(args.sheet)
    files = [Path(name) for name in args.weights or [styles.find_weights(args.style)]]
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
