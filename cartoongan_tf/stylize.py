"""The command that draws after one picture: `python -m cartoongan_tf.stylize`."""

import os
import sys
from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.stylize photo.jpg --style-image cartoon.jpg --out out.png
  python -m cartoongan_tf.stylize photo.jpg --style-images data/paprika/cartoons
      the mean of a whole set; writes photo_stylized.png beside the photo
  python -m cartoongan_tf.stylize holiday/ --style-image cartoon.jpg --out drawn/ \\
      --skip-existing
      every picture below holiday/; started again, it goes on where it was stopped
  python -m cartoongan_tf.stylize photo.jpg --style-image cartoon.jpg --out out.png \\
      --style-weight 0.1 --steps 100 --size 256
      nearer to the photo, and twelve times faster
  python -m cartoongan_tf.stylize photo.jpg --method cnnmrf --style-image cartoon.jpg
  python -m cartoongan_tf.stylize photo.jpg --method analogy \\
      --style-images data/paprika/cartoons --seed 3
      after one picture of the folder, drawn at random"""

METHODS = ("neural-style", "cnnmrf", "analogy")


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    from cartoongan_tf.networks.choices import CONTENT_NETWORKS

    parser = terminal.parser(
        "stylize",
        "Draw photos in a picture's style without training: neural style transfer "
        "(Gatys et al. 2016), CNNMRF (Li and Wand 2016) or Deep Image Analogy (Liao et "
        "al. 2017), which CartoonGAN is compared with. They take minutes a photo on a "
        "CPU; `train` and `cartoonize` are the way to many.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag("input", nargs="+", metavar="INPUT", help="photos, folders, or quoted globs")
    flag(
        "--method",
        choices=METHODS,
        default=METHODS[0],
        help="neural-style: colours and textures; cnnmrf: patches, which may bring "
        "parts of the picture into the photo; analogy: what looks alike, for pictures "
        "that show the like of the photo (neural-style)",
    )
    flag("--style-image", metavar="FILE", help="the picture whose style it shall be")
    flag(
        "--style-images",
        metavar="DIR",
        help="or a folder of them: neural-style takes their mean, the others one of "
        "them, drawn at random",
    )
    flag(
        "--out",
        help="a picture's name (.png, .jpg, .webp) for one photo, or for the sheet of "
        "--compare; else a folder (beside the photo, as NAME_stylized.png)",
    )
    flag(
        "--steps",
        type=int,
        help="steps a photo (300); of cnnmrf at each of three sizes (100); of analogy "
        "rounds of search at each layer (10)",
    )
    flag(
        "--size",
        "--max-size",
        type=int,
        help="long side at which all is drawn (512), of cnnmrf (384), of analogy "
        "(448); larger photos come out enlarged again",
    )
    flag(
        "--style-weight",
        type=float,
        help="against the content's 1 (1): less keeps more of the photo; analogy has "
        "none",
    )
    flag(
        "--smooth-weight",
        type=float,
        help="against the content's 1 (0.3): more is smoother; of cnnmrf against its "
        "paper's (1); analogy has none",
    )
    flag(
        "--content-network",
        choices=CONTENT_NETWORKS,
        default="vgg19",
        help="what sees content and style (vgg19): vgg19 is downloaded once, and where "
        "that fails vgg16, which is in the package, takes its place; random sees "
        "colours and fine texture alone",
    )
    flag(
        "--vgg-weights",
        default="imagenet",
        help="imagenet, random, or a file of Keras's network without its top "
        "(imagenet)",
    )
    flag(
        "--seed",
        type=int,
        default=0,
        help="of random weights, of the picture drawn of a folder, and of analogy's "
        "search; nothing else is random",
    )
    flag("--compare", action="store_true", help="write photo and result side by side")
    flag("--overwrite", action="store_true", help="replace pictures that exist")
    flag(
        "--skip-existing", action="store_true", help="leave out photos that have theirs"
    )
    args = parser.parse_args(argv)

    if (args.style_image is None) == (args.style_images is None):
        raise ValueError(
            "One of `--style-image` and `--style-images` must be given. Received: "
            f"{'neither' if args.style_image is None else 'both'}"
        )
    if args.seed < 0:
        raise ValueError(f"`--seed` must not be negative. Received: {args.seed}")
    names = "steps", "size", "style_weight", "smooth_weight"
    given = {name: getattr(args, name) for name in names}
    given = {name: value for name, value in given.items() if value is not None}
    if args.method == "analogy":
        for name in ("style_weight", "smooth_weight"):
            if name in given:
                raise ValueError(
                    f"`--{name.replace('_', '-')}` must go with another method: "
                    f"analogy has none. Received: {given[name]}"
                )
        if "steps" in given:
            given["rounds"] = given.pop("steps")
        given["seed"] = args.seed

    from tqdm import tqdm

    from cartoongan_tf.inference.results import take_order
    from cartoongan_tf.pictures import images, layout, paths

    overwrite = args.overwrite or args.skip_existing
    order = take_order(args.input, args.out, "stylized", args.compare, overwrite)
    if args.style_image is None:
        styles = paths.find(args.style_images)
        if args.method != "neural-style":
            styles = [_draw_one(styles, args.seed)]
    else:
        styles = [Path(args.style_image)]
        images.read(styles[0])  # says what is wrong before TensorFlow is loaded
    own = {os.path.realpath(path) for path in styles}
    for target in order.targets:
        if os.path.realpath(target) in own:
            raise ValueError(
                "A result must not replace a style's picture; name another --out. "
                f"Received: {target}"
            )
    todo, failures = [], order.failures
    for photo, target in zip(order.photos, order.targets, strict=True):
        if args.skip_existing and target.exists():
            continue
        try:
            with terminal.quiet_libraries():
                images.read(photo.path)  # a bad one is not found after hours
            todo.append((photo, target))
        except ValueError as error:
            failures.append(terminal.one_line(error))
    if not todo:
        if not failures:
            print("Nothing to do: every photo has its result.")
        return _tell(failures)

    terminal.load_tensorflow()
    from cartoongan_tf.baselines.analogy import DeepImageAnalogy
    from cartoongan_tf.baselines.cnnmrf import CNNMRF
    from cartoongan_tf.baselines.neural_style import NeuralStyle
    from cartoongan_tf.networks.features import VGG16Layers, VGG19Layers
    from cartoongan_tf.networks.vgg import Unavailable

    def read_styles():
        few = len(styles) < 2
        for path in tqdm(styles, "style", unit="picture", disable=few or None):
            try:
                yield images.read(path).pixels
            except ValueError as error:
                if few:
                    raise
                print(f"warning: left out: {terminal.one_line(error)}", file=sys.stderr)

    is_random = "random" in (args.content_network, args.vgg_weights)
    weights = "random" if is_random else args.vgg_weights
    method = dict(zip(METHODS, (NeuralStyle, CNNMRF, DeepImageAnalogy), strict=True))[
        args.method
    ]
    pooling = "average" if method is NeuralStyle else "max"
    try:
        if args.content_network == "vgg16" and not is_random:
            layers = method.LAYERS["vgg16"]
            features = VGG16Layers(layers, weights, args.seed, pooling)
        else:
            layers = method.LAYERS["vgg19"]
            features = VGG19Layers(layers, weights, args.seed, pooling)
    except Unavailable as error:
        why = str(error).split(". Ways out")[0]
        print(f"{why}: VGG16, which is in the package, takes its place.")
        features = VGG16Layers(method.LAYERS["vgg16"], pooling=pooling)
    if is_random:
        print("VGG has random weights: colours and fine texture, no larger forms.")
    if method is NeuralStyle:
        stylize = NeuralStyle(read_styles(), features, **given)
    else:
        stylize = method(images.read(styles[0]).pixels, features, **given)
    rows = []
    with tqdm(
        total=len(todo) * stylize.steps_a_photo, unit="step", dynamic_ncols=True
    ) as bar:

        def show(losses):
            shown = {name: f"{value:.3g}" for name, value in losses.items()}
            bar.set_postfix(shown, refresh=False)
            bar.update()

        for number, (photo, target) in enumerate(todo, 1):
            bar.set_description(photo.path.name)
            try:
                with terminal.quiet_libraries():
                    picture = images.read(photo.path)
                result = stylize(picture.pixels, show)
                if args.compare:
                    result = layout.side_by_side(picture.pixels, result)
                if order.sheet:
                    rows.append(result)
                else:
                    alpha = None if args.compare else picture.alpha
                    images.write(target, result, alpha)
            except terminal.expected_errors() as error:
                told = terminal.one_line(error)
                known = any(str(path) in told for path in (photo.path, target))
                failures.append(told if known else f"{photo.path}: {told}")
            # Some photos take fewer steps than others.
            bar.update(number * stylize.steps_a_photo - bar.n)
    if rows:
        images.write(order.sheet, layout.lay_out(rows))
    return _tell(failures)


def _draw_one(styles, seed):
    """One picture of a folder, at random; the next one where it is damaged."""
    import random

    from cartoongan_tf.pictures import images

    for path in random.Random(seed).sample(styles, len(styles)):
        try:
            images.read(path)
        except ValueError as error:
            print(f"warning: left out: {terminal.one_line(error)}", file=sys.stderr)
            continue
        print(f"The style's picture, drawn at random of {len(styles)}: {path}")
        return path
    raise ValueError(
        f"A folder of styles must hold a picture. Received: {len(styles)}, all damaged"
    )


def _tell(failures):
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    return 2 if failures else 0


if __name__ == "__main__":
    terminal.run(main)
