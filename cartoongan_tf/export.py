"""The command that exports: `python -m cartoongan_tf.export --style paprika`."""

import sys
from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.export --tflite
      exports/paprika/tflite/paprika_256_int8.tflite, and the proof in report.md
  python -m cartoongan_tf.export --weights FILE.keras --tflite --calibration photos/ \\
      --quantize float32 float16 weight-int8 int8 --image-size 256 512
  python -m cartoongan_tf.export --style hayao --saved-model --onnx --out exports/hayao
  python -m cartoongan_tf.export --style hayao
      every format: SavedModel, ONNX, TFLite"""

FORMATS = ("saved-model", "onnx", "tflite")
VARIANTS = (
    "float32", "float16", "weight-int8", "int8", "int8-statistics", "full-int8",
)  # fmt: skip
# Of those the best trade: a quarter of the size, over 45 dB, and on processors with
# VNNI under half the time (without, about the same: docs/measured.md).
DEFAULT = "int8"

TERMS = {  # of the weights that are known by their name
    "paper.keras": "the CartoonGAN authors' published weights: research and "
    "non-commercial use",
    "light.keras": "distilled from the CartoonGAN authors' published weights on photos "
    "of BSDS500: research and non-commercial use",
}


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "export",
        "Write a generator for other runtimes, with a report of how near each file "
        "comes to it. Exit code 3 when one is not near enough.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag("--style", help="a style with weights under saved_models/ (pepper)")
    flag("--weights", metavar="FILE.keras", help="a generator, instead of --style")
    flag("--saved-model", action="store_true", help="for TensorFlow Serving")
    flag("--onnx", action="store_true", help="for ONNX Runtime and others")
    flag("--tflite", action="store_true", help="for phones and browsers")
    flag(
        "--quantize",
        nargs="+",
        choices=VARIANTS,
        default=[DEFAULT],
        help="TFLite's variants: int8 computes in int8 where that keeps the picture; "
        "weight-int8 and float16 only store smaller; full-int8 is for networks without "
        "instance norms",
    )
    flag(
        "--image-size",
        nargs="+",
        type=int,
        default=[256],
        metavar="N",
        help="TFLite's heights and widths",
    )
    flag(
        "--calibration",
        metavar="DIR",
        help="photos like those that will be drawn: some to choose the int8 recipe on, "
        "others to report on (built-in drawn ones)",
    )
    flag("--test", metavar="DIR", help="photos to report on, instead of others there")
    flag("--out", metavar="DIR", help="the folder to write (exports/STYLE)")
    flag("--licence", help="of the weights, for model.json")
    flag("--overwrite", action="store_true", help="replace an earlier export")
    flag(
        "--allow-low-fidelity",
        action="store_true",
        help="accept files that differ from Keras more than they should",
    )
    args = parser.parse_args(argv)

    if args.style is not None and args.weights is not None:
        raise ValueError(
            "`--style` and `--weights` must not both be given. "
            f"Received: --style {args.style} --weights {args.weights}"
        )
    wanted = [f for f in FORMATS if getattr(args, f.replace("-", "_"))] or FORMATS
    from cartoongan_tf.inference import styles
    from cartoongan_tf.pictures import paths

    if args.weights is None:
        style = styles.DEFAULT if args.style is None else args.style
        weights = styles.find_weights(style)
    else:
        weights = Path(args.weights)
        style = weights.stem
        if not weights.is_file() or weights.suffix != ".keras":
            raise ValueError(
                f"`--weights` must be a .keras file that exists. Received: {weights}"
            )
    out = paths.check_utf8(args.out or Path("exports") / style)
    paths.check_folder(out)
    paths.check_folder(out.parent)
    if out.exists() and not args.overwrite:
        raise ValueError(
            f"`--out` must not exist, unless --overwrite is given. Received: {out}"
        )

    terminal.load_tensorflow()
    from cartoongan_tf.exporting import bundle, photos
    from cartoongan_tf.inference.weights import load_generator

    bundle.check_sizes(args.image_size)
    if out.exists():
        bundle.check_replaceable(out)
    sets = photos.load_photos(args.calibration, args.test)
    generator = load_generator(weights)
    licence = args.licence
    if licence is None:
        is_shipped = args.weights is None and weights.name == "light.keras"
        own = styles.OWN.get(style) if is_shipped else None
        licence = own.terms if own else TERMS.get(weights.name, "not stated")
    with terminal.quiet_libraries(QUIET):
        rows = bundle.export(
            generator,
            out,
            style,
            sets,
            wanted,
            list(dict.fromkeys(args.quantize)),
            sorted(set(args.image_size)),
            licence,
            args.allow_low_fidelity,
            tell=lambda line: print(line, flush=True),
        )
    base = "the float32 file" if "tflite" in wanted else "Keras"
    for row in rows:
        print(
            f"{out / row['file']}: {row['bytes'] / 1e6:.2f} MB, "
            f"{row['psnr_mean']:.1f} dB, worst {row['psnr_worst']:.1f}, "
            f"{row['latency_ratio']:.2f} times the time of {base}"
        )
    print(f"The proof: {out / 'report.md'}")
    low = [row for row in rows if row["shortfalls"]]
    for row in low:
        verdict = "accepted" if args.allow_low_fidelity else "low fidelity"
        print(
            f"{verdict}: {out / row['file']} has {'; '.join(row['shortfalls'])}. Try "
            "--calibration with photos of your own, or another --quantize",
            file=sys.stderr,
        )
    return 3 if low and not args.allow_low_fidelity else 0


# What TensorFlow, its converter and LiteRT say when all is well.
QUIET = (
    "I0000",
    "W0000",
    "INFO:",
    "WARNING:",
    "WARNING: All log messages before absl::",
)


if __name__ == "__main__":
    terminal.run(main)
