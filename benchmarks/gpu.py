"""Training on a lent card: JAX with CUDA, no TensorFlow, minutes at a time.

    python benchmarks/gpu.py pack data/mine --out mine.npz
        a style's photos and cartoons in one small file, to take along
    python benchmarks/gpu.py bench
        pictures a second, share of the card's bfloat16 peak, each network's share
    python benchmarks/gpu.py train --data mine.npz --minutes 8 --out DIR
        a style; goes on from DIR where it was stopped
    python benchmarks/gpu.py pack-photos photos/ more/ --out photos.npz
    python benchmarks/gpu.py pack-teacher paprika.keras --out paprika.npz
        what `distill` needs, in a quarter of the bytes
    python benchmarks/gpu.py distill --data photos.npz --teacher paprika.npz --out DIR
        a light generator of a teacher, or of the folder that `train` wrote
    python -m cartoongan_tf.convert arrays DIR/generator-*.npz --out mine.keras
        here again, with TensorFlow: a generator like any other

The steps are those of `CartoonGAN` and `Distiller` (jax_step.py; a test holds them
equal). How to carry it to such a card: docs/gpu.md.
"""

import argparse
import json
import sys
import time
from dataclasses import fields, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import jax_step  # noqa: E402  first: it chooses Keras's backend

# isort: split
import gpu_bench  # noqa: E402
import gpu_lessons  # noqa: E402
import gpu_networks  # noqa: E402
import jax  # noqa: E402
import keras  # noqa: E402
from gpu_data import (  # noqa: E402
    Batches,
    pack,
    pack_photos,
    unpack,
    unpack_pictures,
)
from jax import numpy as jnp  # noqa: E402

from cartoongan_tf import terminal  # noqa: E402
from cartoongan_tf.networks.abstraction import Abstraction  # noqa: E402
from cartoongan_tf.networks.light import LightGenerator  # noqa: E402
from cartoongan_tf.networks.palettes import Palette  # noqa: E402
from cartoongan_tf.pictures import images  # noqa: E402
from cartoongan_tf.plans.lessons import Lesson  # noqa: E402
from cartoongan_tf.plans.plans import Plan  # noqa: E402
from cartoongan_tf.porting import arrays  # noqa: E402

WRITE_SECONDS = 120  # between two checkpoints


def signed(batch):
    """uint8 arrays to float32 in -1..1, on the card."""
    return [_to_signed(part) for part in batch]


_to_signed = jax.jit(lambda part: images.to_signed(part.astype(jnp.float32)))


# ---------------------------------------------------------------- modes


def make_pack(args):
    """A style's photos and cartoons in one file, to take along."""
    most = int(args.megabytes * 1e6)
    print(pack(args.folder, args.out, args.short_side, most))


