"""The front door: `python -m cartoongan_tf`, and the script `cartoongan`."""

import difflib
import runpy
import sys

from cartoongan_tf import __version__, terminal

# In the order in which people need them.
COMMANDS = {
    "cartoonize": "draw photos and films as cartoons, whole folders too",
    "bulk": "draw many pictures, by many processes or machines (Apache Beam)",
    "live": "draw what a camera sees, or a film, in a window",
    "train": "train a style on photos and one artist's cartoons",
    "prepare": "make a training set of films, pictures and photos",
    "distill": "teach a light generator to draw what a large one draws",
    "evaluate": "judge styles, networks and pictures: a page of comparisons",
    "serve": "serve styles over HTTP: a photo in, its cartoon out",
    "client": "have photos drawn by a server, or by TensorFlow Serving",
    "export": "write SavedModel, TFLite and ONNX files, each compared with Keras",
    "convert": "read the authors' published weights; the mean of several",
    "stylize": "draw after one picture: neural style and other baselines",
    "draw": "draw the built-in sample set as files, to look at",
    "goldens": "draw the pictures that every runtime must draw, for tests",
}
FIRST = (
    ("cartoonize photo.jpg", "a cartoon of your photo"),
    ("train --style paprika", "a training in minutes, on drawn pictures"),
    ("train --help", "every flag, with examples"),
)


def main(argv: list[str] | None = None) -> None:
    """Runs the command that is named first, or lists all; exits with its code."""
    argv = sys.argv[1:] if argv is None else argv
    own = sys.argv[0].endswith("__main__.py")
    called = "python -m cartoongan_tf" if own else "cartoongan"
    name = argv[0] if argv else "--help"
    if name in ("-h", "--help", "help"):
        print(describe(called))
        sys.exit(0)
    if name in ("-V", "--version"):
        print(f"cartoongan_tf {__version__}")
        sys.exit(0)
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, 1)
        hint = f"Did you mean {near[0]}? " if near else ""
        print(
            f"error: The first word must be a command. Received: {name}. "
            f"{hint}For a list: {called}",
            file=sys.stderr,
        )
        sys.exit(2)
    terminal.called_as = f"{called} "
    sys.argv[1:] = argv[1:]
    # As `python -m` runs it: a command is imported by nobody.
    runpy.run_module(f"cartoongan_tf.{name}", run_name="__main__", alter_sys=True)


def describe(called: str) -> str:
    """The list of commands, and three to begin with."""
    lines = ["Photos to cartoons: CartoonGAN in TensorFlow and Keras.", "", "commands:"]
    lines += [f"  {name:<11} {words}" for name, words in COMMANDS.items()]
    lines += ["", "to begin with:"]
    begin = [f"{called} {line}" for line, _ in FIRST]
    width = max(map(len, begin))
    lines += [
        f"  {line:<{width}}  {words}"
        for line, (_, words) in zip(begin, FIRST, strict=True)
    ]
    lines += ["", f"usage: {called} COMMAND [FLAGS]; COMMAND --help has examples"]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
