"""Facts about photos through a Cartoonizer."""

import numpy as np
import pytest

from cartoongan_tf.exporting.onnx import write_onnx
from cartoongan_tf.formats import scratch
from cartoongan_tf.inference import cartoonizer as module
from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.pictures import images, padding
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def cartoonizer():
    return Cartoonizer(Generator(4, 1), draw_size="full", color="style")


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (2, 3), (7, 9), (33, 70), (64, 64)])
@pytest.mark.parametrize("keep_color", [False, True])
def test_any_size_comes_out_as_it_went_in(cartoonizer, size, keep_color):
    photo = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    cartoon = cartoonizer(photo, keep_color=keep_color)
    assert cartoon.shape == photo.shape
    assert cartoon.dtype == np.uint8


def test_a_picture_is_the_generators_own_answer_rounded(cartoonizer):
    photo = samples.draw_photo(1, 64, 96)
    signed = cartoonizer.generator(images.to_signed(photo)[None])[0].numpy()
    difference = cartoonizer(photo).astype(int) - images.to_uint8(signed)
    assert np.abs(difference).max() <= 1  # graph and eager may part at a tie
    assert (difference != 0).mean() < 0.01


def test_strength_blends_with_the_photo(cartoonizer):
    photo = samples.draw_photo(1, 40, 48)
    whole = cartoonizer(photo).astype(float)
    half = cartoonizer(photo, strength=0.5).astype(float)
    assert np.array_equal(cartoonizer(photo, strength=0), photo)
    assert np.abs(half - (whole + photo) / 2).max() <= 1


@pytest.mark.parametrize("strength", [-0.1, 1.01, float("nan")])
def test_other_strengths_are_refused(cartoonizer, strength):
    with pytest.raises(ValueError, match="`strength` must be in 0..1. Received"):
        cartoonizer(samples.draw_photo(1, 32, 32), strength=strength)


def test_a_path_is_read(cartoonizer, tmp_path):
    photo = samples.draw_photo(2, 32, 40)
    images.write(tmp_path / "a.png", photo)
    assert np.array_equal(cartoonizer(tmp_path / "a.png"), cartoonizer(photo))


def test_other_arrays_are_refused(cartoonizer):
    for bad in (np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3), np.float32)):
        with pytest.raises(ValueError, match="must be uint8 RGB of shape"):
            cartoonizer(bad)


@pytest.mark.parametrize("color", ["style", "auto", "photo"])
def test_a_photo_too_large_for_memory_is_drawn_in_tiles(cartoonizer, color):
    photo = samples.draw_photo(2, 300, 400)
    draw = cartoonizer.with_look("full", color)
    whole = draw(photo, strength=0.8).astype(int)
    told = []
    draw.max_memory, draw.tell = 1, lambda done, of: told.append((done, of))
    tiled = draw(photo, strength=0.8).astype(int)
    assert told and told[-1][0] == told[-1][1]
    assert np.abs(tiled - whole).max() <= (1 if color == "style" else 2)


def test_so_is_a_large_drawing_of_a_larger_photo(cartoonizer):
    photo = samples.draw_photo(2, 450, 600)
    draw = cartoonizer.with_look(400, "style")
    whole = draw(photo).astype(int)
    draw.max_memory = 1
    apart = np.abs(draw(photo) - whole)
    assert apart.max() <= 2 and apart.mean() < 0.3  # of levels rounded once more


def test_an_onnx_file_of_ones_own_too_large_for_memory_is_refused(
    tmp_path, monkeypatch
):
    write_onnx(Generator(2, 0), tmp_path / "own.onnx")
    draw = Cartoonizer(tmp_path / "own.onnx", draw_size="full")
    monkeypatch.setattr(module.memory, "available", lambda: 2**20)
    with pytest.raises(ValueError, match=r"fit in memory.*640x480.*--max-size"):
        draw(np.zeros((480, 640, 3), np.uint8))


def test_a_file_too_large_for_memory_is_refused_by_its_header(tmp_path, monkeypatch):
    write_onnx(Generator(2, 0), tmp_path / "own.onnx")
    draw = Cartoonizer(tmp_path / "own.onnx", draw_size="full")
    images.write(tmp_path / "a.jpg", samples.draw_photo(1, 480, 640))
    whole = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(whole[:700])  # decoded it would be damaged
    monkeypatch.setattr(module.memory, "available", lambda: 2**20)
    with pytest.raises(ValueError, match=r"fit in memory.*640x480.*a\.jpg"):
        draw(tmp_path / "a.jpg")


@pytest.mark.parametrize("size, color", [("auto", "auto"), ("full", "photo")])
def test_a_photo_that_memory_does_not_hold_is_drawn_via_the_disk(
    cartoonizer, tmp_path, monkeypatch, size, color
):
    pytest.importorskip("pyvips", reason="the extra `large` is not installed")
    photo = samples.draw_photo(1, 700, 900)
    images.write(tmp_path / "a.png", photo)
    draw = cartoonizer.with_look(size, color)
    whole = draw(tmp_path / "a.png")
    monkeypatch.setattr(module.memory, "LARGE", 2**10)
    draw.max_memory = 1
    drawn = draw(tmp_path / "a.png")
    assert scratch.is_on_disk(drawn) and drawn.shape == photo.shape
    apart = np.abs(drawn.astype(int) - whole)
    assert apart.max() <= 8 and apart.mean() < 0.5  # colours by fields of a small copy


def test_weights_are_a_style_a_file_or_a_generator(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    generator = Generator(2, 0)
    path = tmp_path / "saved_models" / "hayao" / "generator.keras"
    path.parent.mkdir(parents=True)
    generator.save(path)
    photo = samples.draw_photo(1, 32, 32)
    pictures = [
        Cartoonizer(w, draw_size="full", color="style")(photo)
        for w in ("hayao", path, str(path), generator)
    ]
    assert all(np.array_equal(pictures[0], other) for other in pictures)


def test_full_and_the_styles_colours_are_what_the_network_draws(cartoonizer):
    photo = samples.draw_photo(1, 64, 600)
    signed = cartoonizer._run(images.to_signed(padding.pad(photo))[None])[0]
    assert np.array_equal(cartoonizer(photo), images.to_uint8(signed))


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (500, 9), (130, 300)])
@pytest.mark.parametrize("color", ["auto", "style", "photo"])
def test_a_result_has_the_photos_size_whatever_the_draw_size(cartoonizer, size, color):
    photo = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    for draw_size in ("auto", 64):
        assert cartoonizer.with_look(draw_size, color)(photo).shape == photo.shape


def test_a_photo_and_a_larger_one_are_drawn_alike(cartoonizer):
    photo = samples.draw_photo(3, 100, 140)
    large = images.resize(photo, 400, 560)
    apart = []
    for draw in (cartoonizer, cartoonizer.with_look(96)):
        back = images.resize(draw(large), 100, 140).astype(float)
        apart.append(((back - draw(photo)) ** 2).mean())
    assert apart[1] < 0.5 * apart[0]


def test_strength_blends_a_joined_picture_too(cartoonizer):
    draw, photo = cartoonizer.with_look(64), samples.draw_photo(1, 100, 120)
    half = draw(photo, strength=0.5).astype(float)
    assert np.abs(half - (draw(photo).astype(float) + photo) / 2).max() <= 1


def test_other_looks_are_refused(cartoonizer):
    with pytest.raises(ValueError, match="`draw_size` must be .*draw_size=63"):
        cartoonizer.with_look(63)
    with pytest.raises(ValueError, match="`color` must be auto, style or photo"):
        cartoonizer.with_look(color="grey")