def train(args):
    """A style, for so many minutes, from where `--out` was left."""
    began = time.monotonic()
    folder = Path(args.out)
    folder.mkdir(parents=True, exist_ok=True)
    plan = read_plan(args.set, args.plan)
    training_set = unpack(args.data)
    steps_a_epoch = max(1, len(training_set.photos) // plan.batch_size)
    if plan.steps_per_epoch:
        steps_a_epoch = plan.steps_per_epoch
    init_steps = plan.init_epochs * steps_a_epoch
    steps = args.steps or plan.epochs * steps_a_epoch
    keras.utils.set_random_seed(plan.seed)
    generator, judge, features = gpu_networks.make_networks(plan)
    palette = None
    if plan.palette:
        palette = Palette()
        palette.adapt(training_set.photos, training_set.cartoons)
    steps_to = [palette, Abstraction(plan.abstraction) if plan.abstraction else None]
    steps_to = [step for step in steps_to if step is not None]
    wanted = keras.Sequential(steps_to) if steps_to else None
    done = 0
    if (folder / "state.json").is_file():
        said = json.loads((folder / "state.json").read_text())
        done = said["step"]
        plan = replace(plan, content_weight=said["content_weight"])
        for network, stem in ((generator, "raw"), (judge, "discriminator")):
            _, values = arrays.read_values(sorted(folder.glob(f"{stem}-*.npz")))
            network.set_weights(values)
        print(f"goes on from step {done}; Adam's moments begin anew", flush=True)
    joint_done = max(0, done - init_steps)
    by_clock = 0 if args.by_clock else steps
    joint = jax_step.Joint(
        generator, judge, features, plan, by_clock, wanted, joint_done
    )
    state = joint.start()
    if joint_done:
        state["average"] = gpu_networks.read_average(generator, folder)
    init = jax_step.Initialization(joint, max(1, init_steps), done)
    optimizer = init.start()
    batches = Batches(training_set, plan, done)
    written, joint_began = time.monotonic(), None
    log = open(folder / "log.txt", "a", buffering=1)
    try:
        for step in range(done, init_steps + steps):
            batch = signed(batches.next())
            if step < init_steps:
                state["g"], optimizer, loss = init.step(state["g"], optimizer, batch[0])
                logs = {"content_loss": loss}
                if step + 1 == init_steps:
                    state["average"] = [jnp.array(v) for v in state["g"]]
            else:
                if args.by_clock:
                    joint_began = joint_began or time.monotonic()
                    whole = began + 60 * args.minutes - joint_began
                    set_rates(joint, state, (time.monotonic() - joint_began) / whole)
                state, logs = joint.step(state, *batch)
            done = step + 1
            if done % 100 == 0 or done in (1, init_steps + 1):
                now = time.monotonic()
                said = " ".join(f"{k} {float(v):.4g}" for k, v in logs.items())
                print(f"step {done} at {now - began:.0f} s: {said}", flush=True)
                print(f"step {done} at {now - began:.0f} s: {said}", file=log)
            now = time.monotonic()
            if now - began > 60 * args.minutes:
                break
            keep = args.keep_every and done % args.keep_every == 0
            if keep or now - written > WRITE_SECONDS:
                gpu_networks.write_state(
                    folder, done, joint, state, training_set, plan, keep
                )
                written = time.monotonic()
    finally:
        batches.close()
    gpu_networks.write_state(folder, done, joint, state, training_set, plan)
    log.close()
    print(f"step {done} of {init_steps + steps}; {folder}/generator-*.npz")


def set_rates(joint, state, progress: float) -> None:
    """Rates of both networks by the share of time that is spent: held, then to 0."""
    left = min(1.0, max(0.0, 2 * (1 - progress)))
    for name, optimizer, rate in (
        ("g_optimizer", joint.g_optimizer, joint.plan.learning_rate),
        ("d_optimizer", joint.d_optimizer, joint.plan.d_learning_rate),
    ):
        state[name] = jax_step.set_rate(optimizer, state[name], rate * left)


def make_photos(args):
    """Photos for `distill` in one file; one in so many of each folder left out."""
    most = int(args.megabytes * 1e6)
    side, one_in = args.short_side, args.hold_out
    print(pack_photos(args.folders, args.out, side, one_in, most))


def make_teacher(args):
    """A generator's .keras, its kernels rounded to int8: a quarter of the bytes."""
    print(gpu_lessons.pack_teacher(args.file, args.out))


def distill(args):
    """Light generators, each taught by a teacher's pictures of whole photos."""
    given = dict(pair.split("=") for pair in args.set)
    known = {field.name: field.type for field in fields(Lesson)}
    # The card's tables are of whole photos: no larger windows are needed.
    given = {"large_windows": "0", **given}
    lesson = Lesson(
        "light", "", "", **{name: known[name](text) for name, text in given.items()}
    )
    (photos,) = unpack_pictures(args.data)
    keras.utils.set_random_seed(lesson.seed)
    named = (
        *("width", "trunk", "num_blocks", "block_norms", "deep", "deep_norms"),
        *("norm", "padding"),
    )
    student = LightGenerator(**{name: getattr(lesson, name) for name in named})
    first = student.get_weights()
    lessons = gpu_lessons.TableLessons(student, lesson)  # compiled once for all
    for teacher in args.teacher:
        folder = Path(args.out)
        if len(args.teacher) > 1:
            folder /= Path(teacher).stem
        folder.mkdir(parents=True, exist_ok=True)
        student.set_weights(first)
        with open(folder / "log.txt", "a", buffering=1) as log:
            _distill(args, lessons, teacher, photos, folder, log)


def _distill(args, lessons, teacher, photos, folder, log):
    began, lesson = time.monotonic(), lessons.lesson

    def say(text):
        print(text, flush=True)
        print(text, file=log)

    def keep(values, name="light"):
        lessons.finish(values)
        arrays.write_arrays(lessons.student, folder / name)

    network = gpu_lessons.read_teacher(teacher)
    tables = gpu_lessons.make_tables(network, photos, args.views, lesson.seed)
    spent = time.monotonic() - began
    say(f"{args.views} views of {len(photos)} photos, drawn in {spent:.0f} s")
    values, average, steps = lessons.teach(
        tables, 60 * args.minutes, args.steps, lesson.batch_size, say, keep
    )
    keep(values, "last")
    keep(average)
    say(f"step {steps}; {folder}/light-*.npz")


def bench(args):
    """Pictures a second and share of the peak, of the step and of each network."""
    plan = read_plan(args.set, args.plan)
    gpu_bench.bench(plan, gpu_networks.make_networks, args.batches, args.repeats)


def read_plan(pairs, path):
    """A plan: of a run's config.json or the recipe `balanced`, with NAME=VALUE."""
    given = {"mixed_precision": "bfloat16", "content_layer": "block4_conv3"}
    given |= {"content_network": "vgg16"}
    if path:
        given = json.loads(Path(path).read_text())
    kinds = {field.name: field.type for field in fields(Plan)}
    for pair in pairs:
        name, _, text = pair.partition("=")
        if name not in kinds:
            raise ValueError(f"`--set` must name a plan's value. Received: {pair}")
        kind = kinds[name]
        given[name] = text in ("1", "true", "True") if kind is bool else kind(text)
    known = {name: value for name, value in given.items() if name in kinds}
    return Plan(**{"style": "mine", "data": "packed", **known})


TEACHER = "files of `pack-teacher`, or folders of `train`: one after the other"
MODES = {
    make_pack: "pack",
    make_photos: "pack-photos",
    make_teacher: "pack-teacher",
}


def main(argv):
    """Parses the flags and runs a mode."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    modes = parser.add_subparsers(required=True)

    def mode(function):
        name = MODES.get(function, function.__name__)
        made = modes.add_parser(name, help=function.__doc__)
        made.set_defaults(run=function)
        return made.add_argument

    flag = mode(make_pack)
    flag("folder", help="with photos/ and cartoons/")
    flag("--out", required=True, help="an .npz")
    flag("--short-side", type=int, default=384, help="pictures are shrunk to (384)")
    flag("--megabytes", type=float, default=30, help="of the file at most (30)")
    flag = mode(make_photos)
    flag("folders", nargs="+", help="of photos")
    flag("--out", required=True, help="an .npz")
    flag("--short-side", type=int, default=384, help="photos are shrunk to (384)")
    flag("--megabytes", type=float, default=30, help="of the file at most (30)")
    flag("--hold-out", type=int, default=8, help="one in so many stays here (8)")
    flag = mode(make_teacher)
    flag("file", help="a .keras")
    flag("--out", required=True, help="an .npz")
    for function in (bench, train):
        flag = mode(function)
        flag("--plan", help="a run's config.json, for its values")
        flag("--set", nargs="*", default=[], metavar="NAME=VALUE", help="of the plan")
        if function is bench:
            flag("--batches", type=int, nargs="+", default=[8, 32])
            flag("--repeats", type=int, default=30)
    flag("--steps", type=int, default=0, help="of the joint phase (plan's epochs)")
    flag("--keep-every", type=int, default=0, help="steps; weights and samples stay")
    flag("--by-clock", action="store_true", help="rates fall by --minutes, not steps")
    for function in (train, distill):
        if function is distill:
            flag = mode(function)
            flag("--teacher", nargs="+", required=True, help=TEACHER)
            flag("--steps", type=int, default=0, help="at most; as the minutes allow")
            flag("--views", type=int, default=2400, help="of photos that it draws")
            flag("--set", nargs="*", default=[], metavar="NAME=VALUE", help="of Lesson")
        flag("--data", required=True, help="what `pack` wrote")
        flag("--out", required=True, help="a folder")
        flag("--minutes", type=float, default=8.0)
    args = parser.parse_args(argv)
    return args.run(args)


if __name__ == "__main__":
    terminal.run(main)
