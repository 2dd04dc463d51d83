"""Facts about frames of a film drawn one after the other."""

import os
import subprocess
import sys
from pathlib import Path

import cv2
import keras
import numpy as np
import pytest

from cartoongan_tf.exporting.signatures import as_float32
from cartoongan_tf.films.cuts import KNOWN
from cartoongan_tf.inference import styles
from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.inference.filming import Filming
from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.samples import samples
from tests.made_films import pan


@pytest.fixture(scope="module")
def cartoonizer():
    keras.utils.set_random_seed(0)
    return Cartoonizer(Generator(2, 0), faces=False)


def moving(count, seed=1, height=96, width=144):
    large = samples.draw_photo(seed, height + 20, width + 30)
    large = cv2.GaussianBlur(large, (0, 0), 2)
    return [pan(large, height, width, n / max(1, count - 1)) for n in range(count)]


def levels(pictures):
    return np.stack(list(pictures)).astype(np.float32)


def test_as_many_come_out_as_go_in_and_in_their_order(cartoonizer):
    frames = [np.full((40, 56, 3), 10 * n, np.uint8) for n in range(12)]
    found = levels(cartoonizer.film(frames, strength=0))
    assert np.array_equal(found[:, 0, 0, 0], np.arange(12) * 10.0)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_frames_will_do(cartoonizer, count):
    assert len(list(cartoonizer.film(moving(count)))) == count


def test_frames_are_read_as_they_are_needed(cartoonizer):
    read = []

    def frames():
        for number, picture in enumerate(moving(40)):
            read.append(number)
            yield picture

    drawn = cartoonizer.film(frames())
    assert read == []
    next(drawn)
    assert len(read) < 12


def test_without_steady_each_frame_is_drawn_as_a_photo_is(cartoonizer):
    still = cartoonizer.with_look(64, "style", faces=False)
    frames = moving(4)
    for drawn, frame in zip(still.film(frames, steady=0), frames, strict=True):
        assert np.array_equal(drawn, still(frame))


def test_the_first_frame_of_every_shot_is_drawn_as_if_it_were_the_first(cartoonizer):
    shots = [moving(10, seed) for seed in (5, 6)]
    both = list(cartoonizer.film([*shots[0], *shots[1]]))
    alone = list(cartoonizer.film(shots[1]))
    for one, other in zip(both[10:], alone, strict=True):
        assert np.array_equal(one, other)


class Noisy:
    """A cartoonizer whose drawing flickers: what a network does, made larger."""

    def __init__(self, noise):
        self.noise, self.random = noise, np.random.default_rng(0)
        self.draw_size, self.color, self.faces = "full", "style", False
        self.size = None

    def with_statistics(self):
        return None

    def draw_levels(self, photo):
        drawn = photo.astype(np.float32)
        noise = self.random.normal(0, self.noise, drawn.shape)
        return drawn + noise.astype(np.float32)


def test_what_flickers_flickers_less_and_is_where_it_was():
    frames = moving(16)

    def draw(steady):
        filming = Filming(Noisy(12), steady=steady)
        return levels(drawn for (drawn,) in filming.draw((f,) for f in frames))

    truth = levels(frames)
    alone, steady = draw(0.0), draw(0.6)
    inner = np.s_[4:, 8:-8, 8:-8]
    assert (
        np.abs(steady - truth)[inner].mean() < 0.7 * np.abs(alone - truth)[inner].mean()
    )


def test_nothing_stays_behind_where_the_film_changes():
    still = np.full((64, 80, 3), 200, np.uint8)
    moved = still.copy()
    moved[20:40, 20:40] = 30
    frames = [still, still, moved, moved]
    drawn = [d for (d,) in Filming(Noisy(0), steady=0.9).draw((f,) for f in frames)]
    assert all(map(np.array_equal, drawn, frames))


def test_statistics_are_gathered_over_a_shot_and_follow_slowly():
    """A drawing on a frame's own statistics alone would jump when the light does."""
    look = Cartoonizer(Generator(2, 0), "full", "style", faces=False)
    dark = cv2.GaussianBlur(samples.draw_photo(3, 64, 96), (0, 0), 2)
    bright = dark.copy()
    bright[:, :20] = 255  # a window opens at the side
    frames = [dark] * 8 + [bright] * 2
    drawn = levels(d for (d,) in Filming(look, steady=1e-9).draw((f,) for f in frames))
    alone = levels(map(look, frames))
    inside = np.s_[:, 40:]
    jump = np.abs(drawn[8] - drawn[7])[inside].mean()
    assert jump < 0.7 * np.abs(alone[8] - alone[7])[inside].mean()


def test_drawing_goes_on_from_a_state_as_if_it_had_not_stopped(cartoonizer):
    look = cartoonizer.with_look("auto", "photo", faces=True)
    frames = [*moving(9, 5), *moving(9, 6)]
    whole = [drawn for (drawn,) in Filming(look).draw((f,) for f in frames)]
    for stop in (7, 9, 12):
        filming = Filming(look)
        drawing = filming.draw((f,) for f in frames)
        for _ in range(stop):
            next(drawing)
        state = {k: v.copy() for k, v in filming.state().items()}
        known = frames[max(0, stop - KNOWN) : stop]
        again = Filming(look, state=state)
        rest = list(again.draw(((f,) for f in frames[stop:]), known))
        for (one,), other in zip(rest, whole[stop:], strict=True):
            assert np.array_equal(one, other)


@pytest.mark.parametrize(
    "more, told",
    [
        ({"strength": 1.5}, "`strength` must be in 0..1"),
        ({"steady": 1.0}, "`steady` must be in 0..1, below 1"),
    ],
)
def test_values_out_of_range_are_refused_at_once(cartoonizer, more, told):
    with pytest.raises(ValueError, match=told):
        cartoonizer.film([], **more)


def test_what_is_no_picture_is_refused_in_its_turn(cartoonizer):
    drawn = cartoonizer.film([*moving(20), np.zeros((4, 4), np.uint8)])
    with pytest.raises(
        ValueError, match=r"uint8 RGB.* Received: uint8 of shape \(4, 4"
    ):
        list(drawn)


WITHOUT = """
import sys
for name in ("tensorflow", "keras", "jax"):
    sys.modules[name] = None
import numpy as np
from cartoongan_tf.inference.cartoonizer import Cartoonizer
look = Cartoonizer(sys.argv[1], faces=False)
assert look.with_statistics() is not None
np.save("drawn.npy", np.stack(list(look.film(np.load("frames.npy")))))
"""


@pytest.mark.parametrize("style", styles.STYLES)
def test_films_in_styles_with_norms_need_no_tensorflow(style, tmp_path):
    frames = moving(9)
    np.save(tmp_path / "frames.npy", np.stack(frames))
    root = Path(__file__).resolve().parents[2]
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT, style],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    exact = as_float32(load_generator(styles.HOME / style / "light.keras"))
    theirs = levels(Cartoonizer(exact, faces=False).film(frames))
    ours = np.load(tmp_path / "drawn.npy").astype(np.float32)
    assert np.abs(ours - theirs).max() <= 1
