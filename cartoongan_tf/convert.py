"""The command that makes a .keras of weights: `python -m cartoongan_tf.convert`."""

from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.convert authors paprika.npz --out paprika.keras
  python -m cartoongan_tf.convert authors Hayao_net_G_float.pth \\
      --out saved_models/hayao/paper.keras
      there `cartoonize --style hayao` finds it
  python -m cartoongan_tf.convert arrays card/generator-*.npz --out mine.keras
      what `benchmarks/gpu.py train` brought back from a card
  python -m cartoongan_tf.convert mean one.keras two.keras --out both.keras
      of trainings that went on from the same weights: may be better than each"""


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "convert",
        "Turn weights from elsewhere, or the mean of several trainings, into a .keras "
        "file. Nothing in them is run: of a .pth only tensors are read, without "
        "PyTorch.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag(
        "origin",
        choices=("authors", "arrays", "mean"),
        help="authors: the generators that CartoonGAN's authors published; arrays: one "
        "that was trained here without TensorFlow; mean: the mean of generators that "
        "began with the same weights",
    )
    flag(
        "source",
        nargs="+",
        help="a .npz, a .pth, or a folder of .npy; of arrays all its .npz; of a mean "
        "all its .keras",
    )
    flag(
        "--shares",
        type=float,
        nargs="+",
        metavar="N",
        help="how much each generator of a mean counts (default: all alike)",
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
    if args.shares and args.origin != "mean":
        raise ValueError(
            f"`--shares` must go with a mean. Received: --shares with {args.origin}"
        )
    paths.check_folder(out.parent)
    terminal.load_tensorflow()
    generator = _read(args.origin, args.source, args.shares)
    with paths.replacing(out) as temporary:
        generator.save(temporary)
    kind = f"{generator.filters} filters, " if hasattr(generator, "filters") else ""
    print(
        f"{out}: {kind}{generator.num_blocks} blocks, "
        f"{generator.count_params():,} parameters"
    )


def _read(origin, sources, shares):
    if origin == "mean":
        return _mean(sources, shares)
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


def _mean(sources, shares):
    from cartoongan_tf.inference.weights import load_generator
    from cartoongan_tf.models.averages import mean_weights

    first, *others = generators = [load_generator(source) for source in sources]
    for source, other in zip(sources[1:], others, strict=True):
        ours, theirs = first.get_config(), other.get_config()
        apart = [key for key in ours if theirs.get(key) != ours[key]]
        apart = [key for key in apart if key not in ("name", "dtype")]
        if type(other) is not type(first) or apart:
            what = apart[0] if apart else "kind"
            raise ValueError(
                "The generators of a mean must be of one shape. Received: "
                f"{source}, of another {what} than {sources[0]}"
            )
    first.set_weights(mean_weights(generators, shares))
    return first


if __name__ == "__main__":
    terminal.run(main)
