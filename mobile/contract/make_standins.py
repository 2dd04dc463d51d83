"""The command that exports stand-ins for models that are not trained yet."""

from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python mobile/contract/make_standins.py --out out/standins
  make web MODELS=out/standins
      the page with networks of random weights: all works, nothing looks like a style"""

FILTERS, BLOCKS = 4, 1  # tiny: what is tested is how a file is run, not what it draws


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "make_standins",
        "Export tiny generators of random weights, laid out as saved_models/ is, so "
        "that pages, apps and tests run before the real models are there.",
        EXAMPLES,
    )
    parser.prog = "python mobile/contract/make_standins.py"
    flag = parser.add_argument
    flag("--out", required=True, metavar="DIR", help="the folder to write")
    flag("--styles", nargs="+", default=["paprika", "hayao"], metavar="STYLE")
    flag("--image-size", nargs="+", type=int, default=[256, 512], metavar="N")
    args = parser.parse_args(argv)

    from cartoongan_tf.pictures import paths

    out = paths.check_folder(Path(args.out))
    taken = [out / style for style in args.styles if (out / style).exists()]
    if taken:
        raise ValueError(f"Stand-ins replace nothing. Received: {taken[0]} exists")
    terminal.load_tensorflow()
    from cartoongan_tf.exporting import bundle

    bundle.check_sizes(args.image_size)
    with terminal.quiet_libraries(("INFO:", "WARNING:", "W0000", "I0000")):
        for seed, style in enumerate(args.styles):
            _export(out / style / "tflite", style, seed, args.image_size)
    print(f"{out}: random weights under the names {', '.join(args.styles)}")


def _export(folder: Path, style: str, seed: int, sizes) -> None:
    import keras
    import numpy as np

    from cartoongan_tf.exporting import contract, quantization, tflite
    from cartoongan_tf.networks.generators import Generator
    from cartoongan_tf.pictures import paths

    keras.utils.set_random_seed(seed)
    generator = Generator(FILTERS, BLOCKS)
    rng = np.random.default_rng(seed)
    for layer in generator.layers:
        if hasattr(layer, "beta"):  # else every output is about grey
            layer.beta.assign(rng.normal(0, 0.3, layer.beta.shape))
    choice = quantization.Choice(quantization.FULL, (), (0.0, 0.0))
    aim = quantization.QUICK
    with paths.replacing_folder(folder) as temporary:
        entries = []
        for size in sizes:
            model = tflite.convert(generator, size)
            made = {
                "float16": quantization.to_float16(model),
                "int8": quantization.apply(generator, size, choice, aim)[0],
            }
            for variant, data in made.items():
                path = temporary / f"{style}_{size}_{variant}.tflite"
                path.write_bytes(data)
                entries.append(contract.describe(path, variant, size, {}))
        contract.write_contract(temporary, style, "CC0-1.0", entries)


if __name__ == "__main__":
    terminal.run(main)
