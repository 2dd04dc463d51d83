"""Learning rates that change over a training."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class HoldThenDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Constant for the first half of the steps, then falling linearly to zero.

    Args:
        learning_rate: Of the first half.
        steps: Of the whole training.

    Reference: the authors' code, 100 + 100 epochs (10 + 10 of initialization).
    """

    def __init__(self, learning_rate: float, steps: int):
        super().__init__()
        self.learning_rate = learning_rate
        self.steps = steps

    def __call__(self, step):
        left = 1.0 - ops.cast(step, "float32") / self.steps
        return self.learning_rate * ops.clip(2.0 * left, 0.0, 1.0)

    def get_config(self):
        return {"learning_rate": self.learning_rate, "steps": self.steps}
