"""The command that draws photos: `python -m cartoongan_tf.cartoonize photo.jpg`."""

import sys

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
  python -m cartoongan_tf.cartoonize night.jpg --color photo --strength 0.8 --out n.webp
  python -m cartoongan_tf.cartoonize portrait.jpg --draw-size 256
      fewer and larger lines; the cartoon has the photo's size all the same
  python -m cartoongan_tf.cartoonize scan.tif --draw-size full --max-memory 2G
      as large as it is, in tiles without seams
  python -m cartoongan_tf.cartoonize a.jpg b.jpg --compare --out sheet.png
      photo, its cartoon at --draw-size full, and as asked for; a row for each photo
  python -m cartoongan_tf.cartoonize film.mp4 --style hayao --out cartoon.mp4
      a film, its sound and subtitles kept; run again, it goes on where it was stopped
  python -m cartoongan_tf.cartoonize film.mkv --preview 5 --start 1:30
      five seconds of it; also GIF, APNG and animated WebP, in and out"""


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "cartoonize", "Turn photos and films into cartoons.", EXAMPLES
    )
    flag = parser.add_argument
    flag(
        "input",
        nargs="+",
        metavar="INPUT",
        help="photos, folders, or quoted globs; or films",
    )
    flag(
        "--style",
        help="pepper, free for all (the default); hosoda, hayao, paprika, shinkai, for "
        "research only; or one of yours, with weights under saved_models/",
    )
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
        "--compare; a film's (.mp4, .mkv, .mov, .webm, .gif, .apng, .webp) for one "
        "film; else a folder (beside the photo, as NAME_cartoon.png)",
    )
    flag("--strength", type=float, default=1.0, help="0 is the photo, 1 the cartoon")
    flag(
        "--draw-size",
        default="auto",
        metavar="auto|N|full",
        help="long side in pixels at which the network sees the photo, from 64: the "
        "smaller, the simpler the drawing; auto by the photo and its faces",
    )
    flag("--no-faces", action="store_true", help="look for no faces")
    flag(
        "--color",
        choices=("auto", "style", "photo"),
        default=None,
        help="style: as the network draws; photo: the photo's colour and exposure; "
        "auto (default): the style's without its accidents, such as a black sky",
    )
    flag("--keep-color", action="store_true", help="the same as --color photo")
    flag("--max-size", type=int, help="shrink photos to this long side before")
    flag(
        "--max-memory",
        metavar="SIZE",
        help="memory that the program may take in all, such as 2G (default: what is "
        "free); what does not fit is drawn in tiles, without seams",
    )
    flag(
        "--keep-metadata",
        action="store_true",
        help="keep the photo's date and GPS position in the cartoon; without it a "
        "cartoon says nothing of when and where",
    )
    flag(
        "--compare",
        action="store_true",
        help="write photo, full-size drawing and cartoon side by side",
    )
    flag("--overwrite", action="store_true", help="replace pictures that exist")
    flag("--start", metavar="TIME", help="of films: from here on; seconds, or H:MM:SS")
    flag("--end", metavar="TIME", help="of films: up to here")
    flag("--preview", metavar="SECONDS", type=float, help="of films: only so much")
    flag(
        "--steady",
        type=float,
        help="of films: how much of the drawing before is kept where nothing changed, "
        "so that it does not flicker; 0 draws each frame by itself (default: 0.6)",
    )
    flag(
        "--codec",
        choices=("h264", "av1", "vp9"),
        help="of films (default: h264; in a .webm vp9)",
    )
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

    if args.keep_color and args.color not in (None, "photo"):
        raise ValueError(
            "`--keep-color` is `--color photo`; give one of them. "
            f"Received: --keep-color --color {args.color}"
        )
    color = "photo" if args.keep_color else args.color or "auto"

    from tqdm import tqdm

    from cartoongan_tf.formats import metadata
    from cartoongan_tf.inference import crowds, runtimes, styles
    from cartoongan_tf.inference.cartoonizer import Cartoonizer
    from cartoongan_tf.inference.results import take_order
    from cartoongan_tf.pictures import draw_sizes, images, layout, memory
    from cartoongan_tf.video import orders

    draw_size = draw_sizes.check_draw_size(args.draw_size)
    most = None if args.max_memory is None else memory.parse(args.max_memory)

    film_order = orders.take_order(args)
    if film_order:
        from cartoongan_tf.video.jobs import draw_all, take_jobs

        films, jobs = take_jobs(film_order, args.overwrite), []
    else:
        order = take_order(
            args.input, args.out, "cartoon", args.compare, args.overwrite
        )
        failures = order.failures
        jobs = list(zip(order.photos, order.targets, strict=True))

    cores = crowds.share_cores(max(1, len(jobs)))
    if args.weights is None:
        style = styles.DEFAULT if args.style is None else args.style
        runtime = runtimes.load_style(style, args.quality or "default", cores)
    else:
        runtime = runtimes.load_runtime(args.weights, cores)
    cartoonizer = Cartoonizer(runtime, draw_size, color, not args.no_faces, most)
    if film_order:
        weights = args.weights
        if weights is None:
            weights = styles.find_weights(style, args.quality or "default")
        failures = draw_all(films, cartoonizer, weights)
        for failure in failures:
            print(f"error: {failure}", file=sys.stderr)
        return 2 if failures else 0
    cartoonizer.tell = terminal.bar("drawing", "tile")
    full = cartoonizer.with_look("full", "style")
    widest = full if args.compare else cartoonizer
    free = memory.left(most)
    budget = crowds.Budget(None if free is None else free // 2)

    def draw(job):
        """A row of the sheet, or None once it is written; and what went wrong."""
        photo, target = job
        with budget.share() as take:

            def check(height, width):
                reading = memory.BYTES_TO_READ * height * width
                take(reading + widest.count_bytes(height, width))
                widest.check_memory(height, width)

            try:
                picture = images.read(photo.path, args.max_size, check, most)
                cartoon = cartoonizer(picture.pixels, args.strength)
                if args.compare:
                    plain = full(picture.pixels)
                    cartoon = layout.side_by_side(picture.pixels, plain, cartoon)
                if order.sheet:
                    return cartoon, None
                alpha = None if args.compare else picture.alpha
                exif = metadata.read(photo.path) if args.keep_metadata else None
                images.write(target, cartoon, alpha, exif)
                return None, None
            except terminal.expected_errors() as error:
                told = terminal.one_line(error)
                names = (str(photo.path), str(target))
                known = any(name in told for name in names)
                return None, told if known else f"{photo.path}: {told}"

    threads = crowds.count_threads(cartoonizer.side_by_side, len(jobs))
    rows = []
    with terminal.mute_libraries():
        drawn = crowds.each(draw, jobs, threads)
        few = len(jobs) < 2
        bar = tqdm(drawn, "cartoonizing", len(jobs), unit="photo", disable=few or None)
        for row, failure in bar:
            if row is not None:
                rows.append(row)
            if failure is not None:
                failures.append(failure)
    if rows:
        images.write(order.sheet, layout.lay_out(rows))
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    return 2 if failures else 0


if __name__ == "__main__":
    terminal.run(main)
