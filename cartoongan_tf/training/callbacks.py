"""What is written and shown while a training runs."""

import csv
import os
import sys
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from cartoongan_tf.evaluation import kernels, metrics
from cartoongan_tf.models.recoloring import finished
from cartoongan_tf.networks.features import StyleFeatures
from cartoongan_tf.pictures import images, layout, paths
from cartoongan_tf.pictures.drawing import cut_middle, draw_whole


class Progress(keras.callbacks.Callback):
    """One bar over all steps of a phase, with the time left and the running losses.

    Args:
        phase: Shown before the bar.
        total: Steps of the whole phase.
        done: Steps done before, by the run that is resumed.
    """

    SHOWN = (
        "g_loss",
        "d_loss",
        "content_loss",
        "content_ratio",
        "d_cartoon",
        "d_smooth",
        "d_fake",
    )

    def __init__(self, phase: str, total: int, done: int = 0):
        super().__init__()
        self.phase, self.total, self.done = phase, total, done
        self.bar = None
        self.epoch = 0
        self.shown_at = 0.0

    def on_train_begin(self, logs=None):
        self.bar = tqdm(
            total=self.total,
            initial=self.done,
            desc=self.phase,
            unit="step",
            dynamic_ncols=True,
            # A log file wants no line every half second.
            mininterval=0.5 if sys.stderr.isatty() else 30,
        )

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch + 1

    def on_train_batch_end(self, batch, logs=None):
        self.done += 1
        # Reading a value makes a GPU wait: no more often than it can be seen.
        if time.monotonic() - self.shown_at > self.bar.mininterval:
            self.shown_at = time.monotonic()
            logs = logs or {}
            shown = {n: f"{float(logs[n]):.3g}" for n in self.SHOWN if n in logs}
            self.bar.set_postfix({"epoch": self.epoch, **shown}, refresh=False)
        self.bar.update()

    def on_train_end(self, logs=None):
        self.close()

    def close(self):
        """Leaves the bar as it is; `fit` does it, unless it is broken off."""
        if self.bar is not None:
            self.bar.close()


class History(keras.callbacks.Callback):
    """A row an epoch in `history.csv`: phase, epoch, step, and the mean of every
    metric.

    Args:
        path: The file. Rows after `step`, of a run that died later than its backup, are
            dropped.
        phase: Name of the phase.
        first_step: Step of the run at which the phase begins.
        steps_per_epoch: Steps of an epoch.
        step: Step at which this part of the run begins.
        columns: Of the file, beside phase, epoch and step.
    """

    COLUMNS = (
        "content_loss",
        "g_loss",
        "d_loss",
        "d_cartoon",
        "d_smooth",
        "d_fake",
        "content_ratio",
        "content_weight",
        "contrast",
        "style_distance",
        "outlines_kept",
        "cycle_loss",
        "identity_loss",
        "cam_loss",
        "d_photo",
        "d_fake_photo",
    )

    def __init__(
        self,
        path: Path,
        phase: str,
        first_step: int,
        steps_per_epoch: int,
        step: int,
        columns: tuple = COLUMNS,
    ):
        super().__init__()
        self.path, self.phase = Path(path), phase
        self.columns = ("phase", "epoch", "step", *columns)
        self.first_step, self.steps_per_epoch = first_step, steps_per_epoch
        self.rows = [row for row in read_history(self.path) if int(row["step"]) <= step]

    def on_epoch_end(self, epoch, logs=None):
        step = self.first_step + (epoch + 1) * self.steps_per_epoch
        row = {"phase": self.phase, "epoch": epoch + 1, "step": step}
        row |= {name: repr(float(value)) for name, value in (logs or {}).items()}
        self.rows.append(row)
        with paths.replacing(self.path) as temporary:
            with open(temporary, "w", newline="") as file:
                writer = csv.DictWriter(
                    file, self.columns, restval="", extrasaction="ignore"
                )
                writer.writeheader()
                writer.writerows(self.rows)


def read_history(path: str | os.PathLike) -> list[dict]:
    """The rows of a `history.csv`, strings by column; none where there is no file."""
    if not Path(path).is_file():
        return []
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    if not all((row.get("step") or "").isdecimal() for row in rows):
        raise ValueError(
            f"A run's history.csv must have a step in every row. Received: {path}"
        )
    return rows


