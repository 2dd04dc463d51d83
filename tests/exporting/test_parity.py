"""Facts about the comparison with Keras."""

import time

import numpy as np
import pytest

from cartoongan_tf.exporting import parity


@pytest.fixture
def cartoons():
    rng = np.random.default_rng(0)
    return [rng.uniform(-0.5, 0.5, (32, 32, 3)).astype(np.float32) for _ in range(3)]


def test_figures_of_a_known_error(cartoons):
    errors = iter((0.001, 0.01, 0.0001))  # of all values: PSNR = 20 log10(2 / error)
    made = parity.compare(lambda image: image + next(errors), cartoons, cartoons)
    assert np.allclose(made.psnr, [66.02, 46.02, 86.02], atol=0.01)
    assert made.worst == 1
    figures = made.figures()
    assert figures["psnr_worst"] == pytest.approx(46.02, abs=0.01)
    assert figures["largest_error"] == pytest.approx(0.01, rel=1e-3)
    assert 0.99 < figures["ssim_worst"] <= figures["ssim_mean"] <= 1


def test_equal_pictures_have_a_finite_psnr(cartoons):
    figures = parity.compare(lambda image: image, cartoons, cartoons).figures()
    assert figures["psnr_worst"] == parity.MOST_PSNR and figures["largest_error"] == 0


def test_broken_pictures_are_no_figures(cartoons):
    for broken in (lambda image: image * np.nan, lambda image: image[:, :8]):
        with pytest.raises(RuntimeError, match="finite pictures of the photo's size"):
            parity.compare(broken, cartoons, cartoons)


def test_shortfalls_are_told_with_their_limit():
    good = dict(psnr_mean=50, psnr_worst=45, ssim_mean=0.995, largest_error=9e-5)
    assert parity.find_shortfalls("int8", good) == []
    assert parity.find_shortfalls("onnx", good) == []
    bad = {**good, "psnr_worst": 39.5, "largest_error": 2e-4}
    assert parity.find_shortfalls("int8", bad) == ["psnr_worst 39.5, at least 40"]
    missed = ["largest_error 0.0002, at most 0.0001"]
    assert parity.find_shortfalls("onnx", bad) == missed


def test_light_generators_have_limits_of_their_own():
    light = dict(psnr_mean=40, psnr_worst=35, ssim_mean=0.985, largest_error=9e-5)
    assert parity.find_shortfalls("int8", light, is_light=True) == []
    assert len(parity.find_shortfalls("int8", light)) == 3
    assert parity.find_shortfalls("weight-int8", light, is_light=True)


def test_runs_are_timed_turn_by_turn(cartoons):
    calls = []

    def runner(name, seconds):
        return lambda image: calls.append(name) or time.sleep(seconds)

    runs = {"a": runner("a", 0.001), "b": runner("b", 0.02)}
    seconds = parity.time_together(runs, cartoons[0], rounds=3)
    assert calls == ["a", "b"] * 4
    assert seconds["b"] > seconds["a"]
