"""All that a run needs to go on as if it had not stopped, in its newest checkpoints."""

import shutil
import sys
import tempfile
import time
import weakref
from pathlib import Path

import tensorflow as tf

from cartoongan_tf.training import devices

# What TensorFlow says of a checkpoint that is cut short, changed, or another network's:
# it has no one error for it.
UNREADABLE = (
    AssertionError,
    IndexError,
    KeyError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    tf.errors.OpError,
)


class Backups:
    """The newest checkpoints of a run, each written whole or not at all.

    Args:
        folder: Where they are.
        parts: Everything to keep: lists of `tf.Variable`, by name.
        keep: How many; a damaged one is passed over for the one before it.
        strategy: Of many processes the chief alone has a folder.
    """

    def __init__(self, folder: Path | None, parts: dict, keep: int, strategy):
        self.folder, self.strategy = folder, strategy
        # Steps done, of both phases together.
        self.counter = tf.Variable(0, dtype=tf.int64, trainable=False)
        self.variables = [self.counter, *(v for part in parts.values() for v in part)]
        self.checkpoint = tf.train.Checkpoint(counter=self.counter, **parts)
        if not devices.is_chief(strategy):
            # Means are summed over the processes when they are written: all must write.
            folder = Path(tempfile.mkdtemp(prefix="cartoongan-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.manager = tf.train.CheckpointManager(
            self.checkpoint, str(folder), max_to_keep=keep
        )
        self.saved_at, self.saved_step = time.monotonic(), None

    @property
    def step(self) -> int:
        """Steps done, of both phases together."""
        return int(self.counter)

    def save(self) -> None:
        """Writes a checkpoint; only then is the oldest deleted.

        Of many processes each must call it, at the same step.
        """
        self.manager.save(checkpoint_number=self.step)
        self.saved_at, self.saved_step = time.monotonic(), self.step

    def restore(self) -> bool:
        """Takes everything from the newest checkpoint that can be read, to the bit.

        Returns:
            Whether there was one.

        Raises:
            ValueError: When there are some, and none is whole and of these networks.
        """
        found = devices.is_chief(self.strategy) and self._restore()
        devices.share_from_chief(self.strategy, self.variables)
        return bool(found)

    def _restore(self) -> bool:
        reasons = {}
        # By their names: the file that lists them may be what is damaged.
        whole = [str(path.with_suffix("")) for path in self.folder.glob("ckpt-*.index")]
        for path in sorted(whole, key=_number, reverse=True):
            try:
                # Everything must be found: optimizer state that does not load would be
                # a training that silently starts anew.
                self.checkpoint.restore(path).assert_consumed()
            except UNREADABLE as error:
                reasons[path] = str(error).strip().splitlines()[0]
                continue
            for damaged in reasons:
                print(
                    f"warning: backup {Path(damaged).name} is damaged, going on from "
                    f"{Path(path).name}",
                    file=sys.stderr,
                )
            return True
        if reasons:
            path, reason = next(iter(reasons.items()))
            raise ValueError(
                f"A run's backup must be whole and of the run's networks. "
                f"Received: {path} ({reason})"
            )
        return False


def _number(path: str) -> int:
    number = path.rpartition("-")[2]
    return int(number) if number.isdecimal() else -1
