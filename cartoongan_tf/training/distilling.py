"""One distillation run, from a teacher and photos to `generator.keras`."""

import json
import time
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from cartoongan_tf.data.feeds import Feed, Source
from cartoongan_tf.data.held import HeldOut
from cartoongan_tf.data.pairs import (
    Pairs,
    claim_folder,
    describe_pairs,
    hold_out,
    name_pairs,
)
from cartoongan_tf.evaluation import scores
from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.models.averages import averaged, blended
from cartoongan_tf.models.distiller import Distiller
from cartoongan_tf.models.muon import Muon
from cartoongan_tf.models.schedules import HoldThenDecay
from cartoongan_tf.networks.discriminators import PatchDiscriminator
from cartoongan_tf.networks.features import make_features
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.networks.vgg import Unavailable
from cartoongan_tf.pictures import images, layout, paths
from cartoongan_tf.pictures.drawing import draw_whole
from cartoongan_tf.plans.lessons import Lesson
from cartoongan_tf.plans.plans import PRECISIONS
from cartoongan_tf.training import devices, interrupts
from cartoongan_tf.training.backups import Backups
from cartoongan_tf.training.callbacks import History, Progress, Scalars
from cartoongan_tf.training.runs import Run
from cartoongan_tf.training.teachers import Teacher

COLUMNS = (*Distiller.METRICS, *scores.NAMES, "worst_psnr")  # of history.csv
OPTIMIZERS = {"muon": Muon, "adam": keras.optimizers.Adam}
BACKUP_SECONDS = 300
SAMPLES = 6
WATCHED = 8  # held-out photos that are scored after every epoch; all at the end
LOOK_STEPS = 25


