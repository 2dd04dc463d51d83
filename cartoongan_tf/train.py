"""The command that trains a style: `python -m cartoongan_tf.train --style paprika`."""

import os
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
    from cartoongan_tf.plans.flags import add_flags
    from cartoongan_tf.plans.plans import GROUPS, Plan
    from cartoongan_tf.plans.recipes import DEFAULT, RECIPES, SAMPLE_DEFAULTS

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
    flag("--resume", metavar="RUN", help="go on with a run, such as runs/paprika/00001")
    flag("--dry-run", action="store_true", help="print the plan and the time it takes")
    flag(
        "--install",
        action="store_true",
        help="afterwards put the generator where `cartoonize --style` finds it; an "
        "earlier one is kept beside it",
    )
    usual = {"recipe": DEFAULT, **RECIPES[DEFAULT]}
    groups = add_flags(parser, Plan, SAMPLE_DEFAULTS, GROUPS, usual)
    groups["devices"].add_argument(
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
    from cartoongan_tf.plans.plans import make_plan
    from cartoongan_tf.plans.recipes import SAMPLE_SET

    style = "paprika" if args.style is None else args.style
    root = Path("data" if args.data is None else args.data)
    runs = Path("runs" if args.runs is None else args.runs)
    styles.check_style(style, root)
    folder = root / style
    if folder.is_dir() or args.data is not None or os.path.lexists(folder):
        batches.list_pictures(folder)
        plan = make_plan(style, os.path.realpath(folder), given)
    elif style in styles.STYLES:  # nobody named a folder
        print(
            f"No folder {folder}: training on {SAMPLE_SET}, drawn by this program. For "
            f"the real style put pictures into {folder}/photos and {folder}/cartoons."
        )
        plan = make_plan(style, None, given)
    else:
        batches.list_pictures(folder)  # says what is missing
    paths.check_folder(paths.check_utf8(runs / style))
    return _train(plan, None, runs, args)


def _resume(args, given):
    from cartoongan_tf.plans.configs import plan_from_config
    from cartoongan_tf.plans.plans import check_model
    from cartoongan_tf.plans.recipes import CHANGEABLE
    from cartoongan_tf.training.runs import Run

    run = Run.open(args.resume)
    terminal.load_tensorflow(start=args.strategy != "multi-worker")

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
    training.prepare(is_new=run is None)
    if training.vgg_note:
        print(f"{training.vgg_note}: VGG16, which is in the package, takes its place.")
    features = getattr(training.phases, "features", None)
    if features is not None and features.origin == "random":
        print(
            "The content loss uses VGG19 with random weights: an ablation, not enough "
            "for a real style."
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
            f"{terminal.command('train')} --resume {run.folder}",
            file=sys.stderr,
        )
        return 130
    where = f"--weights {run.generator}"
    if args.install:
        print(f"Installed: {styles.install(run.generator, plan.style)}")
        where = f"--style {plan.style}"
    print(
        f"Done: {run.generator}, and its history as a picture: {run.curves}\nUse it: "
        f"{terminal.command('cartoonize')} photo.jpg {where} --out cartoon.png"
    )
    return 0


def _duration(seconds):
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"


if __name__ == "__main__":
    terminal.run(main)
