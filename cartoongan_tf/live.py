"""The command that draws what a camera sees: `python -m cartoongan_tf.live`."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.live --style paprika
      the webcam as a cartoon, in a window; keys are told there (h shows them again)
  python -m cartoongan_tf.live --source film.mp4 --style hayao
      a film in its place, at its own speed; nothing is written
  python -m cartoongan_tf.live --source 1 --draw-size 256
      the second camera, drawn coarser and faster"""


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser("live", "Draw what a camera sees, live.", EXAMPLES)
    flag = parser.add_argument
    flag("--style", help="as of cartoonize; n and p change it (default: pepper)")
    flag(
        "--source",
        default="0",
        metavar="NUMBER|FILM",
        help="a camera's number, or a film in its place",
    )
    flag(
        "--draw-size",
        type=int,
        default=512,
        metavar="N",
        help="long side in pixels at which the network sees a frame, from 64: the "
        "smaller, the faster; up to 512 in int8 where ai-edge-litert is installed",
    )
    flag(
        "--max-size",
        type=int,
        default=960,
        metavar="N",
        help="shrink frames to this long side before",
    )
    flag("--strength", type=float, default=1.0, help="0 is the photo, 1 the cartoon")
    flag(
        "--color",
        choices=("auto", "style"),
        default="auto",
        help="style: as the network draws; auto: without its accidents",
    )
    flag("--out", default=".", help="a folder for what the key s saves")
    args = parser.parse_args(argv)
    if not 0 <= args.strength <= 1:
        raise ValueError(f"`--strength` must be in 0..1. Received: {args.strength}")
    if args.max_size < 64:
        raise ValueError(f"`--max-size` must be at least 64. Received: {args.max_size}")

    from cartoongan_tf.inference import cameras, styles, windows
    from cartoongan_tf.inference.shows import HELP, Show
    from cartoongan_tf.pictures import draw_sizes, paths

    draw_sizes.check_draw_size(args.draw_size)
    folder = paths.check_folder(Path(args.out))
    style = styles.DEFAULT if args.style is None else args.style
    styles.find_weights(style)
    camera = cameras.Camera(args.source)
    drawn = 0
    try:
        show = Show(style, args.draw_size, args.strength, args.color)
        with terminal.mute_libraries(), ThreadPoolExecutor(1) as worker:
            frame = draw_sizes.shrink(camera.newest(), args.max_size)
            window = windows.Window("cartoongan", *frame.shape[:2])
            print("; ".join(f"{keys}: {words}" for keys, words in HELP), flush=True)
            while frame is not None:
                frame = draw_sizes.shrink(frame, args.max_size)
                picture = worker.submit(show.draw, frame)
                keys = window.wait(picture)
                window.show(picture.result())
                drawn += 1
                if "s" in keys:
                    print(f"Saved: {show.save(folder)}", flush=True)
                if not all(map(show.press, keys)) or not window.is_open():
                    break
                frame = camera.newest()
            window.close()
    finally:
        camera.close()
    print(
        f"Drew {drawn} of {camera.read} frames, by {show.runs_on}; the last ones "
        f"{show.rate:.1f} a second"
    )


if __name__ == "__main__":
    terminal.run(main)
