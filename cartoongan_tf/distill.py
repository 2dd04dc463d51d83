"""The command that teaches a light generator: `python -m cartoongan_tf.distill`."""

import sys
from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.distill --style paprika --teacher paprika.keras --photos DIR
      a light generator that draws what paprika.keras draws
  python -m cartoongan_tf.distill ... --dry-run
      shows the plan and does nothing
  python -m cartoongan_tf.distill ... --start runs/hayao/light/00001/generator.keras
      begins with another light generator's weights: quicker
  python -m cartoongan_tf.distill --resume runs/paprika/light/00001
      goes on after Ctrl-C, a crash or a reboot"""

COMMON = ("runs", "resume", "dry_run", "install")


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    parser = terminal.parser(
        "distill",
        "Teach a light generator to draw what a large one draws. Defaults are in "
        "parentheses.",
        EXAMPLES,
    )
    flag = parser.add_argument
    flag("--style", help="name of the style, and of the run's folder")
    flag("--teacher", metavar="FILE", help="the large generator, a .keras file")
    flag("--photos", metavar="DIR", help="photos to learn on; no cartoons are needed")
    flag("--runs", help="where the run's numbered folder is made (runs)")
    flag("--resume", metavar="RUN", help="go on with a run")
    flag("--dry-run", action="store_true", help="print the plan")
    flag(
        "--install",
        action="store_true",
        help="afterwards put the generator where `cartoonize --style` finds it",
    )

    flag = parser.add_argument_group("how long, on what").add_argument
    flag("--pairs", type=int, help="windows that the teacher draws, once (4000)")
    flag("--image-size", type=int, help="side of the windows (160)")
    flag(
        "--margin",
        type=int,
        help="pixels around a window that the teacher sees and that are cut off its "
        "picture, with the lines that it draws along the border (32)",
    )
    flag("--hold-out", type=int, help="one photo in so many is kept for scores (8)")
    flag("--steps", type=int, help="of training (8000)")
    flag("--epoch", type=int, help="steps between two scores (500)")
    flag("--batch-size", type=int, help="windows a step (8)")
    flag("--seed", type=int, help="of weights, windows and their order (0)")
    flag("--keep", type=int, help="newest backups that are kept (2)")
    flag("--start", metavar="FILE", help="a light generator to begin with")

    flag = parser.add_argument_group("the light generator").add_argument
    flag("--width", type=int, help="channels at half the picture's size (16)")
    flag("--trunk", type=int, help="channels at a quarter of it (64)")
    flag("--num-blocks", type=int, help="residual blocks (5)")
    flag("--norm", choices=("instance", "batch", "global"), help="(instance)")
    flag("--padding", choices=("zeros", "reflect"), help="(zeros)")

    flag = parser.add_argument_group("losses and optimization").add_argument
    flag("--detail-weight", type=float, help="of bands of detail; pixels have 1 (0.5)")
    flag("--strength-weight", type=float, help="of the bands' strength (0.5)")
    flag("--feature-weight", type=float, help="of VGG19's features (0)")
    flag("--vgg-weights", help="imagenet, random or a file (imagenet)")
    flag("--adversarial-weight", type=float, help="of the adversarial term (0)")
    flag("--learning-rate", type=float, help="(1e-3)")
    flag("--d-learning-rate", type=float, help="of the discriminator (1e-4)")
    flag(
        "--mixed-precision",
        choices=("float32", "float16", "bfloat16"),
        help="bfloat16 for CPUs that have it (float32)",
    )
    args = parser.parse_args(argv)
    given = {
        name: value
        for name, value in vars(args).items()
        if value is not None and name not in COMMON
    }
    runs = Path("runs" if args.runs is None else args.runs)
    run = None
    if args.resume:
        from cartoongan_tf.training.runs import Run

        if given:
            flags = ", ".join("--" + name.replace("_", "-") for name in given)
            raise ValueError(
                "`--resume` takes everything from the run's config.json. "
                f"Received: {flags}"
            )
        run = Run.open(args.resume)
        given = run.read_config()
        runs = run.folder.parent.parent.parent
    missing = [name for name in ("style", "teacher", "photos") if name not in given]
    if missing:
        flags = ", ".join("--" + name for name in missing)
        raise ValueError(
            "A distillation must have --style, --teacher and --photos. Received: none "
            f"for {flags}"
        )

    terminal.load_tensorflow()
    from cartoongan_tf.inference import styles
    from cartoongan_tf.training.distilling import Distillation, Lesson
    from cartoongan_tf.training.runs import Run

    for name in ("teacher", "photos", "start"):
        if given.get(name):
            given[name] = str(Path(given[name]).resolve())
    try:
        lesson = Lesson(**given)
    except TypeError as error:
        raise ValueError(
            f"A run's config.json must be a distillation's. Received: {args.resume} "
            f"({error})"
        ) from error
    if args.install:
        styles.install_path(lesson.style)  # no surprise afterwards
    distillation = Distillation(lesson, runs / lesson.style)
    if args.dry_run:
        print(*distillation.describe(), sep="\n")
        return 0
    distillation.prepare()
    if run is None:
        run = Run.create(runs / lesson.style, "light", given)
    print(f"Run: {run.folder}  (watch: tensorboard --logdir {run.logs})")
    with run.locked():
        finished = distillation.train(run)
    if not finished:
        print(
            f"Stopped at step {distillation.step} of {lesson.steps}. Go on with: "
            f"python -m cartoongan_tf.distill --resume {run.folder}",
            file=sys.stderr,
        )
        return 130
    where = f"--weights {run.generator}"
    if args.install:
        print(f"Installed: {styles.install(run.generator, lesson.style)}")
        where = f"--style {lesson.style}"
    print(
        f"Done: {run.generator}\nUse it: python -m cartoongan_tf.cartoonize photo.jpg "
        f"{where} --out cartoon.png"
    )
    return 0


if __name__ == "__main__":
    terminal.run(main)
