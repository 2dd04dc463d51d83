"""Facts about a live show."""

import shutil

import numpy as np
import pytest

from cartoongan_tf.exporting import contract, quantization, tflite
from cartoongan_tf.exporting.onnx import write_twin
from cartoongan_tf.inference import runtimes, shows, styles
from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.inference.shows import Show
from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.networks.statistics import StatisticsGenerator
from cartoongan_tf.pictures import draw_sizes, images, padding
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def frame():
    return samples.draw_photo(1, 120, 200)


@pytest.fixture(scope="module")
def small_style(tmp_path_factory):
    """A style's folder with a tiny network, as it is shipped."""
    folder = tmp_path_factory.mktemp("home") / "saved_models" / "hayao"
    folder.mkdir(parents=True)
    LightGenerator(4, 4, 1).save(folder / "light.keras")
    write_twin(folder / "light.keras")
    return folder


@pytest.fixture
def show(small_style, monkeypatch):
    monkeypatch.chdir(small_style.parents[1])
    monkeypatch.setattr(styles, "HOME", small_style.parent)
    return Show("hayao", draw_size=64)


def test_shipped_styles_are_drawn_in_int8_of_the_next_larger_size(frame):
    for draw_size, side in ((512, 512), (300, 512), (256, 256)):
        runtime = runtimes.load_live("pepper", draw_size)
        assert isinstance(runtime, runtimes.TFLiteRuntime)
        assert runtime.size == (side, side)
    assert isinstance(runtimes.load_live("pepper", 513), runtimes.ONNXRuntime)
    show = Show("pepper", draw_size=200, color="style")
    show.draw(frame)
    exact = Cartoonizer(runtimes.load_style("pepper"), "full", "style")(frame)
    error = (show.cartoon.astype(float) - exact) ** 2
    assert 10 * np.log10(255**2 / error.mean()) > 35


def test_weights_of_ones_own_are_what_is_drawn_live(small_style, show):
    assert show.runs_on == "ONNX"  # no int8 beside it
    LightGenerator(4, 4, 0).save(small_style / "generator.keras")
    try:
        assert Show("hayao").runs_on == "Keras"
    finally:
        (small_style / "generator.keras").unlink()


def test_a_picture_has_the_frames_size_and_is_the_cartoon_with_text(show, frame):
    picture = show.draw(frame)
    assert picture.shape == frame.shape and picture.dtype == np.uint8
    assert show.cartoon.shape == frame.shape
    same = (picture == show.cartoon).all(-1)
    assert same[-1].all() and not same[:20, :60].all()


def test_keys_change_strength_view_and_help(show, frame):
    for key in "---":
        assert show.press(key)
    assert show.strength == 0.7
    for _ in range(20):
        show.press("-")
    assert show.strength == 0
    show.draw(frame)
    assert np.array_equal(show.cartoon, frame)
    for _ in range(20):
        show.press("=")  # the plus of most keyboards, without shift
    assert show.strength == 1
    show.press("h")  # away
    show.press("space")
    half = show.draw(frame)
    foot = slice(60, None)
    assert np.array_equal(half[foot, :100], frame[foot, :100])
    assert np.array_equal(half[foot, 102:], show.cartoon[foot, 102:])
    show.press("space")
    assert np.array_equal(show.draw(frame)[foot], frame[foot])
    show.press("space")
    assert np.array_equal(show.draw(frame)[foot], show.cartoon[foot])
    assert show.press("x") and show.press(None)
    assert not show.press("q") and not show.press("esc")


def test_n_and_p_go_round_the_styles_that_have_weights(show, small_style, frame):
    assert show.styles == ["hayao"]
    show.press("n")
    assert show.style == "hayao"
    other = small_style.parent / "paprika"
    other.mkdir()
    (other / "light.keras").write_text("damaged")
    show = Show("hayao", 64)
    assert show.styles == ["hayao", "paprika"] or show.styles == ["paprika", "hayao"]
    show.press("n")  # which cannot be drawn: the old one goes on, and it is said
    assert show.style == "hayao" and "paprika cannot be drawn" in show._note
    assert show.draw(frame).shape == frame.shape
    (other / "light.keras").unlink()


