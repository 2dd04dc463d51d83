"""The command that draws the golden pictures: `python -m cartoongan_tf.goldens`."""

from pathlib import Path

from cartoongan_tf import terminal

OUT = "mobile/contract/goldens"

EXAMPLES = """\
  python -m cartoongan_tf.goldens
      of all styles under saved_models/ to mobile/contract/goldens/: `make goldens`
  python -m cartoongan_tf.goldens --models exports --styles paprika --out /tmp/g
      of one export, elsewhere"""


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "goldens",
        "Draw the pictures that every runtime is checked against: photos of the "
        "built-in sample set, and the cartoons that Python makes of them with the "
        "float16 and int8 models of 256 pixels.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag("--models", metavar="DIR", default="saved_models", help="the styles' exports")
    flag("--styles", nargs="+", metavar="STYLE", help="only these")
    flag("--out", metavar="DIR", default=OUT, help="replaced if it exists")
    args = parser.parse_args(argv)

    terminal.load_tensorflow()
    from cartoongan_tf.exporting import goldens
    from cartoongan_tf.pictures import paths

    out = paths.check_folder(Path(args.out))
    if out.is_dir() and any(out.iterdir()) and not (out / "goldens.json").is_file():
        raise ValueError(
            f"`--out` must be new, empty, or a folder of goldens. Received: {out}"
        )
    models = goldens.find_models(args.models, args.styles)
    with terminal.quiet_libraries(("INFO:", "WARNING:", "W0000", "I0000")):
        written = goldens.write_goldens(models, out)
    for model in models:
        print(f"{model.style} {model.variant}: {model.path}")
    print(f"{out}: {len(written['cartoons'])} cartoons")


if __name__ == "__main__":
    terminal.run(main)