class PhotoGrid(keras.callbacks.Callback):
    """Draws the same photos after every epoch: each photo beside its cartoon.

    Args:
        photos: uint8 pictures of any sizes; of large ones the middle is drawn.
        folder: Where the grids go, `<phase>_<epoch>.png`.
        phase: Name of the phase.
        writer: `tf.summary` writer that also gets the grid, or None.
    """

    def __init__(self, photos, folder="samples", phase="joint", writer=None):
        super().__init__()
        self.photos, self.folder = [cut_middle(p) for p in photos], Path(folder)
        self.phase, self.writer = phase, writer

    def on_epoch_end(self, epoch, logs=None):
        with finished(self.model) as generator:
            grid = self.draw(generator)
        images.write(self.folder / f"{self.phase}_{epoch + 1:04d}.png", grid)
        if self.writer is not None:
            with self.writer.as_default():
                tf.summary.image(f"samples/{self.phase}", grid[None], step=epoch + 1)

    def draw(self, generator) -> np.ndarray:
        """The grid as uint8: a row of photos over a row of what the generator makes."""
        # One by one: a batch of large ones is not to decide over memory.
        fakes = [draw_whole(generator, photo) for photo in self.photos]
        rows = (self.photos, fakes)
        return layout.stack([layout.side_by_side(*row) for row in rows])


class Scalars(keras.callbacks.Callback):
    """TensorBoard scalars of every metric, an epoch a point."""

    def __init__(self, writer, phase: str):
        super().__init__()
        self.writer, self.phase = writer, phase

    def on_epoch_end(self, epoch, logs=None):
        with self.writer.as_default():
            for name, value in (logs or {}).items():
                tf.summary.scalar(f"{self.phase}/{name}", float(value), step=epoch + 1)
        self.writer.flush()


class StyleDistance(keras.callbacks.Callback):
    """Adds `style_distance` and `outlines_kept` to every epoch's metrics.

    The first is the kernel distance of the fakes to the cartoons against that of the
    photos, which is 1; the mean of two layers of VGG16. A dissolved photo would win by
    it: the second is the share of the photos' strong outlines that the fakes have.

    Put it before the callbacks that write metrics down.

    Args:
        photos: uint8 pictures of any sizes from 56x56, at least 2; of large ones the
            middle is drawn and measured.
        cartoons: uint8 pictures of the same scale, at least 2.

    Raises:
        ValueError: When a picture is smaller.
    """

    LEAST = 56  # of fewer pixels deep features say little

    def __init__(self, photos, cartoons):
        super().__init__()
        for picture in (*photos, *cartoons):
            height, width = picture.shape[:2]
            if min(height, width) < self.LEAST:
                raise ValueError(
                    f"Pictures must be at least {self.LEAST} pixels high and wide. "
                    f"Received: {width}x{height}"
                )
        self.network = StyleFeatures()
        self.photos = [cut_middle(photo) for photo in photos]
        self.wanted = self._look(cartoons)
        self.own = self._distances(self.photos)

    def distance(self, pictures) -> float:
        """How far pictures are from the cartoons, against the photos' distance."""
        pairs = zip(self._distances(pictures), self.own, strict=True)
        return float(np.mean([one / max(own, 1e-6) for one, own in pairs]))

    def _distances(self, pictures) -> list[float]:
        pairs = zip(self._look(pictures), self.wanted, strict=True)
        return [kernels.kernel_distance(*pair) for pair in pairs]

    def _look(self, pictures) -> list[np.ndarray]:
        # One by one: a batch of large ones is not to decide over memory.
        seen = [self.network(images.to_signed(each[None])) for each in pictures]
        return [np.concatenate(layer) for layer in zip(*seen, strict=True)]

    def on_epoch_end(self, epoch, logs=None):
        with finished(self.model) as generator:
            fakes = [draw_whole(generator, photo) for photo in self.photos]
        if logs is not None:
            logs["style_distance"] = self.distance(fakes)
            pairs = zip(fakes, self.photos, strict=True)
            kept = [metrics.outlines_kept(*pair) for pair in pairs]
            logs["outlines_kept"] = float(np.mean(kept))


class Answers(keras.callbacks.Callback):
    """TensorBoard histograms of what the discriminator answers, an epoch a row.

    A mean of 1/3 may be a third of the patches surely seen, or nothing seen at all.

    Args:
        batch: `(photo, cartoon, smooth)` as in training, the same every time.
        writer: `tf.summary` writer.
    """

    def __init__(self, batch, writer):
        super().__init__()
        self.batch, self.writer = batch, writer

    def on_epoch_end(self, epoch, logs=None):
        photo, cartoon, smooth = self.batch
        pictures = {"cartoon": cartoon, "smooth": smooth}
        with finished(self.model) as generator:
            pictures["fake"] = generator(photo)
        with self.writer.as_default():
            for name, picture in pictures.items():
                answers = self.model.answer(self.model.discriminator(picture))
                tf.summary.histogram(f"answers/{name}", answers, step=epoch + 1)
