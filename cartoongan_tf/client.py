"""The command that has photos drawn elsewhere: `python -m cartoongan_tf.client`."""

import sys
from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.client photo.jpg --server localhost:8501 --style paprika
      writes photo_cartoon.png beside the photo; drawn by `serve`, or TensorFlow Serving
  python -m cartoongan_tf.client photo.jpg --grpc localhost:8500 --style paprika
      TensorFlow Serving by gRPC
  python -m cartoongan_tf.client holiday/ --style pepper --out cartoons/ --parallel 8
  python -m cartoongan_tf.client photo.jpg --server https://a.org --key-file k.txt"""


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "client",
        "Have photos drawn by a server: one of `serve`, or TensorFlow Serving.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag("input", nargs="+", metavar="INPUT", help="photos, folders, or quoted globs")
    flag("--style", default="pepper", help="its name on the server")
    flag(
        "--server",
        metavar="HOST:PORT",
        help="by REST; http:// or https:// may stand before (default: localhost:8501)",
    )
    flag("--grpc", metavar="HOST:PORT", help="by gRPC, instead; usually port 8500")
    flag(
        "--out",
        help="a picture's name (.png, .jpg, .webp) for one photo, else a folder "
        "(beside the photo, as NAME_cartoon.png)",
    )
    flag("--max-size", type=int, help="shrink photos to this long side before")
    flag("--parallel", type=int, default=4, help="photos at once")
    flag("--timeout", type=float, default=60.0, help="seconds for an answer to come")
    flag(
        "--retries",
        type=int,
        default=4,
        help="tries after the first, where the server is down or busy",
    )
    flag("--key-file", metavar="FILE", help="a text file with this client's API key")
    flag("--overwrite", action="store_true", help="replace pictures that exist")
    args = parser.parse_args(argv)

    if args.server is not None and args.grpc is not None:
        raise ValueError(
            "`--server` and `--grpc` must not both be given. "
            f"Received: --server {args.server} --grpc {args.grpc}"
        )
    if args.grpc is not None and args.key_file is not None:
        raise ValueError("`--key-file` must go with --server. Received: --grpc")
    if args.max_size is not None and args.max_size < 1:
        raise ValueError(f"`--max-size` must be at least 1. Received: {args.max_size}")
    if not 1 <= args.parallel <= 64:
        raise ValueError(f"`--parallel` must be in 1..64. Received: {args.parallel}")
    if not 0 < args.timeout <= 3600:
        raise ValueError(f"`--timeout` must be in 0..3600. Received: {args.timeout}")
    if not 0 <= args.retries <= 20:
        raise ValueError(f"`--retries` must be in 0..20. Received: {args.retries}")
    key = None
    if args.key_file is not None:
        key = Path(args.key_file).read_text("utf-8").partition("#")[0].strip()
        if not key or not key.isascii() or not key.isprintable():
            raise ValueError(f"`--key-file` must have a key. Received: {args.key_file}")

    from tqdm import tqdm

    from cartoongan_tf.clients.clients import RestClient, Unanswered
    from cartoongan_tf.formats import decoders, sniff
    from cartoongan_tf.inference import crowds
    from cartoongan_tf.inference.results import take_order
    from cartoongan_tf.pictures import images

    order = take_order(args.input, args.out, "cartoon", overwrite=args.overwrite)
    common = {"seconds": args.timeout, "retries": args.retries}
    if args.grpc is None:
        server = args.server or "localhost:8501"
        client = RestClient(server, args.style, key=key, **common)
    else:
        from cartoongan_tf.clients.predictions import GrpcClient

        client = GrpcClient(args.grpc, args.style, **common)
    client.check()

    def draw(job):
        """Draws one photo; returns what went wrong."""
        photo, target = job
        try:
            picture = images.read(photo.path, args.max_size)
            data = photo.path.read_bytes()
            if args.max_size is not None or not decoders.is_plain(data):
                # As other programs, TensorFlow among them, would not decode it.
                is_lossy = sniff.look(photo.path) in ("JPEG", "HEIC", "AVIF", "WebP")
                data = images.encode(picture.pixels, ".jpg" if is_lossy else ".png")
            cartoon = images.decode(client.draw(data), "the server's cartoon").pixels
            if cartoon.shape != picture.pixels.shape:
                raise ValueError(
                    "A cartoon must have its photo's size. Received: "
                    f"{cartoon.shape[1]}x{cartoon.shape[0]} for "
                    f"{picture.pixels.shape[1]}x{picture.pixels.shape[0]}"
                )
            images.write(target, cartoon, picture.alpha)
        except Unanswered:
            raise
        except terminal.expected_errors() as error:
            told = terminal.one_line(error)
            known = any(str(name) in told for name in (photo.path, target))
            return told if known else f"{photo.path}: {told}"

    jobs = list(zip(order.photos, order.targets, strict=True))
    failures = order.failures
    drawn = crowds.each(draw, jobs, min(args.parallel, len(jobs)))
    few = len(jobs) < 2
    for failure in tqdm(drawn, "drawing", len(jobs), unit="photo", disable=few or None):
        if failure is not None:
            failures.append(failure)
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    return 2 if failures else 0


if __name__ == "__main__":
    terminal.run(main)