def test_saved_pictures_replace_none(show, frame, tmp_path):
    show.draw(frame)
    names = {show.save(tmp_path).name for _ in range(3)}
    assert len(names) == 3
    for name in names:
        assert np.array_equal(images.read(tmp_path / name).pixels, show.cartoon)


def test_the_colours_correction_follows_slowly_and_begins_anew_at_a_cut(
    show, frame, monkeypatch
):
    now = [0.0]
    monkeypatch.setattr(shows.time, "perf_counter", lambda: now[0])
    asked = []

    def shift(levels, small):
        asked.append(np.full(levels.shape, 40.0 * (len(asked) % 2), np.float32))
        return levels + asked[-1]

    monkeypatch.setattr(shows.colors, "tame_color", shift)
    means = []
    for n in range(12):
        now[0] = 0.04 * n
        show.draw(frame)
        means.append(show._shift.mean())
    steps = np.abs(np.diff(means))
    assert steps.max() < 0.3 * 40  # each frame's own would tremble by 40
    now[0] += 0.04
    show.draw(255 - frame)
    assert np.allclose(show._shift, asked[-1], atol=1e-3)
    show.draw(np.ascontiguousarray(frame[:60]))  # of another size: nothing to follow
    assert np.allclose(show._shift, asked[-1], atol=1e-3)


def test_the_rate_is_that_of_the_last_frames(show, frame, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(shows.time, "perf_counter", lambda: now[0])
    assert show.rate == 0
    for n in range(50):
        now[0] = n / 20
        show.draw(frame)
    assert show.rate == pytest.approx(20)


@pytest.mark.parametrize("bad", [{"strength": 1.5}, {"draw_size": 3}, {"style": "x"}])
def test_what_cannot_be_is_refused(bad):
    with pytest.raises(ValueError, match="must be"):
        Show(**bad)


@pytest.fixture
def with_int8(small_style):
    """The tiny network in int8 with statistics, as `export` makes it."""
    generator = load_generator(small_style / "light.keras")
    folder, name = small_style / "tflite", "int8-statistics"
    folder.mkdir()
    model = tflite.convert(generator, 64, statistics=True)
    layers = frozenset(each.tensor for each in tflite.find_convolutions(model))
    path = folder / f"hayao_64_{name}.tflite"
    path.write_bytes(quantization.to_int8(model, layers))
    norms = StatisticsGenerator(generator).describe()
    entry = contract.describe(path, name, 64, {}, norms)
    contract.write_contract(folder, "hayao", "CC0", [entry])
    yield
    shutil.rmtree(folder)


@pytest.mark.parametrize("runs_on", ["ONNX", "TFLite"])
def test_norms_statistics_follow_slowly_and_begin_anew_at_a_cut(
    show, frame, monkeypatch, request, runs_on
):
    if runs_on == "TFLite":
        request.getfixturevalue("with_int8")
        show = Show("hayao", draw_size=64)
    assert show.runs_on == runs_on
    now = [0.0]
    monkeypatch.setattr(shows.time, "perf_counter", lambda: now[0])

    def own(picture):
        fresh = Show("hayao", draw_size=64)
        fresh.draw(picture)
        return fresh._norms

    lighter = (frame // 2 + 60).astype(np.uint8)
    lighter = np.where(np.abs(lighter - frame.astype(int)) < 28, lighter, frame)
    show.draw(frame)
    first = show._norms
    assert np.array_equal(first, own(frame))
    now[0] = 0.04
    show.draw(lighter)
    kept = np.float32(np.exp(-0.04 / shows.FOLLOW))
    small = images.to_signed(padding.pad(draw_sizes.shrink(lighter, 64)))[None]
    _, seen = show._statistics(small, first, kept)
    slowly = kept * first + (1 - kept) * seen
    assert show._norms == pytest.approx(slowly, abs=1e-6) and kept > 0.8
    assert not np.array_equal(seen, first)
    now[0] = 0.08
    show.draw(255 - frame)
    assert np.array_equal(show._norms, own(255 - frame))
