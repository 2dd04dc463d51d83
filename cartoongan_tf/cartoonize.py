"""The command that draws photos: `python -m cartoongan_tf.cartoonize photo.jpg`."""

import sys
from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.cartoonize photo.jpg --style paprika
      writes photo_cartoon.png beside the photo
  python -m cartoongan_tf.cartoonize photo.jpg --weights paprika.keras --out cartoon.png
  python -m cartoongan_tf.cartoonize holiday/ --weights paprika.keras --out cartoons/
      every picture below holiday/, the folders kept
  python -m cartoongan_tf.cartoonize photo.jpg --weights paprika_256_int8.tflite
      or an .onnx: what `export` wrote, run without TensorFlow
  python -m cartoongan_tf.cartoonize 'holiday/*.jpg' --out cartoons --max-size 1600
  python -m cartoongan_tf.cartoonize night.jpg --keep-color --strength 0.8 --out n.webp
  python -m cartoongan_tf.cartoonize a.jpg b.jpg --compare --out sheet.png
      photo and cartoon side by side, a row for each photo"""


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser("cartoonize", "Turn photos into cartoons.", EXAMPLES)
    flag = parser.add_argument
    flag("input", nargs="+", metavar="INPUT", help="photos, folders, or quoted globs")
    flag("--style", help="a style with weights under saved_models/ (paprika)")
    flag(
        "--weights",
        metavar="FILE",
        help="a generator's .keras, .tflite or .onnx, instead of --style",
    )
    flag(
        "--quality",
        choices=("default", "paper"),
        help="paper: the style's large network, where it was converted (default: your "
        "own where you installed one, else the light one that is shipped)",
    )
    flag(
        "--out",
        help="a picture's name (.png, .jpg, .webp) for one photo, or for the sheet of "
        "--compare; else a folder (beside the photo, as NAME_cartoon.png)",
    )
    flag("--strength", type=float, default=1.0, help="0 is the photo, 1 the cartoon")
    flag(
        "--keep-color",
        action="store_true",
        help="give the cartoon the photo's colour and exposure, which networks forget",
    )
    flag("--max-size", type=int, help="shrink photos to this long side before")
    flag(
        "--keep-metadata",
        action="store_true",
        help="keep the photo's date and GPS position in the cartoon; without it a "
        "cartoon says nothing of when and where",
    )
    flag("--compare", action="store_true", help="write photo and cartoon side by side")
    flag("--overwrite", action="store_true", help="replace pictures that exist")
    args = parser.parse_args(argv)

    if args.style is not None and args.weights is not None:
        raise ValueError(
            "`--style` and `--weights` must not both be given. "
            f"Received: --style {args.style} --weights {args.weights}"
        )
    if args.quality is not None and args.weights is not None:
        raise ValueError(
            "`--quality` must go with a style, not with `--weights`. "
            f"Received: --quality {args.quality} --weights {args.weights}"
        )
    if not 0 <= args.strength <= 1:
        raise ValueError(f"`--strength` must be in 0..1. Received: {args.strength}")
    if args.max_size is not None and args.max_size < 1:
        raise ValueError(f"`--max-size` must be at least 1. Received: {args.max_size}")

    from tqdm import tqdm

    from cartoongan_tf.formats import metadata
    from cartoongan_tf.inference import styles
    from cartoongan_tf.inference.results import take_order
    from cartoongan_tf.pictures import images, layout

    order = take_order(args.input, args.out, "cartoon", args.compare, args.overwrite)
    failures = order.failures

    if args.weights is None or Path(args.weights).suffix not in (".tflite", ".onnx"):
        terminal.load_tensorflow()
    from cartoongan_tf.inference.cartoonizer import Cartoonizer

    if args.weights is None:
        style = "paprika" if args.style is None else args.style
        weights = styles.find_weights(style, args.quality or "default")
        cartoonizer = Cartoonizer(weights)
    else:
        cartoonizer = Cartoonizer(Path(args.weights))
    rows = []
    few = len(order.photos) < 2
    bar = tqdm(order.photos, "cartoonizing", unit="photo", disable=few or None)
    for photo, target in zip(bar, order.targets, strict=True):
        try:
            with terminal.quiet_libraries():
                picture = images.read(
                    photo.path, args.max_size, cartoonizer.check_memory
                )
            cartoon = cartoonizer(picture.pixels, args.strength, args.keep_color)
            if args.compare:
                cartoon = layout.side_by_side(picture.pixels, cartoon)
            if order.sheet:
                rows.append(cartoon)
            else:
                alpha = None if args.compare else picture.alpha
                exif = metadata.read(photo.path) if args.keep_metadata else None
                images.write(target, cartoon, alpha, exif)
        except terminal.expected_errors() as error:
            told = terminal.one_line(error)
            names = (str(photo.path), str(target))
            known = any(name in told for name in names)
            failures.append(told if known else f"{photo.path}: {told}")
    if rows:
        images.write(order.sheet, layout.lay_out(rows))
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    return 2 if failures else 0


if __name__ == "__main__":
    terminal.run(main)
