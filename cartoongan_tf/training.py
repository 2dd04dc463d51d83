"""One training run, from its plan to `generator.keras`: both phases, backup, resume."""

import hashlib
import signal
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict

import keras
import numpy as np
import tensorflow as tf

from cartoongan_tf import cartoongan, data, paths, samples
from cartoongan_tf.callbacks import (
    History,
    PhotoGrid,
    Progress,
    Scalars,
    StopOnFlag,
    Stopped,
)
from cartoongan_tf.cartoongan import CartoonGAN, InitializationPhase
from cartoongan_tf.discriminators import PatchDiscriminator
from cartoongan_tf.edges import smooth_edges
from cartoongan_tf.features import VGG19Features
from cartoongan_tf.generators import Generator
from cartoongan_tf.pictures import Pictures
from cartoongan_tf.plans import PRECISIONS, SAMPLE_SET, Plan
from cartoongan_tf.runs import Run
from cartoongan_tf.schedules import HoldThenDecay

BACKUP_SECONDS = 600  # what a crash costs at most, beside the end of each epoch
GRID_PHOTOS = 6
SAMPLES = 150  # pictures of each kind in the sample set
SAMPLE_SIZE = (128, 176)


class Training:
    """Both phases of one style's training.

    Args:
        plan: What to train.

    Raises:
        ValueError: When there are no pictures, or the networks do not fit in memory.
    """

    def __init__(self, plan: Plan):
        self.plan = plan
        self.photos, self.cartoons, self.pictures = _count(plan)
        per_epoch = plan.steps_per_epoch or max(1, self.photos // plan.batch_size)
        self.steps_per_epoch = per_epoch
        self.init_steps = plan.init_epochs * per_epoch
        self.steps = self.init_steps + plan.epochs * per_epoch
        keras.utils.set_random_seed(plan.seed)
        dtype = PRECISIONS[plan.mixed_precision]
        self.generator = Generator(plan.filters, plan.num_blocks, dtype)
        self.discriminator = PatchDiscriminator(
            plan.d_filters, plan.d_normalization, dtype
        )
        self.interrupted = False

    def describe(self) -> list[str]:
        """The whole plan, a line each, as `--dry-run` prints it."""
        parameters = self.generator.count_params(), self.discriminator.count_params()
        lines = [f"{name}: {value}" for name, value in asdict(self.plan).items()]
        return lines + [
            f"photos: {self.photos}",
            f"cartoons: {self.cartoons}",
            f"generator parameters: {parameters[0]:,}",
            f"discriminator parameters: {parameters[1]:,}",
            f"steps an epoch: {self.steps_per_epoch}",
            f"steps: {self.init_steps} initialization + "
            f"{self.steps - self.init_steps} joint = {self.steps}",
        ]

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

    def prepare(self) -> None:
        """Gets all that training needs, and makes `smooth/` where it is missing.

        What can fail for want of weights or pictures fails here, before a run's folder
        is made, and the quickest first.

        Raises:
            ValueError: When VGG19's weights or readable pictures cannot be had.
        """
        self.features, self.vgg_note = _load_features(self.plan)
        self.training_set = _open(self.plan)
        self.grid = _cut_grid(self.training_set.photos, self.plan.image_size)
        data.keep_in_memory(self.training_set)
        self.training_set.pair(0)

    def train(self, run: Run) -> bool:
        """Trains until done or interrupted, from the run's backup where it has one.

        Call `prepare` before. Ctrl-C and SIGTERM end it after the step under way, with
        a backup; a second one ends it at once.

        Returns:
            Whether it ran to the end.

        Raises:
            ValueError: When the backup is missing, damaged, or does not fit.
        """
        self.run = run
        plan = self.plan
        self.init_phase = InitializationPhase(self.generator, self.features)
        self.init_phase.compile(
            _adam(plan.init_learning_rate, self.init_steps),
            content_loss=plan.content_loss,
        )
        self.joint_phase = CartoonGAN(self.generator, self.discriminator, self.features)
        joint_steps = self.steps - self.init_steps
        self.joint_phase.compile(
            _adam(plan.learning_rate, joint_steps),
            _adam(plan.d_learning_rate, joint_steps),
            plan.adversarial_loss,
            plan.content_loss,
            plan.content_weight,
        )
        self.backup = _Backup(self)
        self.backup.restore()
        run.write_config(self.config())
        self.writer = tf.summary.create_file_writer(str(run.logs))
        with _catch_signals(self):
            self._fit("init", self.init_phase, 0, self.init_steps)
            self._fit("joint", self.joint_phase, self.init_steps, self.steps)
        self._save()
        return self.step == self.steps

    @property
    def step(self) -> int:
        """Steps done, of both phases together."""
        return self.backup.step

    def _fit(self, phase: str, model, first_step: int, last_step: int) -> None:
        """Fits one phase from wherever the run is in it to its end."""
        per_epoch = self.steps_per_epoch
        while first_step <= self.step < last_step and not self.interrupted:
            step = self.step
            epoch, offset = divmod(step - first_step, per_epoch)
            # The rest of a broken epoch is fitted alone: `fit` knows whole ones only.
            last_epoch = epoch + 1 if offset else (last_step - first_step) // per_epoch
            batches = data.make_batches(
                self.training_set,
                self.plan.batch_size,
                self.plan.image_size,
                self.plan.seed,
                start=step,
            )
            progress = Progress(phase, last_step - first_step, step - first_step)
            try:
                model.fit(
                    batches,
                    initial_epoch=epoch,
                    epochs=last_epoch,
                    steps_per_epoch=per_epoch - offset,
                    shuffle=False,
                    verbose=0,
                    callbacks=[
                        History(self.run.history, phase, first_step, per_epoch, step),
                        PhotoGrid(self.grid, self.run.samples, phase, self.writer),
                        Scalars(self.writer, phase),
                        progress,
                        _Keep(self, offset),
                        StopOnFlag(lambda: self.interrupted),
                    ],
                )
            except Stopped:
                pass  # `interrupted` ends the loop
            finally:
                progress.close()

    def _save(self) -> None:
        self.backup.save()
        with paths.replacing(self.run.generator) as temporary:
            self.generator.save(temporary)


class _Backup:
    """All that a run needs to go on as if it had not stopped, in one checkpoint."""

    def __init__(self, training: Training):
        init, joint = training.init_phase, training.joint_phase
        self.counter = tf.Variable(0, dtype=tf.int64, trainable=False)
        # Means of the epoch under way: the history of a resumed run shows no seam.
        self.means = [v for m in (init, joint) for t in m.metrics for v in t.variables]
        self.checkpoint = tf.train.Checkpoint(
            counter=self.counter,
            generator=_values(training.generator.variables),
            discriminator=_values(training.discriminator.variables),
            init_optimizer=_values(init.optimizer.variables),
            g_optimizer=_values(joint.g_optimizer.variables),
            d_optimizer=_values(joint.d_optimizer.variables),
            means=_values(self.means),
        )
        self.manager = tf.train.CheckpointManager(
            self.checkpoint, str(training.run.backup), max_to_keep=2
        )
        self.steps, self.run = training.steps, training.run
        self.saved_at = time.monotonic()

    @property
    def step(self) -> int:
        """Steps done, of both phases together."""
        return int(self.counter)

    def save(self) -> None:
        self.manager.save()
        self.saved_at = time.monotonic()

    def restore(self) -> None:
        latest = self.manager.latest_checkpoint
        if latest is None:
            if self.run.generator.exists():  # is written after the first backup
                raise ValueError(
                    "A run that goes on must have its backup. Received: none that can "
                    f"be read in {self.run.backup}; start a new run"
                )
            return
        try:
            # Everything must be found: optimizer state that does not load would be a
            # training that silently starts anew.
            self.checkpoint.restore(latest).assert_consumed()
        except (AssertionError, ValueError, tf.errors.OpError) as error:
            reason = str(error).strip().splitlines()[0]
            raise ValueError(
                f"A run's backup must be whole and of the run's networks. "
                f"Received: {latest} ({reason})"
            ) from error
        if self.step > self.steps:
            raise ValueError(
                f"`epochs` must not be less than what is done. Received: a plan of "
                f"{self.steps} steps, {self.step} done"
            )


class _Keep(keras.callbacks.Callback):
    """Counts steps, and saves the run at each epoch's end and every ten minutes."""

    def __init__(self, training: Training, offset: int):
        super().__init__()
        self.training, self.offset = training, offset
        self.means = [v.numpy() for v in training.backup.means]

    def on_epoch_begin(self, epoch, logs=None):
        if self.offset:  # `fit` has just reset them
            for variable, value in zip(
                self.training.backup.means, self.means, strict=True
            ):
                variable.assign(value)

    def on_train_batch_end(self, batch, logs=None):
        backup = self.training.backup
        backup.counter.assign_add(1)
        if time.monotonic() - backup.saved_at > BACKUP_SECONDS:
            backup.save()

    def on_epoch_end(self, epoch, logs=None):
        self.training._save()


def _values(variables) -> list[tf.Variable]:
    return [variable.value for variable in variables]


def _adam(learning_rate: float, steps: int):
    schedule = HoldThenDecay(learning_rate, max(1, steps))
    return keras.optimizers.Adam(schedule, beta_1=cartoongan.BETA_1)


def _count(plan: Plan) -> tuple[int, int, str]:
    """How many photos and cartoons there are, and a name for this very set of them."""
    if plan.data == SAMPLE_SET:
        return SAMPLES, SAMPLES, SAMPLE_SET
    lists = data.list_pictures(plan.data)
    digest = hashlib.sha256()
    for path in sum(lists, []):
        place = path.relative_to(plan.data).as_posix()
        digest.update(f"{place} {path.stat().st_size}\n".encode())
    photos, cartoons = map(len, lists)
    name = f"{photos} photos, {cartoons} cartoons, {digest.hexdigest()[:12]}"
    return photos, cartoons, name


def _open(plan: Plan) -> data.TrainingSet:
    if plan.data != SAMPLE_SET:
        return data.open_folder(plan.data, plan.image_size)
    height, width = (max(side, plan.image_size) for side in SAMPLE_SIZE)
    cartoons = samples.draw_cartoons(SAMPLES, plan.style, 0, height, width)
    return data.TrainingSet(
        Pictures(samples.draw_photos(SAMPLES, 0, height, width)),
        Pictures(cartoons),
        Pictures([smooth_edges(cartoon) for cartoon in cartoons]),
    )


def _load_features(plan: Plan):
    try:
        features = VGG19Features(plan.vgg_weights, plan.content_layer, seed=plan.seed)
        return features, None
    except ValueError as error:
        if plan.data != SAMPLE_SET or plan.vgg_weights != "imagenet":
            raise
        features = VGG19Features("random", plan.content_layer, seed=plan.seed)
        return features, str(error)


def _cut_grid(photos: Pictures, size: int) -> np.ndarray:
    count = min(GRID_PHOTOS, len(photos))
    places = np.linspace(0, len(photos) - 1, count).astype(int)
    return np.stack([data.cut_center(photos[int(at)], size) for at in places])


@contextmanager
def _catch_signals(training: Training):
    """Turns the first Ctrl-C or SIGTERM into a flag that is read between two steps."""

    def catch(number, frame):
        if training.interrupted:
            raise KeyboardInterrupt
        training.interrupted = True
        print("\nStopping after this step, saving ...", file=sys.stderr)

    before = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, catch)
    except ValueError:
        pass  # not in the main thread: there signals are the caller's affair
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
