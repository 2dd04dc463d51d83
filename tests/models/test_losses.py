"""Losses against numbers worked by hand."""

import math

import numpy as np
import pytest

from cartoongan_tf.models import losses

CARTOON = np.array([0.5, 1.0], np.float32)
SMOOTH = np.array([0.5, 0.0], np.float32)
FAKE = np.array([0.0, -1.0], np.float32)


def test_least_squares_d_loss():
    # (0.25 + 0) / 2 = 0.125; (0.25 + 0) / 2 = 0.125; (0 + 1) / 2 = 0.5; mean 0.25
    assert float(losses.least_squares_d_loss(CARTOON, SMOOTH, FAKE)) == pytest.approx(
        0.25
    )


def test_least_squares_of_a_blind_discriminator_is_least_at_a_third():
    def loss(answer):
        return float(losses.least_squares_d_loss(*[np.float32(answer)] * 3))

    assert loss(1 / 3) == pytest.approx(2 / 9)
    assert loss(1 / 3) < min(loss(0.3), loss(0.36))


def test_least_squares_g_loss():
    assert float(losses.least_squares_g_loss(FAKE)) == pytest.approx((1 + 4) / 2)


def test_log_d_loss():
    def sigmoid(x):
        return 1 / (1 + math.exp(-x))

    expected = (
        -sum(math.log(sigmoid(x)) for x in CARTOON) / 2
        - sum(math.log(1 - sigmoid(x)) for x in SMOOTH) / 2
        - sum(math.log(1 - sigmoid(x)) for x in FAKE) / 2
    )
    assert float(losses.log_d_loss(CARTOON, SMOOTH, FAKE)) == pytest.approx(expected)


def test_log_losses_of_logit_zero_are_log_two():
    zero = np.zeros(3, np.float32)
    assert float(losses.log_g_loss(zero)) == pytest.approx(math.log(2))
    assert float(losses.log_d_loss(zero, zero, zero)) == pytest.approx(3 * math.log(2))


@pytest.mark.parametrize("logit", [-200.0, 200.0])
def test_log_losses_stay_finite(logit):
    logits = np.full(3, logit, np.float32)
    assert np.isfinite(losses.log_d_loss(logits, logits, logits))
    assert np.isfinite(losses.log_g_loss(logits))


def test_content_losses():
    a = np.array([[1.0, 5.0]], np.float32)
    b = np.array([[2.0, 2.0]], np.float32)
    assert float(losses.l1_content_loss(a, b)) == pytest.approx(2.0)
    assert float(losses.l2_content_loss(a, b)) == pytest.approx(5.0)


def test_edge_term_counts_as_much_as_the_fakes():
    far = np.full(2, 3.0, np.float32)
    for d_loss, _ in losses.ADVERSARIAL.values():
        assert float(d_loss(CARTOON, far, FAKE)) > float(d_loss(CARTOON, SMOOTH, FAKE))
        swapped = d_loss(CARTOON, FAKE, SMOOTH)
        assert float(swapped) == pytest.approx(float(d_loss(CARTOON, SMOOTH, FAKE)))


def test_tone_is_what_eight_pixels_have_in_common():
    wanted = np.zeros((1, 32, 32, 3), np.float32)
    stripes = wanted.copy()
    stripes[:, :, ::2], stripes[:, :, 1::2] = 0.5, -0.5
    assert float(losses.measure_tone(stripes, wanted)) == pytest.approx(0, abs=1e-7)
    lighter = losses.measure_tone(stripes + 0.2, wanted)
    assert float(lighter) == pytest.approx(0.04, rel=1e-4)


def test_grain_is_waves_of_two_pixels():
    found = {}
    for period in (2, 4, 8):
        wave = np.cos(2 * np.pi * np.arange(64) / period)
        picture = np.tile(wave[None, :, None, None], (1, 1, 64, 3)).astype(np.float32)
        found[period] = float(losses.measure_grain(picture)) / np.abs(wave).mean()
    assert found[2] == pytest.approx(1.0, rel=1e-3)
    assert found[4] == pytest.approx(0.25, rel=0.05)
    assert found[8] < 0.03
    assert float(losses.measure_grain(np.ones((1, 8, 8, 3), np.float32))) == 0


def test_detail_counts_as_unrest_only_where_next_to_none_is_wanted():
    def of(wanted, found):
        shape = (1, 4, 4, 6)
        return float(
            losses.unrest(np.full(shape, wanted, "f4"), np.full(shape, found, "f4"))
        )

    assert of(0.0, 0.3) == pytest.approx(0.3)
    assert of(0.0, 0.3) > 4 * of(0.3, 0.6) > 0  # as much more, beside lines
    assert of(0.3, 0.1) == 0  # too little is the other terms' affair
