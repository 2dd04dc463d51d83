"""One training run, from its plan to `generator.keras`: both phases, backup, resume."""

import sys
import time
from dataclasses import asdict, replace

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from cartoongan_tf.data import batches
from cartoongan_tf.data.smooth import MAX_ZOOM
from cartoongan_tf.models.averages import averaged
from cartoongan_tf.models.recoloring import finished
from cartoongan_tf.pictures import images, paths
from cartoongan_tf.pictures.drawing import MOST_PIXELS
from cartoongan_tf.plans.plans import Plan
from cartoongan_tf.plans.recipes import SAMPLE_SETS, unused
from cartoongan_tf.training import curves, devices, doctor, interrupts, supplies
from cartoongan_tf.training.backups import Backups
from cartoongan_tf.training.callbacks import (
    Answers,
    History,
    PhotoGrid,
    Progress,
    Scalars,
    StyleDistance,
    read_history,
)
from cartoongan_tf.training.phases import make_phases
from cartoongan_tf.training.runs import Run

BACKUP_SECONDS = 600  # what a crash costs at most, beside the end of each epoch
LOOK_STEPS = 25  # between two looks at the losses: each makes a GPU wait
EXAMINE_STEPS = 100
GRID_PHOTOS = 6
STYLE_PHOTOS, STYLE_CARTOONS = 24, 96
STYLE_SIZE = 56  # smaller pictures are too few pixels to see a style in


