"""The command that draws the sample set as files: `python -m cartoongan_tf.draw`."""

from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.draw --style hayao --out data/hayao
      a dataset to look at, laid out as `train` wants yours: photos/ and cartoons/
  python -m cartoongan_tf.draw --photos 6 --cartoons 0 --seed 7 --out out
      six photos that no training on the sample set has seen"""


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "draw",
        "Draw pictures of the built-in sample set: photo-like ones and, of other "
        "scenes, cartoons in a style.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag("--style", default="paprika", help="palette of the cartoons")
    flag("--out", required=True, help="folder for photos/ and cartoons/")
    flag("--photos", type=int, default=150, help="how many photos")
    flag("--cartoons", type=int, default=150, help="how many cartoons")
    flag("--seed", type=int, default=0, help="of the scenes; training draws from 0")
    flag("--height", type=int, default=192, help="of every picture")
    flag("--width", type=int, default=256, help="of every picture")
    flag("--overwrite", action="store_true", help="replace pictures that exist")
    args = parser.parse_args(argv)

    from cartoongan_tf.pictures import images
    from cartoongan_tf.samples import samples

    for name in ("photos", "cartoons", "seed"):
        value = getattr(args, name)
        if value < 0:
            raise ValueError(f"`--{name}` must not be negative. Received: {value}")
    size = {"height": args.height, "width": args.width}
    samples.check_style(args.style)
    jobs = [
        ("photos", samples.draw_photos, args.photos, ()),
        ("cartoons", samples.draw_cartoons, args.cartoons, (args.style,)),
    ]
    root = Path(args.out)
    for part, _, count, _ in jobs:
        paths = [root / part / f"{number:04d}.png" for number in range(count)]
        taken = next((path for path in paths if path.exists()), None)
        if taken is not None and not args.overwrite:
            raise ValueError(
                "Pictures must not exist, unless --overwrite is given. "
                f"Received: {taken}"
            )
    for part, draw, count, style in jobs:
        for number, pixels in enumerate(draw(count, *style, seed=args.seed, **size)):
            images.write(root / part / f"{number:04d}.png", pixels)
    print(f"{root}: {args.photos} photos, {args.cartoons} cartoons")


if __name__ == "__main__":
    terminal.run(main)
