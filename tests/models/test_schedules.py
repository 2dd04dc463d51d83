"""Facts about learning rates."""

import keras

from cartoongan_tf.models.schedules import HoldThenDecay


def test_rate_holds_for_half_the_steps_then_falls_to_zero():
    schedule = HoldThenDecay(0.4, 100)
    rates = [round(float(schedule(step)), 6) for step in (0, 49, 50, 75, 100, 120)]
    assert rates == [0.4, 0.4, 0.4, 0.2, 0, 0]


def test_schedule_round_trips_inside_an_optimizer():
    optimizer = keras.optimizers.Adam(HoldThenDecay(0.4, 100))
    config = keras.optimizers.serialize(optimizer)
    again = keras.optimizers.deserialize(config)
    assert float(again._learning_rate(75)) == float(optimizer._learning_rate(75))