class Training:
    """Both phases of one style's training.

    Args:
        plan: What to train.
        strategy: Devices to train on, of `devices.make_strategy`.

    Raises:
        ValueError: When there are no pictures, a batch cannot be shared out over the
            devices, or the networks do not fit in memory.
    """

    def __init__(self, plan: Plan, strategy=None):
        self.plan = plan
        self.strategy = strategy or devices.make_strategy()
        self.is_chief = devices.is_chief(self.strategy)
        _check_devices(plan, self.strategy.num_replicas_in_sync)
        self.photos, self.cartoons, self.pictures = supplies.count_pictures(plan)
        per_epoch = plan.steps_per_epoch or max(1, self.photos // plan.batch_size)
        self.steps_per_epoch = per_epoch
        self.init_steps = plan.init_epochs * per_epoch
        self.steps = self.init_steps + plan.epochs * per_epoch
        self.phases = make_phases(plan, self.strategy)
        self.generator = self.phases.generator
        self.interrupted = self.stop_asked = False

    def describe(self) -> list[str]:
        """The whole plan, a line each, as `--dry-run` prints it."""
        without, values = unused(self.plan.model), asdict(self.plan).items()
        lines = [f"{name}: {value}" for name, value in values if name not in without]
        networks = self.phases.networks.items()
        return lines + [
            f"photos: {self.photos}",
            f"cartoons: {self.cartoons}",
            *(f"{name} parameters: {net.count_params():,}" for name, net in networks),
            f"devices: {self.strategy.num_replicas_in_sync}",
            f"steps an epoch: {self.steps_per_epoch}",
            f"steps: {self.init_steps} initialization + "
            f"{self.steps - self.init_steps} joint = {self.steps}",
        ]

    def estimate(self) -> float:
        """Seconds that the whole run would take here, from a few steps of both phases.

        They are taken on noise, at a small size where the plan's is large: a step's
        time is near enough proportional to its pixels.
        """
        plan = self.plan
        size, replicas = min(plan.image_size, 128), self.strategy.num_replicas_in_sync
        shape = (max(1, plan.accumulate), size, size, 3)
        phases = make_phases(replace(plan, vgg_weights="random"), self.strategy)
        phases.load_features()
        phases.compile(self.init_steps, self.steps - self.init_steps, size)
        noise = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
        batch = tuple(tf.constant(noise) for _ in range(3))
        total = 0.0
        for model, steps in (
            (phases.init, self.init_steps),
            (phases.joint, self.steps - self.init_steps),
        ):
            if not steps:
                continue
            step = tf.function(model.train_step, jit_compile=plan.jit)

            def run(step=step):
                logs = self.strategy.run(step, (batch,))
                return float(next(iter(_local(logs).values())))

            run()
            began = time.monotonic()
            for _ in range(2):
                run()
            total += (time.monotonic() - began) / 2 * steps
        pixels = plan.batch_size * plan.image_size**2
        return total * pixels / (shape[0] * replicas * size**2)

    def config(self) -> dict:
        """What `config.json` keeps: the plan, and which pictures it was for."""
        resolved = {"steps_per_epoch": self.steps_per_epoch, "pictures": self.pictures}
        return {**asdict(self.plan), **resolved}

    def check_pictures(self, config: dict) -> None:
        """Checks, before a run goes on, that its pictures are those it began with."""
        before = config.get("pictures")
        if before != self.pictures:
            raise ValueError(
                "A run must go on with the pictures that it began with; for others "
                f"start a new one. Received: {self.pictures}, at the start {before}"
            )

    def prepare(self, is_new: bool = True) -> None:
        """Gets all that training needs, and makes `smooth/` where it is missing.

        What can fail for want of weights or pictures fails here, before a run's folder
        is made, and the quickest first.

        Args:
            is_new: The run begins. One that goes on must have the content network that
                it began with; a new one may take VGG16, see `Phases.load_features`.

        Raises:
            ValueError: When weights or readable pictures cannot be had.
        """
        plan = self.plan
        self.vgg_note = self.phases.load_features(may_replace=is_new)
        if self.vgg_note:
            self.plan = plan = replace(plan, content_network="vgg16")
        if not self.is_chief:  # the chief makes what is missing, the others find it
            devices.sum_processes(self.strategy, 0)
        self.training_set = supplies.open_pictures(plan)
        if self.is_chief:
            devices.sum_processes(self.strategy, 0)
        self.grid = supplies.cut_some(
            self.training_set.photos, plan.image_size, GRID_PHOTOS
        )
        batches.keep_in_memory(self.training_set)
        if plan.data not in SAMPLE_SETS:
            if not self.is_chief:
                devices.sum_processes(self.strategy, 0)
            batches.pack_on_disk(self.training_set, plan.data)
            if self.is_chief:
                devices.sum_processes(self.strategy, 0)
        self.training_set.pair(0)

    def train(self, run: Run | None) -> bool:
        """Trains until done or interrupted, from the run's backup where it has one.

        Call `prepare` before. Ctrl-C and SIGTERM end it after the step under way, with
        a backup; a second one ends it at once.

        Args:
            run: Where it is written; of many processes the chief alone needs one.

        Returns:
            Whether it ran to the end.

        Raises:
            ValueError: When the backup is missing, damaged, or does not fit; `Diverged`
                when a loss is no number any more.
        """
        self.run = run
        phases, joint_steps = self.phases, self.steps - self.init_steps
        phases.compile(self.init_steps, joint_steps, self.plan.image_size)
        folder = run.backup if self.is_chief else None
        self.backup = Backups(folder, phases.parts(), self.plan.keep, self.strategy)
        found = self.backup.restore()
        if not found and self.is_chief and run.generator.exists():
            # It is written after the first backup.
            raise ValueError(
                "A run that goes on must have its backup. Received: none that can be "
                f"read in {run.backup}; start a new run"
            )
        if self.step > self.steps:
            raise ValueError(
                f"`epochs` must not be less than what is done. Received: a plan of "
                f"{self.steps} steps, {self.step} done"
            )
        # Not `found`: the chief alone finds, all processes have its step.
        if self.step:
            phases.set_changes()
        else:
            phases.adapt(self.training_set.photos, self.training_set.cartoons)
        self.writer = tf.summary.create_noop_writer()
        if self.is_chief:
            run.write_config(self.config())
            self.writer = tf.summary.create_file_writer(str(run.logs))
        with interrupts.caught(self._stop):
            self._fit("init", phases.init, 0, self.init_steps)
            self._fit("joint", phases.joint, self.init_steps, self.steps)
        if self.backup.saved_step != self.step:
            self._save()
        if self.is_chief:
            curves.draw_curves(read_history(run.history), run.curves)
        return self.step == self.steps

    @property
    def step(self) -> int:
        """Steps done, of both phases together."""
        return self.backup.step

    # ------------------------------------------------------------ the loop

    def _fit(self, phase: str, model, first_step: int, last_step: int) -> None:
        """Takes one phase's steps from wherever the run is in it to its end.

        A loop of our own: Keras's `fit` begins epochs at their start only, and fails
        under MultiWorkerMirroredStrategy.
        """
        if not first_step <= self.step < last_step or self.interrupted:
            return
        per_epoch = self.steps_per_epoch
        step = self.step
        epoch, offset = divmod(step - first_step, per_epoch)
        feed = iter(devices.distribute(self.strategy, self._make_part))
        take = self._make_step(model)
        look = doctor.Doctor(self.plan.balance)
        callbacks = keras.callbacks.CallbackList(
            self._callbacks(phase, first_step, last_step), model=model
        )
        callbacks.on_train_begin()
        try:
            while step < last_step and not self.interrupted:
                if offset == 0:
                    model.reset_metrics()
                callbacks.on_epoch_begin(epoch)
                while offset < per_epoch and not self.interrupted:
                    everywhere = take(feed)
                    logs = _local(everywhere)
                    step, offset = step + 1, offset + 1
                    self.backup.counter.assign(step)
                    callbacks.on_train_batch_end(offset - 1, logs)
                    late = time.monotonic() - self.backup.saved_at > BACKUP_SECONDS
                    if step % LOOK_STEPS == 0:
                        self._check(logs)
                        late = self._agree(late)
                    elif devices.is_many(self.strategy):
                        late = False  # processes have their own clocks
                    if step % EXAMINE_STEPS == 0:
                        self._examine(look, logs, step - first_step)
                    if late and offset < per_epoch:
                        self._check(logs)
                        self.backup.save()
                self._check(logs)
                if offset == per_epoch:
                    logs = devices.average(self.strategy, everywhere)
                    self._recolor(model)
                    self._examine(look, logs, step - first_step)
                    callbacks.on_epoch_end(epoch, logs)
                    self._save()
                    self._agree()
                    epoch, offset = epoch + 1, 0
        finally:
            callbacks.on_train_end()

    def _make_step(self, model):
        """A function that takes one step on an iterator's next batch."""
        step = model.train_step
        if self.plan.jit:
            step = tf.function(step, jit_compile=True)

        @tf.function
        def take(feed):
            return self.strategy.run(step, (next(feed),))

        return take

    def _make_part(self, part: int, parts: int, count: int) -> tf.data.Dataset:
        plan = self.plan
        return batches.make_batches(
            self.training_set,
            plan.batch_size,
            plan.image_size,
            plan.seed,
            self.step,
            part,
            parts,
            count,
        )

    def _callbacks(self, phase: str, first_step: int, last_step: int) -> list:
        if not self.is_chief:
            return []
        plan, run, sets = self.plan, self.run, self.training_set
        size, callbacks = plan.image_size, []
        enough = min(len(sets.photos), len(sets.cartoons)) > 1
        if phase == "joint" and size >= STYLE_SIZE and enough:
            photos = supplies.cut_some(sets.photos, size, STYLE_PHOTOS)
            cartoons = supplies.cut_some(sets.cartoons, size, STYLE_CARTOONS)
            callbacks.append(StyleDistance(photos, cartoons))
        if phase == "joint" and plan.model == "cartoongan":
            pairs = (
                supplies.cut_some(p, size, GRID_PHOTOS)
                for p in (sets.cartoons, sets.smooth)
            )
            fixed = [images.to_signed(pictures) for pictures in (self.grid, *pairs)]
            callbacks.append(Answers(fixed, self.writer))
        per_epoch = self.steps_per_epoch
        return callbacks + [
            History(run.history, phase, first_step, per_epoch, self.step),
            PhotoGrid(self.grid, run.samples, phase, self.writer),
            Scalars(self.writer, phase),
            Progress(phase, last_step - first_step, self.step - first_step),
        ]

    # ------------------------------------------------------------ looking

    def _check(self, logs) -> None:
        """Stops a training that has lost its way, before it is saved."""
        losses = {n: float(v) for n, v in logs.items() if n.endswith("_loss")}
        doctor.check_finite(losses, self.step)

    def _examine(self, look: doctor.Doctor, logs, steps: int) -> None:
        means = {name: float(value) for name, value in logs.items()}
        if self.is_chief and "content_ratio" in means:
            for warning in look.examine(means, steps):
                tqdm.write(f"warning: {warning}", file=sys.stderr)

    def _agree(self, late: bool = False) -> bool:
        """Of many processes, lets all stop where one was asked to, and save together.

        Returns:
            Whether a backup is due.
        """
        if not devices.is_many(self.strategy):
            return late
        asked = 1000 * self.stop_asked + late
        total = devices.sum_processes(self.strategy, asked)
        self.interrupted = total >= 1000
        return total % 1000 > 0

    def _stop(self) -> None:
        self.stop_asked = True
        # Alone at once; of many processes, when all have agreed.
        self.interrupted = not devices.is_many(self.strategy)

    def _recolor(self, model) -> None:
        recoloring = getattr(model, "recoloring", None)
        if self.is_chief and recoloring is not None:
            sets, window = self.training_set, self.plan.image_size * MAX_ZOOM
            most = max(MOST_PIXELS, round(2 * window**2))
            with averaged(model) as generator:
                recoloring.fit(generator, sets.photos, sets.cartoons, most)

    def _save(self) -> None:
        self.backup.save()
        if not self.is_chief:
            return
        joint = self.step > self.init_steps
        model = self.phases.joint if joint else self.phases.init
        with finished(model) as generator:
            with paths.replacing(self.run.generator) as temporary:
                generator.save(temporary)
        if joint and self.phases.joint.average is not None:
            with paths.replacing(self.run.raw_generator) as temporary:
                self.generator.save(temporary)


def _local(logs) -> dict:
    """The first local device's values; every device has the same."""
    return {
        name: value.values[0] if hasattr(value, "values") else value
        for name, value in logs.items()
    }


def _check_devices(plan: Plan, count: int) -> None:
    shares = count * plan.accumulate
    if plan.batch_size % shares:
        raise ValueError(
            f"`batch_size` must be a multiple of the devices times `accumulate`, "
            f"{shares}. Received: batch_size={plan.batch_size}"
        )
    if plan.jit and count > 1:
        raise ValueError(
            "`jit` must go with one device: XLA cannot sum over many. "
            f"Received: {count} devices"
        )