class Distillation:
    """Teaches a light generator what a teacher draws.

    Args:
        lesson: What is asked for.
        cache: Folder for the teacher's pictures, which runs may share.

    Raises:
        ValueError: When teacher or photos cannot be had.
    """

    def __init__(self, lesson: Lesson, cache: Path):
        self.lesson = lesson
        self.teacher = load_generator(lesson.teacher)
        photos = paths.find(lesson.photos)
        self.learnt, self.held = hold_out(photos, lesson.hold_out)
        windows = lesson.image_size, lesson.seed, lesson.margin
        self.about = describe_pairs(lesson.teacher, photos, *windows)
        folder = Path(lesson.pairs) if lesson.pairs else cache / name_pairs(self.about)
        self.pairs = Pairs(folder, self.learnt, *windows)
        self.large = small = large = None
        if lesson.windows:
            small = Source(self.pairs, lesson.windows, lesson.batch_size, lesson.shift)
        if lesson.large_windows:
            margin = 0 if lesson.large_border else lesson.margin
            windows = lesson.large_size, lesson.seed, margin
            self.about_large = describe_pairs(lesson.teacher, photos, *windows)
            name = "whole" if lesson.large_border else "large"
            inside = folder / f"{name}-{lesson.large_size}"
            self.large = Pairs(inside, self.learnt, *windows)
            self.large.photos = self.pairs.photos  # a damaged one is named once
            counts = lesson.large_windows, lesson.large_batch
            large = Source(self.large, *counts, lesson.shift, lesson.large_border)
        smooth = bool(lesson.adversarial_weight)
        share = lesson.large_share
        self.feed = Feed(small, large, share, lesson.steps, lesson.seed, smooth)
        keras.utils.set_random_seed(lesson.seed)
        arguments = (
            "width",
            "trunk",
            "num_blocks",
            "block_norms",
            "deep",
            "deep_norms",
        )
        self.student = LightGenerator(
            **{name: getattr(lesson, name) for name in (*arguments, "norm", "padding")},
            dtype=PRECISIONS[lesson.mixed_precision],
        )
        if lesson.start:
            lacking = start_from(self.student, lesson.start)
            if lacking and lesson.start_share:
                raise ValueError(
                    "`start_share` must be 0 where the start is of another shape. "
                    f"Received: start_share={lesson.start_share}, and {lesson.start} "
                    f"has no such layers: {', '.join(lacking)}"
                )
        self.begun = self.student.get_weights()
        self.draw = as_function(self.student)
        self.interrupted = False

    def describe(self) -> list[str]:
        """The whole plan, a line each."""
        return [f"{name}: {value}" for name, value in asdict(self.lesson).items()] + [
            f"photos: {len(self.learnt)} to learn from, {len(self.held)} held out",
            f"teacher's pictures: {self.pairs.folder}",
            f"student parameters: {self.student.count_params():,}",
        ]

    def prepare(self) -> None:
        """Lets the teacher draw what is missing: windows, and the held-out photos."""
        lesson = self.lesson
        claim_folder(self.pairs.folder, self.about)
        teacher = Teacher(as_precise(self.teacher, lesson.mixed_precision))
        self.pairs.make(teacher, lesson.windows)
        if self.large:
            claim_folder(self.large.folder, self.about_large)
            self.large.make(teacher, lesson.large_windows)
        self.truths = HeldOut(self.pairs.folder / "held", self.held)
        self.truths.make(as_function(self.teacher))
        features = judge = None
        if lesson.feature_weight:
            features = self._load_features()
        if lesson.adversarial_weight:
            dtype = PRECISIONS[lesson.mixed_precision]
            judge = PatchDiscriminator(16, bands=True, dtype=dtype)
        self.distiller = Distiller(self.student, features, judge)
        self.distiller.compile(
            OPTIMIZERS[lesson.optimizer](
                HoldThenDecay(lesson.learning_rate, lesson.steps), 0.9, 0.99
            ),
            keras.optimizers.Adam(
                HoldThenDecay(lesson.d_learning_rate, lesson.steps), 0.5, 0.99
            ),
            detail_weight=lesson.detail_weight,
            strength_weight=lesson.strength_weight,
            calm_weight=lesson.calm_weight,
            feature_weight=lesson.feature_weight,
            adversarial_weight=lesson.adversarial_weight,
            clip_norm=1.0,
            ema=lesson.ema,
        )

    def _load_features(self):
        """VGG19's; VGG16's, which are in the package, where it cannot be downloaded."""
        try:
            return make_features(
                "vgg19", self.lesson.vgg_weights, seed=self.lesson.seed
            )
        except Unavailable as error:
            why = str(error).split(". Ways out")[0]
            print(f"{why}: VGG16, which is in the package, takes its place.")
            return make_features("vgg16")

    def train(self, run: Run) -> bool:
        """Trains until done or interrupted, from the run's backup where it has one.

        Call `prepare` before.

        Returns:
            Whether it ran to the end.
        """
        lesson, distiller = self.lesson, self.distiller
        self.backup = Backups(
            run.backup, self._parts(), lesson.keep, devices.make_strategy()
        )
        self.backup.restore()
        step = self.backup.step
        run.write_config(asdict(lesson))
        writer = tf.summary.create_file_writer(str(run.logs))
        callbacks = keras.callbacks.CallbackList(
            [
                History(run.history, "distill", 0, lesson.epoch, step, COLUMNS),
                Scalars(writer, "distill"),
                Progress("distill", lesson.steps, step),
            ],
            model=distiller,
        )
        feed = self.feed(step)
        take, settling = None, lesson.steps // 2
        callbacks.on_train_begin()
        with interrupts.caught(self._stop):
            while step < lesson.steps and not self.interrupted:
                if step >= settling and not distiller.settled:
                    distiller.settle()
                    take = None
                take = take or tf.function(distiller.train_step)
                if step % lesson.epoch == 0:
                    distiller.reset_metrics()
                    callbacks.on_epoch_begin(step // lesson.epoch)
                logs = take(next(feed))
                step += 1
                self.backup.counter.assign(step)
                callbacks.on_train_batch_end(step, logs)
                if step % LOOK_STEPS == 0:
                    self._check(logs, step)
                if step % lesson.epoch == 0:
                    self._close_epoch(run, callbacks, logs, step)
                elif step == lesson.steps:  # too few for an epoch, but the best
                    self._check(logs, step)
                    with self._result():
                        self._save_generator(run)
                elif time.monotonic() - self.backup.saved_at > BACKUP_SECONDS:
                    self._check(logs, step)
                    self.backup.save()
        callbacks.on_train_end()
        if self.backup.saved_step != step:
            self.backup.save()
        if step == lesson.steps:
            self._finish(run)
        return step == lesson.steps

    @property
    def step(self) -> int:
        """Steps done."""
        return self.backup.step

    @property
    def damaged(self) -> int:
        """How many photos have turned out to be of no use so far."""
        return self.truths.damaged + len(self.pairs.photos.damaged)

    def score(self, draw, count: int) -> dict[str, float]:
        """How near pictures of held-out photos are to the teacher's; {} without any.

        Args:
            draw: Of a batch of photos in -1..1, the student say.
            count: Photos.
        """
        pairs = (self.truths[at] for at in self.truths.some(count))
        rows = [scores.score(draw_whole(draw, p), truth) for p, truth in pairs]
        return scores.summarize(rows) if rows else {}

    # ------------------------------------------------------------ parts of it

    def _parts(self) -> dict[str, list]:
        distiller = self.distiller
        parts = {
            "student": self.student.variables,
            "optimizer": distiller.optimizer.variables,
            "means": [v for m in distiller.metrics for v in m.variables],
        }
        average = distiller.average
        if distiller.d_optimizer is not None:
            parts["discriminator"] = distiller.discriminator.variables
            parts["d_optimizer"] = distiller.d_optimizer.variables
        kept = {name: [v.value for v in each] for name, each in parts.items()}
        return {**kept, "average": average.variables if average else []}

    def _stop(self) -> None:
        self.interrupted = True

    def _check(self, logs, step: int) -> None:
        if not np.isfinite(float(logs["loss"])):
            raise ValueError(
                "A loss must be a number. Received: loss=nan at step "
                f"{step}; the last backup is whole; try a smaller --learning-rate"
            )

    def _close_epoch(self, run: Run, callbacks, logs, step: int) -> None:
        self._check(logs, step)
        values = {name: float(value) for name, value in logs.items()}
        with self._result():
            values |= self.score(self.draw, WATCHED)
            if len(self.truths):
                images.write(run.samples / f"{step:06d}.png", self._draw_sheet())
            self._save_generator(run)
        callbacks.on_epoch_end(step // self.lesson.epoch - 1, values)
        self.backup.save()

    @contextmanager
    def _result(self):
        """The student as it is scored and saved: averaged, with the start's share."""
        with (
            averaged(self.distiller) as student,
            blended(student, self.begun, self.lesson.start_share),
        ):
            yield student

    def _draw_sheet(self) -> np.ndarray:
        chosen = (self.truths[at] for at in self.truths.some(SAMPLES))
        rows = [layout.side_by_side(p, t, draw_whole(self.draw, p)) for p, t in chosen]
        return layout.lay_out(rows)

    def _save_generator(self, run: Run) -> None:
        with paths.replacing(run.generator) as temporary:
            as_precise(self.student, "float32").save(temporary)

    def _finish(self, run: Run) -> None:
        with self._result() as student:
            draw = as_function(as_precise(student, "float32"))
        result = self.score(draw, len(self.truths))
        with paths.replacing(run.folder / "scores.json") as temporary:
            temporary.write_text(json.dumps(result, indent=2) + "\n")


def as_function(generator):
    """A generator as one graph for pictures of all sizes: several times faster."""
    signature = [tf.TensorSpec((None, None, None, 3), tf.float32)]
    return tf.function(lambda x: generator(x, training=False), signature)


def as_precise(generator, precision: str):
    """The same generator in another precision."""
    config = {**generator.get_config(), "dtype": PRECISIONS[precision]}
    other = type(generator).from_config(config)
    other.set_weights(generator.get_weights())
    return other


def start_from(student, path: str) -> list[str]:
    """Takes a light generator's weights; layers that it lacks stay as they are.

    Returns:
        The names of those layers.

    Raises:
        ValueError: When the trunks are of other widths.
    """
    begun = load_generator(path)
    widths = [
        [getattr(net, k, 0) for k in ("width", "trunk")] for net in (student, begun)
    ]
    if widths[0] != widths[1]:
        raise ValueError(
            "`--start` must be a light generator of the same `width` and `trunk`. "
            f"Received: {path}, of {widths[1]} for {widths[0]}"
        )
    found = {layer.name: layer.get_weights() for layer in begun.layers}
    lacking = []
    for layer in student.layers:
        values = found.get(layer.name, [])
        if [v.shape for v in values] == [tuple(w.shape) for w in layer.weights]:
            layer.set_weights(values)
        else:
            lacking.append(layer.name)
    return lacking
