"""The command that reads others' weights: `python -m cartoongan_tf.convert`."""

from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.convert authors paprika.npz --out paprika.keras
  python -m cartoongan_tf.convert authors Hayao_net_G_float.pth \\
      --out saved_models/hayao/paper.keras
      there `cartoonize --style hayao` finds it
  python -m cartoongan_tf.convert arrays card/generator-*.npz --out mine.keras
      what `benchmarks/gpu.py train` brought back from a card"""


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "convert",
        "Turn weights from elsewhere into a .keras file. Nothing in them is run: of a "
        ".pth only tensors are read, without PyTorch.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag(
        "origin",
        choices=("authors", "arrays"),
        help="authors: the generators that CartoonGAN's authors published; arrays: one "
        "that was trained here without TensorFlow",
    )
    flag(
        "source",
        nargs="+",
        help="a .npz, a .pth, or a folder of .npy; of arrays all its .npz",
    )
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
    generator = _read(args.origin, args.source)
    with paths.replacing(out) as temporary:
        generator.save(temporary)
    kind = f"{generator.filters} filters, " if hasattr(generator, "filters") else ""
    print(
        f"{out}: {kind}{generator.num_blocks} blocks, "
        f"{generator.count_params():,} parameters"
    )


def _read(origin, sources):
    if origin == "arrays":
        from cartoongan_tf.porting import arrays

        return arrays.read_generator(sources)
    from cartoongan_tf.porting import authors

    if len(sources) > 1:
        raise ValueError(
            "The authors' weights must be one file or folder. "
            f"Received: {' '.join(sources)}"
        )
    return authors.convert_generator(authors.read_arrays(sources[0]))


if __name__ == "__main__":
    terminal.run(main)
