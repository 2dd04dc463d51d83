"""The authors' networks: PyTorch's own answers, and the published pictures."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.pictures import images
from cartoongan_tf.porting.authors import convert_generator, read_arrays

GOLDENS = Path(__file__).resolve().parent.parent / "goldens"


@pytest.fixture
def arrays():
    return read_arrays(GOLDENS / "narrow_zip.pth")


@pytest.mark.parametrize("kind", ["zip", "legacy"])
def test_a_converted_network_answers_as_pytorch_does(kind):
    golden = np.load(GOLDENS / "narrow_golden.npz")
    generator = convert_generator(read_arrays(GOLDENS / f"narrow_{kind}.pth"))
    assert generator.filters == golden["filters"]
    assert generator.num_blocks == 8
    rgb = golden["bgr_input_nchw"].transpose(0, 2, 3, 1)[..., ::-1]
    answer = generator(rgb).numpy()[..., ::-1].transpose(0, 3, 1, 2)
    assert np.abs(answer - golden["bgr_output_nchw"]).max() < 1e-4


def test_npz_and_folders_of_npy_give_the_same_network(arrays, tmp_path):
    np.savez(tmp_path / "w.npz", **arrays)
    (tmp_path / "w").mkdir()
    for name, array in arrays.items():
        np.save(tmp_path / "w" / f"{name}.npy", array)
    first = convert_generator(arrays).get_weights()
    for source in (tmp_path / "w.npz", tmp_path / "w"):
        again = convert_generator(read_arrays(source)).get_weights()
        assert all(map(np.array_equal, first, again))


def test_a_bias_before_an_instance_norm_has_no_effect(arrays):
    photo = np.random.default_rng(0).uniform(-1, 1, (1, 16, 16, 3)).astype("f4")
    before = convert_generator(dict(arrays))(photo)
    arrays["conv05_1.bias"] = arrays["conv05_1.bias"] + 3
    assert np.array_equal(convert_generator(arrays)(photo), before)


def test_a_missing_array_is_named(arrays):
    del arrays["in07_2.shift"]
    with pytest.raises(ValueError, match="in07_2.shift. It is missing"):
        convert_generator(arrays)


def test_an_array_left_over_is_named(arrays):
    arrays["conv99_1.weight"] = np.zeros(3, np.float32)
    with pytest.raises(ValueError, match="Left over: conv99_1.weight"):
        convert_generator(arrays)


def test_another_shape_is_named(arrays):
    arrays["conv03_1.weight"] = arrays["conv03_1.weight"][..., :2]
    with pytest.raises(ValueError, match=r"conv03_1.weight must be floats of shape"):
        convert_generator(arrays)


def test_numbers_that_are_no_floats_are_refused(arrays):
    arrays["deconv03_1.bias"] = np.array([1, 2, 3])
    with pytest.raises(ValueError, match="deconv03_1.bias must be floats"):
        convert_generator(arrays)


def test_a_width_out_of_nowhere_is_refused_before_memory_is_taken(arrays):
    arrays["conv01_1.weight"] = np.zeros((300_000, 3, 7, 7), np.float16)
    with pytest.raises(ValueError, match="conv02_1.weight must be floats of shape"):
        convert_generator(arrays)


def test_a_header_that_claims_more_than_the_file_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros(4, np.float32))
    data = (tmp_path / "a.npy").read_bytes()
    huge = data.replace(b"(4,), }", b"(1099511627776,), }").replace(b" " * 12, b"", 1)
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "conv01_1.weight.npy").write_bytes(huge)
    with pytest.raises(ValueError, match="must hold plain numeric arrays"):
        read_arrays(tmp_path / "w")


def test_hidden_files_beside_the_weights_are_left_out(arrays, tmp_path):
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    (tmp_path / "._conv01_1.weight.npy").write_bytes(b"macOS")
    assert set(read_arrays(tmp_path)) == set(arrays)


def test_another_network_is_refused():
    with pytest.raises(ValueError, match="must be a CartoonGAN generator's"):
        convert_generator({"fc.weight": np.zeros((2, 2), np.float32)})


def test_bad_sources_are_named(tmp_path):
    (tmp_path / "x.npz").write_bytes(b"no zip")
    (tmp_path / "o.npz").touch()
    np.savez(tmp_path / "p.npz", a=np.array([{}], object))
    (tmp_path / "x.h5").touch()
    (tmp_path / "empty").mkdir()
    for name, rule in (
        ("absent.npz", "must exist"),
        ("x.npz", "must hold plain numeric arrays"),
        ("o.npz", "must hold plain numeric arrays"),
        ("p.npz", "must be whole"),
        ("x.h5", "must be a .npz, a .pth or a folder"),
        ("empty", "must hold .npy files"),
    ):
        with pytest.raises(ValueError, match=rf"{rule}.*{name}"):
            read_arrays(tmp_path / name)


def psnr(a, b):
    return 10 * np.log10(255**2 / np.mean((a.astype(float) - b) ** 2))


@pytest.mark.slow
@pytest.mark.parametrize(
    "photo, style, cartoon",
    [
        ("4--24.jpg", "hayao", "4--24_Hayao.jpg"),
        ("4--24.jpg", "hosoda", "4--24_Hosoda.jpg"),
        ("in1.png", "hayao", "in1_Hayao.png"),
    ],
)
def test_published_weights_give_the_published_pictures(shared, photo, style, cartoon):
    pixels = images.read(shared / "published" / photo).pixels
    height, width = pixels.shape[:2]
    scale = 450 / max(height, width)  # as the authors' test script
    size = (int(width * scale), int(height * scale))
    pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
    weights = read_arrays(shared / "weights" / f"{style}.npz")
    ours = Cartoonizer(convert_generator(weights), draw_size="full", color="style")(
        pixels
    )
    theirs = images.read(shared / "published" / cartoon).pixels
    assert psnr(ours, theirs[: ours.shape[0], : ours.shape[1]]) > 30
