"""The command that reads others' weights: `python -m cartoongan_tf.convert`."""

from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.convert authors paprika.npz --out paprika.keras
  python -m cartoongan_tf.convert authors Hayao_net_G_float.pth \\
      --out saved_models/hayao/paper.keras
      there `cartoonize --style hayao` finds it"""


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "convert",
        "Turn published weights into a .keras file. Nothing in them is run: of a .pth "
        "only tensors are read, without PyTorch.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag(
        "origin",
        choices=("authors",),
        help="whose: the generators that CartoonGAN's authors published",
    )
    flag("source", help="a .npz, a .pth, or a folder of .npy")
    flag("--out", required=True, metavar="FILE.keras", help="file to write")
    flag("--overwrite", action="store_true", help="replace FILE.keras where it exists")
    args = parser.parse_args(argv)

    from cartoongan_tf.pictures import paths

    out = Path(args.out)
    if out.suffix != ".keras":
        raise ValueError(f"`--out` must end in .keras. Received: {out}")
    if out.exists() and not args.overwrite:
        raise ValueError(
            f"`--out` must not exist, unless --overwrite is given. Received: {out}"
        )
    paths.check_folder(out.parent)
    terminal.load_tensorflow()
    from cartoongan_tf.porting import authors

    generator = authors.convert_generator(authors.read_arrays(args.source))
    with paths.replacing(out) as temporary:
        generator.save(temporary)
    print(
        f"{out}: {generator.filters} filters, {generator.num_blocks} blocks, "
        f"{generator.count_params():,} parameters"
    )


if __name__ == "__main__":
    terminal.run(main)
