"""The command that serves styles over HTTP: `python -m cartoongan_tf.serve`."""

import os

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.serve
      pepper at http://127.0.0.1:8501/, for this machine alone
  python -m cartoongan_tf.serve --styles paprika pepper --port 9000
  python -m cartoongan_tf.serve --styles mine=exports/mine/mine.onnx
      a style of yours, as `export` wrote it
  python -m cartoongan_tf.serve --host 0.0.0.0 --keys keys.txt
      for other machines; clients send one of the keys: Authorization: Bearer KEY"""


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "serve",
        "Serve styles over HTTP, without TensorFlow: a photo in, its cartoon out.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag(
        "--styles",
        nargs="+",
        default=["pepper"],
        metavar="STYLE",
        help="names, or NAME=FILE for an .onnx or .tflite of yours (default: pepper)",
    )
    flag("--host", default="127.0.0.1", help="the address to listen at")
    flag("--port", type=int, default=8501, help="TensorFlow Serving's; 0 for any")
    flag(
        "--keys",
        metavar="FILE",
        help="API keys, one a line; needed for any --host but this machine's own",
    )
    flag(
        "--page",
        metavar="DIR",
        help="what `make web-build` wrote, to be served at / (default: a clone's "
        "mobile/web/dist, where it is built; else a form)",
    )
    flag(
        "--painters",
        type=int,
        help="processes that draw, one photo each at a time (default: one a core)",
    )
    flag(
        "--int8",
        action="store_true",
        help="draw up to 512 pixels with the int8 files of styles in the box: faster "
        "where processors multiply int8, a little different; needs ai-edge-litert",
    )
    flag("--queue", type=int, default=16, help="photos that may wait; more get 429")
    flag("--max-megabytes", type=float, default=20.0, metavar="N", help="of a photo")
    flag("--max-megapixels", type=float, default=50.0, metavar="N", help="of a photo")
    flag(
        "--max-frames",
        type=int,
        default=1,
        metavar="N",
        help="of an animation, whose first frame is drawn",
    )
    flag(
        "--max-draw-size",
        type=int,
        default=1024,
        metavar="N",
        help="the long side in pixels up to which clients may have photos drawn",
    )
    flag(
        "--max-seconds",
        type=float,
        default=30.0,
        metavar="N",
        help="for a photo to wait and be drawn",
    )
    flag(
        "--max-memory",
        type=int,
        default=3072,
        metavar="MB",
        help="megabytes that one painter may hold",
    )
    flag("--max-connections", type=int, default=500, metavar="N", help="at once")
    flag(
        "--patience",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="for a request's head to be whole, and for a slow body at first",
    )
    flag(
        "--min-speed",
        type=float,
        default=16.0,
        metavar="KB",
        help="kilobytes a second at which a body must come after that",
    )
    args = parser.parse_args(argv)

    cores = os.cpu_count() or 1
    painters = cores if args.painters is None else args.painters
    if not 1 <= painters <= 64:
        raise ValueError(f"`--painters` must be in 1..64. Received: {painters}")
    if not 0 <= args.port <= 65535:
        raise ValueError(f"`--port` must be in 0..65535. Received: {args.port}")

    from cartoongan_tf.serving import pages, servers
    from cartoongan_tf.serving.keys import Keys
    from cartoongan_tf.serving.limits import Limits

    limits = Limits(
        megabytes=args.max_megabytes,
        megapixels=args.max_megapixels,
        frames=args.max_frames,
        draw_size=args.max_draw_size,
        seconds=args.max_seconds,
        patience=args.patience,
        speed=args.min_speed,
        queue=args.queue,
        connections=args.max_connections,
        memory=args.max_memory,
    )
    keys = None if args.keys is None else Keys(args.keys)
    if keys is None and not servers.is_loopback(args.host):
        raise ValueError(
            "`--keys` must be given where other machines can reach the server. "
            f"Received: --host {args.host} without it"
        )
    page = pages.find(args.page)
    listening = servers.bind(args.host, args.port)
    found = servers.take_styles(args.styles, args.int8)
    threads = max(1, cores // painters)
    servers.run(found, limits, listening, painters, threads, keys, page)


if __name__ == "__main__":
    terminal.run(main)
