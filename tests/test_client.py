"""Facts about the command that has photos drawn by a server."""

import numpy as np
import pytest
from PIL import Image

from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


@pytest.mark.parametrize(
    "flags, words",
    [
        (["--server", "a:1", "--grpc", "b:2"], ["--server", "--grpc"]),
        (["--grpc", "a:1", "--key-file", "k"], ["--key-file"]),
        (["--key-file", "none.txt"], ["none.txt"]),
        (["--parallel", "0"], ["--parallel"]),
        (["--timeout", "0"], ["--timeout"]),
        (["--retries", "-1"], ["--retries"]),
        (["--max-size", "0"], ["--max-size"]),
        (["--out", "x.gif"], ["--out"]),
        (["--server", "localhost:x"], ["--server"]),
        (["--server", "localhost:1", "--retries", "0"], ["localhost:1", "refused"]),
        (["--grpc", "localhost:1", "--retries", "0"], ["localhost:1", "refused"]),
    ],
)
def test_what_cannot_be_done_is_one_line(command, refused, tmp_path, flags, words):
    if "--grpc" in flags:
        pytest.importorskip("grpc")
    images.write(tmp_path / "photo.png", np.zeros((8, 8, 3), np.uint8))
    refused(command("client", "photo.png", *flags), *words)
    assert {path.name for path in tmp_path.iterdir()} == {"photo.png"}


@pytest.fixture(scope="module")
def address(hostile):
    found = hostile.Server("--styles", "pepper")
    yield f"localhost:{found.port}"
    found.stop()


@pytest.mark.slow
def test_a_folder_is_drawn_a_bad_photo_named_and_nothing_replaced(
    process, address, tmp_path
):
    for number in range(5):
        photo = samples.draw_photo(number, 60, 80)
        images.write(tmp_path / "photos" / f"{number}.png", photo)
    (tmp_path / "photos" / "bad.jpg").write_bytes(b"\xff\xd8\xff no photo")
    result = process("client", "photos", "--server", address, "--out", "cartoons/")
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ") and "bad.jpg" in line
    cartoonizer = Cartoonizer("pepper")
    for number in range(5):
        cartoon = images.read(tmp_path / "cartoons" / f"{number}.png").pixels
        expected = cartoonizer(tmp_path / "photos" / f"{number}.png")
        assert np.abs(cartoon.astype(int) - expected).max() <= 1
    again = process("client", "photos", "--server", address, "--out", "cartoons/")
    assert again.returncode == 2 and "--overwrite" in again.stderr


@pytest.mark.slow
def test_a_phones_photo_is_turned_before_it_is_sent_and_alpha_comes_back(
    process, address, tmp_path
):
    levels = np.tile(np.linspace(0, 255, 60, dtype=np.uint8)[:, None, None], (1, 90, 3))
    exif = Image.Exif()
    exif[0x0112] = 3
    Image.fromarray(levels).save(tmp_path / "phone.jpg", exif=exif)
    alpha = Image.new("RGBA", (40, 30), (200, 30, 30, 77))
    alpha.save(tmp_path / "alpha.png")
    result = process("client", "phone.jpg", "alpha.png", "--server", address)
    assert (result.returncode, result.stderr) == (0, "")
    cartoon = images.read(tmp_path / "phone_cartoon.png").pixels
    assert cartoon[:10].mean() > cartoon[-10:].mean() + 100
    assert (images.read(tmp_path / "alpha_cartoon.png").alpha == 77).all()


@pytest.mark.slow
def test_a_style_that_is_not_there_stops_at_once(process, address, refused, tmp_path):
    images.write(tmp_path / "photo.png", np.zeros((8, 8, 3), np.uint8))
    result = process("client", "photo.png", "--server", address, "--style", "hayao")
    refused(result, "must have the style hayao", "must be one of pepper")
