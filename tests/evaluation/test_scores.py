"""Facts about scores."""

import numpy as np
import pytest

from cartoongan_tf.evaluation.scores import NAMES, score, summarize


def picture(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (64, 64, 3)).astype(np.uint8)


def test_a_picture_against_itself_is_perfect():
    result = score(picture(), picture())
    assert set(result) == set(NAMES)
    assert result["psnr"] == float("inf")
    assert [result[name] for name in NAMES[1:]] == pytest.approx([1, 1, 1])


def test_a_summary_has_means_the_worst_and_the_geometric_mean_of_sharpness():
    rows = [
        {"psnr": 20.0, "ssim": 0.5, "outline_f1": 0.2, "sharpness": 0.5},
        {"psnr": 30.0, "ssim": 0.7, "outline_f1": 0.4, "sharpness": 2.0},
    ]
    result = summarize(rows)
    assert result == pytest.approx(
        {
            "psnr": 25,
            "ssim": 0.6,
            "outline_f1": 0.3,
            "sharpness": 1.0,
            "worst_psnr": 20,
        }
    )
