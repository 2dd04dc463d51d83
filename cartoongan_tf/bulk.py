"""The command that draws many pictures: `python -m cartoongan_tf.bulk`."""

import logging
import os
import sys

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.bulk --input 'photos/**/*.jpg' --output cartoons/ \\
      --style paprika
      every photo below photos/, by a process for each core; run again, it goes on
  python -m cartoongan_tf.bulk --input photos/ more/ --output cartoons/ --workers 4
  python -m cartoongan_tf.bulk --input 'gs://mine/in/**' --output gs://mine/out \\
      --runner DataflowRunner -- --project=mine --region=europe-west1 \\
      --temp_location=gs://mine/temp --sdk_container_image=IMAGE
      what stands behind -- is Beam's; Flink and Spark likewise"""


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "bulk",
        "Draw many pictures by Apache Beam: on this machine's cores, or on many "
        "machines. Pictures that cannot be drawn are listed, those already drawn "
        "skipped.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag(
        "--input",
        nargs="+",
        required=True,
        metavar="GLOB",
        help="quoted globs, or folders, here or wherever Beam reads (gs://, s3:// ...)",
    )
    flag("--output", required=True, metavar="DIR", help="the folder of the cartoons")
    flag("--style", help="as of `cartoonize` (default: pepper)")
    flag("--weights", metavar="FILE", help="an .onnx or .tflite, instead of --style")
    flag("--strength", type=float, default=1.0, help="0 is the photo, 1 the cartoon")
    flag(
        "--draw-size",
        default="auto",
        metavar="auto|N|full",
        help="long side in pixels at which the network sees the photo, from 64",
    )
    flag("--no-faces", action="store_true", help="look for no faces")
    flag("--color", choices=("auto", "style", "photo"), default="auto")
    flag("--max-size", type=int, help="shrink photos to this long side before")
    flag("--overwrite", action="store_true", help="draw again what is there already")
    flag(
        "--failed",
        metavar="FILE",
        help="where pictures that cannot be drawn are listed, a line of JSON each, "
        "with the reason (default: failed.jsonl in --output)",
    )
    flag(
        "--runner",
        default="DirectRunner",
        help="Beam's: FlinkRunner, SparkRunner, DataflowRunner ...; DirectRunner is "
        "this machine",
    )
    flag(
        "--workers",
        type=int,
        help="processes of this machine, each with its own network (default: one a "
        "core); other runners have flags of their own",
    )
    own, beams = argv, []
    if "--" in argv:
        own, beams = argv[: argv.index("--")], argv[argv.index("--") + 1 :]
    args = parser.parse_args(own)

    if args.style is not None and args.weights is not None:
        raise ValueError(
            "`--style` and `--weights` must not both be given. "
            f"Received: --style {args.style} --weights {args.weights}"
        )
    if args.weights is not None and not args.weights.endswith((".onnx", ".tflite")):
        raise ValueError(
            f"`--weights` must be an .onnx or a .tflite. Received: {args.weights}"
        )
    if not 0 <= args.strength <= 1:
        raise ValueError(f"`--strength` must be in 0..1. Received: {args.strength}")
    for name in ("max_size", "workers"):
        value = getattr(args, name)
        if value is not None and value < 1:
            raise ValueError(
                f"`--{name.replace('_', '-')}` must be at least 1. Received: {value}"
            )

    logging.disable(logging.WARNING)  # Beam warns of clouds that nobody asked for
    try:
        import apache_beam  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f"`bulk` needs Apache Beam ({error}): `pip install 'cartoongan-tf[beam]'`, "
            "in an environment of its own (docs/bulk.md says why)"
        ) from error

    from cartoongan_tf.inference import styles
    from cartoongan_tf.pictures import draw_sizes, memory, paths
    from cartoongan_tf.pipelines import files, names, runs
    from cartoongan_tf.pipelines.drawing import Look
    from cartoongan_tf.pipelines.steps import Order

    here = args.runner == runs.HERE
    cores = os.cpu_count() or 1
    workers = args.workers or cores
    free = memory.available() if here else None
    look = Look(
        style=styles.DEFAULT if args.style is None else args.style,
        weights=args.weights,
        draw_size=draw_sizes.check_draw_size(args.draw_size),
        color=args.color,
        faces=not args.no_faces,
        strength=args.strength,
        max_size=args.max_size,
        threads=max(1, cores // workers) if here else 1,
        max_memory=None if free is None else free // workers,
    )
    look.open()  # what is wrong with it is said here, and once
    if "://" not in args.output:
        paths.check_folder(args.output)
    patterns = []
    for text in args.input:
        found = names.patterns(text, files.is_folder(text))
        if not any(files.match(pattern, 1) for pattern, *_ in found):
            raise ValueError(f"`--input` must match files. Received: {text}")
        patterns += found
    order = Order(
        patterns=tuple(patterns),
        output=args.output,
        failed=args.failed or files.join(args.output, "failed.jsonl"),
        temporary="",
        look=look,
        overwrite=args.overwrite,
    )
    runs.clear(args.output)
    counts = runs.run(
        order, args.runner, workers, beams, lambda line: print(line, file=sys.stderr)
    )
    failures = runs.read_failures(order)
    print(
        f"Drawn: {counts['drawn']}, there already: {counts['there']}, failed: "
        f"{len(failures)}. {args.output}"
    )
    for failure in failures[:10]:
        told = failure["reason"]
        known = failure["photo"] in told
        print(
            f"error: {told if known else failure['photo'] + ': ' + told}",
            file=sys.stderr,
        )
    if len(failures) > 10:
        print(f"error: and {len(failures) - 10} more: {order.failed}", file=sys.stderr)
    return 2 if failures else 0


if __name__ == "__main__":
    terminal.run(main)
