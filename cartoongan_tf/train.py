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
    flag("--epochs", type=int, help="epochs of joint training (100; 12)")
    flag("--init-epochs", type=int, help="epochs of the initialization phase (10; 3)")
    flag("--steps-per-epoch", type=int, help="(as many as show every photo once; 100)")
    flag("--batch-size", type=int, help="pictures of each kind a step (8; 4)")
    flag("--image-size", type=int, help="side of the training pictures (256; 96)")
    flag("--filters", type=int, help="width of the generator (64, the paper's; 16)")
    flag("--num-blocks", type=int, help="its residual blocks (8, the paper's; 3)")
    flag(
        "--content-weight",
        type=float,
        help="against the adversarial loss's 1 (6e-4; 0.04)",
    )
    flag(
        "--vgg-weights",
        help="imagenet (downloaded once), random, or a file of Keras's VGG19 without "
        "its top (imagenet; random)",
    )
    flag(
        "--mixed-precision",
        choices=("float32", "float16", "bfloat16"),
        help="float16 or bfloat16 for a GPU that has them (float32)",
    )
    flag("--seed", type=int, help="of weights, pictures' order and windows (0)")
    flag("--resume", metavar="RUN", help="go on with a run, such as runs/paprika/00001")
    flag("--dry-run", action="store_true", help="print the plan, train nothing")
    flag(
        "--install",
        action="store_true",
        help="afterwards put the generator where `cartoonize --style` finds it; an "
        "earlier one is kept beside it",
    )
    args = parser.parse_args(argv)
    given = {
        name: value
        for name, value in vars(args).items()
        if value is not None
        and name not in ("style", "data", "runs", "resume", "dry_run", "install")
    }
    if args.resume:
        return _resume(args, given)

    terminal.load_tensorflow()
    from cartoongan_tf import data, paths, styles
    from cartoongan_tf.plans import SAMPLE_DEFAULTS, SAMPLE_SET, Plan

    style = "paprika" if args.style is None else args.style
    root = Path("data" if args.data is None else args.data)
    runs = Path("runs" if args.runs is None else args.runs)
    styles.check_style(style, root)
    folder = root / style
    if folder.is_dir():
        data.list_pictures(folder)
        plan = Plan(**{"style": style, "data": str(folder.resolve()), **given})
    elif style in styles.STYLES:
        print(
            f"No folder {folder}: training on {SAMPLE_SET}, drawn by this program. For "
            f"the real style put pictures into {folder}/photos and {folder}/cartoons."
        )
        plan = Plan(**{"style": style, **SAMPLE_DEFAULTS, **given})
    else:
        data.list_pictures(folder)  # says what is missing
    paths.check_folder(runs / style)
    return _train(plan, None, runs, args)


def _resume(args, given):
    from cartoongan_tf.runs import Run

    named = {flag: getattr(args, flag) for flag in ("style", "data", "runs")}
    refused = [flag for flag, value in named.items() if value is not None]
    refused += [flag for flag in given if flag != "epochs"]
    if refused:
        flags = ", ".join("--" + flag.replace("_", "-") for flag in refused)
        raise ValueError(
            "`--resume` takes everything but --epochs from the run's config.json. "
            f"Received: {flags}"
        )
    run = Run.open(args.resume)

    terminal.load_tensorflow()
    from cartoongan_tf.plans import plan_from_config

    plan = plan_from_config({**run.read_config(), **given})
    return _train(plan, run, None, args)


def _train(plan, run, runs, args):
    from cartoongan_tf import styles
    from cartoongan_tf.runs import Run
    from cartoongan_tf.training import Training

    if args.install:
        styles.install_path(plan.style)  # no surprise after hours
    training = Training(plan)
    if run is not None:
        training.check_pictures(run.read_config())
    if args.dry_run:
        print(*training.describe(), sep="\n")
        return 0
    training.prepare()
    if training.vgg_note:
        print(f"{training.vgg_note.split('. Ways out')[0]}.")
    if training.features.origin == "random":
        print(
            "The content loss uses VGG19 with random weights: enough for the sample "
            "set, not for a real style."
        )
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
        f"Done: {run.generator}\nUse it: python -m cartoongan_tf.cartoonize photo.jpg "
        f"{where} --out cartoon.png"
    )
    return 0


if __name__ == "__main__":
    terminal.run(main)
