"""The command that teaches a light generator: `python -m cartoongan_tf.distill`."""

import os
import sys
from pathlib import Path

from cartoongan_tf import terminal

EXAMPLES = """\
  python -m cartoongan_tf.distill --style paprika --teacher paprika.keras --photos DIR
      a light generator that draws what paprika.keras draws
  python -m cartoongan_tf.distill ... --dry-run
      shows the plan and does nothing
  python -m cartoongan_tf.distill ... --pairs paprika-pairs/
      keeps there what the teacher draws, for later runs, on other machines too
  python -m cartoongan_tf.distill ... --start runs/hayao/light/00001/generator.keras
      begins with another light generator's weights: quicker
  python -m cartoongan_tf.distill ... --start mine.keras --start-share 0.5 --seed 1
      goes on with a style on new windows; saves weights half-way between the two
  python -m cartoongan_tf.distill --resume runs/paprika/light/00001
      goes on after Ctrl-C, a crash or a reboot"""

COMMON = ("runs", "resume", "dry_run", "install")


def main(argv):
    """Parses the flags and does it; returns the exit code."""
    from cartoongan_tf.plans.flags import add_flags
    from cartoongan_tf.plans.lessons import GROUPS, Lesson

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

    add_flags(parser, Lesson, groups=GROUPS)
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
        # Those of earlier versions did not say what there was no choice of.
        before = {"optimizer": "adam", "block_norms": 1, "deep_norms": 1}
        given = {**before, "large_windows": 0, "large_border": 0, **given}
        if isinstance(given.get("pairs"), int):
            given = {
                "deep": 0,
                "ema": 0.0,
                "shift": 0,
                **given,
                "windows": given["pairs"],
            }
            del given["pairs"]
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
    from cartoongan_tf.pictures import paths
    from cartoongan_tf.training.distilling import Distillation
    from cartoongan_tf.training.runs import Run

    for name in ("teacher", "photos", "start", "pairs"):
        if given.get(name):
            given[name] = os.path.realpath(given[name])
    try:
        lesson = Lesson(**given)
    except TypeError as error:
        raise ValueError(
            f"A run's config.json must be a distillation's. Received: {args.resume} "
            f"({error})"
        ) from error
    if args.install:
        styles.install_path(lesson.style)  # no surprise afterwards
    paths.check_folder(paths.check_utf8(runs / lesson.style))
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
    damaged = distillation.damaged
    if damaged:
        print(f"Damaged and skipped: {damaged} photo{'s' * (damaged > 1)}.")
    if not finished:
        print(
            f"Stopped at step {distillation.step} of {lesson.steps}. Go on with: "
            f"{terminal.command('distill')} --resume {run.folder}",
            file=sys.stderr,
        )
        return 130
    where = f"--weights {run.generator}"
    if args.install:
        print(f"Installed: {styles.install(run.generator, lesson.style)}")
        where = f"--style {lesson.style}"
    print(
        f"Done: {run.generator}\nUse it: {terminal.command('cartoonize')} photo.jpg "
        f"{where} --out cartoon.png"
    )
    return 0


if __name__ == "__main__":
    terminal.run(main)
