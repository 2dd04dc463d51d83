"""Facts about what is said of a training's numbers."""

import pytest

from cartoongan_tf.training.doctor import Diverged, Doctor, check_finite

WELL = {
    "g_loss": 0.9,
    "d_loss": 0.2,
    "content_loss": 30.0,
    "d_cartoon": 0.5,
    "d_smooth": 0.3,
    "d_fake": 0.2,
    "content_ratio": 0.3,
    "content_weight": 0.04,
    "contrast": 0.9,
}


def test_a_healthy_training_is_left_alone():
    assert Doctor().examine(WELL, 1000) == []


def test_content_that_outweighs_style_is_told_with_a_weight_to_try():
    sick = {**WELL, "content_ratio": 900.0, "content_weight": 10.0}
    (said,) = Doctor().examine(sick, 100)
    assert said.startswith("content outweighs style 900 to 1: no style will appear")
    assert "--content-weight 0.002" in said
    assert Doctor(balance=0.2).examine(sick, 100) == []  # it is being mended


def test_a_discriminator_that_wins_outright_is_told():
    sick = {**WELL, "d_cartoon": 0.97, "d_smooth": 0.03, "d_fake": 0.02}
    (said,) = Doctor().examine(sick, 100)
    assert "wins outright (cartoon / smooth / fake: 0.97 / 0.03 / 0.02)" in said


def test_a_discriminator_that_sees_nothing_is_told_after_some_patience():
    sick = {**WELL, "d_cartoon": 0.34, "d_smooth": 0.33, "d_fake": 0.33}
    doctor = Doctor()
    assert doctor.examine(sick, 200) == []
    (said,) = doctor.examine(sick, 300)
    assert "tells nothing apart" in said and "300 steps" in said


def test_a_fooled_discriminator_is_not_taken_for_a_blind_one():
    fooled = {**WELL, "d_cartoon": 0.41, "d_smooth": 0.22, "d_fake": 0.41}
    assert Doctor().examine(fooled, 1000) == []


def test_flat_colour_is_told():
    (said,) = Doctor().examine({**WELL, "contrast": 0.04}, 100)
    assert "collapsed to flat colour (4% of the photos' contrast)" in said


def test_everything_is_said_once():
    doctor = Doctor()
    assert doctor.examine({**WELL, "contrast": 0.04}, 100)
    assert doctor.examine({**WELL, "contrast": 0.04}, 200) == []


def test_a_loss_that_is_no_number_is_named():
    check_finite({"g_loss": 1.0}, 5)
    with pytest.raises(Diverged, match=r"d_loss=nan, found at step 7.*last good state"):
        check_finite({"g_loss": 1.0, "d_loss": float("nan")}, 7)
