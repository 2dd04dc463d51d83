"""The command that trains a style: `python -m cartoongan_tf.train --style paprika`."""

import sys
from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.train --style paprika
      on data/paprika/{photos,cartoons}; without that folder, a few minutes on the
      built-in sample set
  python -m cartoongan_tf.train --style mine --data ~/pictures --epochs 50
      on ~/pictures/mine/{photos,cartoons}
  python -m cartoongan_tf.train --style mine --dry-run
      shows the plan and trains nothing
  python -m cartoongan_tf.train --resume runs/mine/00001
      goes on after Ctrl-C, a crash or a reboot; with --epochs 200, beyond the goal"""

COMMON = ("style", "data", "runs", "resume", "dry_run", "install", "strategy")


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "train",
        "Train CartoonGAN on photos and one artist's cartoons. Defaults are in "
        "parentheses; where there are two, the second is for the sample set.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag("--style", help="name of the style, and of its folder (paprika)")
    flag("--data", help="folder that holds a folder for each style (data)")
    flag("--runs", help="where the run's numbered folder is made (runs)")
    flag(
        "--recipe",
        choices=("balanced", "paper", "authors"),
        help="values for all flags below (balanced, ours; see the README)",
    )
    flag(
        "--model",
        choices=("cartoongan", "cyclegan"),
        help="cyclegan: the baseline of the paper's section 4.2 (cartoongan)",
    )
    flag(
        "--identity", action="store_true", default=None, help="CycleGAN's identity loss"
    )
    flag("--resume", metavar="RUN", help="go on with a run, such as runs/paprika/00001")
    flag("--dry-run", action="store_true", help="print the plan and the time it takes")
    flag(
        "--install",
        action="store_true",
        help="afterwards put the generator where `cartoonize --style` finds it; an "
        "earlier one is kept beside it",
    )

    flag = parser.add_argument_group("how long, on what").add_argument
    flag("--epochs", type=int, help="epochs of joint training (100; 12)")
    flag("--init-epochs", type=int, help="epochs of the initialization phase (10; 3)")
    flag("--steps-per-epoch", type=int, help="(as many as show every photo once; 100)")
    flag("--batch-size", type=int, help="pictures of each kind a step (8; 4)")
    flag(
        "--accumulate",
        type=int,
        help="parts in which a batch is computed, for less memory (1)",
    )
    flag("--image-size", type=int, help="side of the training pictures (256; 96)")
    flag(
        "--short-side",
        type=int,
        help="pictures are shrunk to this short side before windows are cut; larger, "
        "with windows that show less of them, keeps fine lines (1.5 x the image size)",
    )
    flag("--seed", type=int, help="of weights, pictures' order and windows (0)")
    flag("--keep", type=int, help="newest backups that are kept (3)")

    flag = parser.add_argument_group("networks").add_argument
    flag(
        "--generator",
        choices=("paper", "light"),
        help="light: one for phones, see the README (paper)",
    )
    flag(
        "--filters",
        type=int,
        help="width of the generator, of a light one's trunk (64, the paper's; 16)",
    )
    flag("--num-blocks", type=int, help="its residual blocks (8, the paper's; 3)")
    flag("--d-filters", type=int, help="width of the discriminator (32; 16)")
    flag(
        "--d-normalization",
        choices=("instance", "none"),
        help="of the discriminator (instance, the paper's; none)",
    )
    flag(
        "--no-d-bands",
        dest="d_bands",
        action="store_false",
        default=None,
        help="show the discriminator pictures as the paper does, not as three bands of "
        "detail of equal strength",
    )

    flag = parser.add_argument_group("losses").add_argument
    flag(
        "--adversarial-loss",
        choices=("least-squares", "log"),
        help="(least-squares; the paper's is log)",
    )
    flag("--content-loss", choices=("l1", "l2"), help="(l1; l2 is an ablation)")
    flag(
        "--content-weight",
        type=float,
        help="against the adversarial loss's 1; where --balance is on, only where it "
        "begins (6e-4; 0.04)",
    )
    flag(
        "--balance",
        type=_balance,
        metavar="auto|RATIO|off",
        help="adapt the content weight so that the content gradient at the picture is "
        "this part of the adversarial one (auto, 0.2; off)",
    )
    flag(
        "--no-edges",
        dest="edges",
        action="store_false",
        default=None,
        help="do without the edge-smoothed cartoons: an ablation",
    )
    flag(
        "--no-palette",
        dest="palette",
        action="store_false",
        default=None,
        help="want the photo back in its own colours, as the paper does, not in those "
        "of all cartoons",
    )
    flag(
        "--no-recolor",
        dest="recolor",
        action="store_false",
        default=None,
        help="leave the pictures in the colours that the generator gives them, as the "
        "paper does, not bring all of them to the cartoons' by one map at the end",
    )
    flag(
        "--d-floor",
        type=float,
        help="the discriminator learns nothing from batches on which its loss is below "
        "this, so that it does not win (0; 0.222 is that of one that sees nothing)",
    )
    flag("--pool", type=int, help="past fakes shown to the discriminator (0: none)")
    flag(
        "--vgg-weights",
        help="imagenet (downloaded once), random, or a file of Keras's VGG19 without "
        "its top (imagenet; random)",
    )
    flag("--content-layer", help="of VGG19 (block4_conv4; block1_conv2)")
    flag("--content-size", type=int, help="pictures are resized to for VGG19 (0: not)")
    flag(
        "--content-shrink",
        type=int,
        help="pictures are shrunk by for VGG19: what is finer is the style's (1)",
    )

    flag = parser.add_argument_group("optimization").add_argument
    flag("--init-learning-rate", type=float, help="(1e-3; 2e-3)")
    flag("--learning-rate", type=float, help="of the generator (5e-4; 1e-3)")
    flag("--d-learning-rate", type=float, help="of the discriminator (1e-4; 4e-4)")
    flag("--beta-1", type=float, help="Adam's (0.5)")
    flag("--beta-2", type=float, help="Adam's (0.99)")
    flag("--clip-norm", type=float, help="largest norm of a gradient (0: any)")
    flag(
        "--ema", type=float, help="momentum of the averaged generator (0.999; 0: none)"
    )

    flag = parser.add_argument_group("devices").add_argument
    flag(
        "--mixed-precision",
        choices=("float32", "float16", "bfloat16"),
        help="for GPUs that have them; bfloat16 for CPUs that do (float32)",
    )
    flag("--jit", action="store_true", default=None, help="compile the step by XLA")
    flag(
        "--strategy",
        choices=("one", "mirrored", "multi-worker"),
        default="one",
        help="mirrored: all GPUs of this machine; multi-worker: the machines that the "
        "environment's TF_CONFIG names",
    )
    args = parser.parse_args(argv)
    given = {
        name: value
        for name, value in vars(args).items()
        if value is not None and name not in COMMON
    }
    if args.resume:
        return _resume(args, given)

    terminal.load_tensorflow(start=args.strategy != "multi-worker")
    from cartoongan_tf.data import batches
    from cartoongan_tf.inference import styles
    from cartoongan_tf.pictures import paths
    from cartoongan_tf.training.plans import SAMPLE_SET, make_plan

    style = "paprika" if args.style is None else args.style
    root = Path("data" if args.data is None else args.data)
    runs = Path("runs" if args.runs is None else args.runs)
    styles.check_style(style, root)
    folder = root / style
    if folder.is_dir():
        batches.list_pictures(folder)
        plan = make_plan(style, str(folder.resolve()), given)
    elif style in styles.STYLES:
        print(
            f"No folder {folder}: training on {SAMPLE_SET}, drawn by this program. For "
            f"the real style put pictures into {folder}/photos and {folder}/cartoons."
        )
        plan = make_plan(style, None, given)
    else:
        batches.list_pictures(folder)  # says what is missing
    paths.check_folder(runs / style)
    return _train(plan, None, runs, args)


def _balance(text):
    if text == "auto":
        return 0.2  # plans.Plan.balance, which TensorFlow's import would cost to read
    return 0.0 if text == "off" else float(text)


def _resume(args, given):
    from cartoongan_tf.training.runs import Run

    run = Run.open(args.resume)
    terminal.load_tensorflow(start=args.strategy != "multi-worker")
    from cartoongan_tf.training.plans import CHANGEABLE, check_model, plan_from_config

    named = {flag: getattr(args, flag) for flag in ("style", "data", "runs")}
    refused = [flag for flag, value in named.items() if value is not None]
    refused += [flag for flag in given if flag not in CHANGEABLE]
    if refused:
        flags, changeable = (
            ", ".join("--" + flag.replace("_", "-") for flag in each)
            for each in (refused, CHANGEABLE)
        )
        raise ValueError(
            f"`--resume` takes everything but {changeable} from the run's config.json. "
            f"Received: {flags}"
        )

    config = run.read_config()
    check_model(config.get("model", "cartoongan"), given)
    plan = plan_from_config({**config, **given})
    return _train(plan, run, None, args)


def _train(plan, run, runs, args):
    from cartoongan_tf.inference import styles
    from cartoongan_tf.training import devices
    from cartoongan_tf.training.run import Training
    from cartoongan_tf.training.runs import Run

    if args.install:
        styles.install_path(plan.style)  # no surprise after hours
    training = Training(plan, devices.make_strategy(args.strategy))
    if run is not None:
        training.check_pictures(run.read_config())
    if args.dry_run:
        print(*training.describe(), sep="\n")
        print(f"time: about {_duration(training.estimate())} on this machine")
        return 0
    training.prepare()
    if training.vgg_note:
        print(f"{training.vgg_note.split('. Ways out')[0]}.")
    features = getattr(training.phases, "features", None)
    if features is not None and features.origin == "random":
        print(
            "The content loss uses VGG19 with random weights: enough for the sample "
            "set, not for a real style."
        )
    if not training.is_chief:
        print("A worker: the chief, worker 0, writes the run.")
        return 0 if training.train(run) else 130
    if run is None:
        run = Run.create(runs, plan.style, training.config())
    print(f"Run: {run.folder}  (watch: tensorboard --logdir {run.logs})")
    with run.locked():
        finished = training.train(run)
    damaged = training.training_set.damaged
    if damaged:
        print(f"Damaged and skipped: {damaged} picture{'s' * (damaged > 1)}.")
    if not finished:
        print(
            f"Stopped at step {training.step} of {training.steps}. Go on with: "
            f"python -m cartoongan_tf.train --resume {run.folder}",
            file=sys.stderr,
        )
        return 130
    where = f"--weights {run.generator}"
    if args.install:
        print(f"Installed: {styles.install(run.generator, plan.style)}")
        where = f"--style {plan.style}"
    print(
        f"Done: {run.generator}, and its history as a picture: {run.curves}\nUse it: "
        f"python -m cartoongan_tf.cartoonize photo.jpg {where} --out cartoon.png"
    )
    return 0


def _duration(seconds):
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"


if __name__ == "__main__":
    terminal.run(main)
