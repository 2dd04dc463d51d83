"""Facts about averages of weights."""

import keras
import numpy as np
import pytest

from cartoongan_tf.models.averages import WeightAverage, blended, mean_weights


def network():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    return model


def test_the_average_follows_the_formula_with_its_warm_up():
    model = network()
    average = WeightAverage(model, 0.5)
    expected = model.get_weights()
    for step in range(6):
        model.set_weights([w + 1.0 for w in model.get_weights()])
        average.update()
        stays = min(0.5, (1 + step) / (10 + step))
        expected = [
            stays * e + (1 - stays) * w
            for e, w in zip(expected, model.get_weights(), strict=True)
        ]
    for found, wanted in zip(average.averages, expected, strict=True):
        assert np.allclose(found.numpy(), wanted, rtol=1e-6)


def test_weights_that_stand_still_are_their_own_average():
    model = network()
    average = WeightAverage(model, 0.9)
    for _ in range(5):
        average.update()
    assert all(map(np.array_equal, average.averages, model.get_weights()))


def test_applied_lasts_as_long_as_its_context_even_through_an_error():
    model = network()
    average = WeightAverage(model, 0.9)
    old = model.get_weights()
    model.set_weights([w + 1.0 for w in old])
    raw = model.get_weights()
    with pytest.raises(KeyError), average.applied():
        assert all(map(np.array_equal, model.get_weights(), old))
        raise KeyError
    assert all(map(np.array_equal, model.get_weights(), raw))


def test_a_share_of_other_weights_lasts_as_long_as_its_context():
    model = network()
    raw = model.get_weights()
    others = [w + 4.0 for w in raw]
    with pytest.raises(KeyError), blended(model, others, 0.25):
        for found, own in zip(model.get_weights(), raw, strict=True):
            assert np.allclose(found, own + 1.0)
        raise KeyError
    assert all(map(np.array_equal, model.get_weights(), raw))
    with blended(model, others, 0.0):
        assert all(map(np.array_equal, model.get_weights(), raw))


def test_a_momentum_of_one_is_refused():
    with pytest.raises(ValueError, match="`ema` must be .* Received: ema=1.0"):
        WeightAverage(network(), 1.0)


def test_a_mean_of_networks_counts_each_by_its_share():
    networks = [network() for _ in range(3)]
    for value, each in enumerate(networks):
        each.set_weights([np.full_like(w, value) for w in each.get_weights()])
    assert all((w == 1).all() for w in mean_weights(networks))
    unlike = mean_weights(networks, [1, 0, 3])  # three quarters of the third, a 2
    assert all((w == 1.5).all() and w.dtype == np.float32 for w in unlike)


@pytest.mark.parametrize(
    "shares", [[1.0], [-1.0, 2.0], [0.0, 0.0], [float("nan"), 1.0], [float("inf"), 1.0]]
)
def test_shares_that_make_no_sense_are_refused(shares):
    with pytest.raises(ValueError, match="`shares` must .* Received: "):
        mean_weights([network(), network()], shares)


def test_networks_of_other_shapes_have_no_mean():
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    with pytest.raises(ValueError, match="one shape .* number 2 of 2"):
        mean_weights([network(), other])
