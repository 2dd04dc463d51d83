"""Facts about the command that draws after one picture."""

import re

import numpy as np
import pytest

from cartoongan_tf.baselines.analogy import DeepImageAnalogy
from cartoongan_tf.baselines.cnnmrf import CNNMRF
from cartoongan_tf.baselines.neural_style import NeuralStyle
from cartoongan_tf.networks.features import VGG19Layers
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


@pytest.fixture
def photo(tmp_path):
    images.write(tmp_path / "photo.png", samples.draw_photo(1, 40, 40)[:20, :30])
    return tmp_path / "photo.png"


@pytest.fixture
def cartoon(tmp_path):
    images.write(
        tmp_path / "cartoon.png", samples.draw_cartoon(2, "hayao", 40, 40)[:24, :24]
    )
    return tmp_path / "cartoon.png"


@pytest.fixture
def stylize(command):
    """The command with random weights and two steps."""

    def run(*arguments):
        return command("stylize", *arguments, "--vgg-weights", "random", "--steps", "2")

    return run


def pixels(path):
    return images.read(path).pixels


def told(result):
    """Lines on stderr that are not the progress bar's."""
    lines = re.split(r"[\r\n]", result.stderr)
    return [line for line in lines if line.startswith(("error", "warning"))]


def test_a_photo_is_drawn_as_python_draws_it(stylize, photo, cartoon, tmp_path):
    result = stylize(
        photo, "--style-image", cartoon, "--out", "out/o.png", "--seed", "3"
    )
    assert result.returncode == 0, result.stderr
    assert "random weights" in result.stdout
    features = VGG19Layers(NeuralStyle.LAYERS["vgg19"], "random", 3)
    expected = NeuralStyle([pixels(cartoon)], features, 2)(pixels(photo))
    made = pixels(tmp_path / "out" / "o.png")
    assert np.array_equal(made, expected)
    assert not np.array_equal(made, pixels(photo))


def test_a_folder_of_styles_is_taken_as_a_set_and_damaged_ones_left_out(
    stylize, photo, cartoon, tmp_path
):
    folder = tmp_path / "set"
    images.write(folder / "1.png", pixels(cartoon))
    images.write(folder / "2.png", samples.draw_cartoon(3, "paprika", 32, 40))
    (folder / "3.png").write_bytes(b"no picture")
    result = stylize(photo, "--style-images", folder)
    assert result.returncode == 0, result.stderr
    (warning,) = told(result)
    assert warning.startswith("warning: left out:") and "3.png" in warning
    two = [pixels(folder / f"{n}.png") for n in (1, 2)]
    features = VGG19Layers(NeuralStyle.LAYERS["vgg19"], "random")
    expected = NeuralStyle(two, features, 2)(pixels(photo))
    assert np.array_equal(pixels(tmp_path / "photo_stylized.png"), expected)


def test_a_folder_of_photos_goes_on_where_it_was_stopped(
    stylize, photo, cartoon, tmp_path
):
    for name in ("a.jpg", "b/c.png"):
        images.write(tmp_path / "holiday" / name, pixels(photo))
    out = tmp_path / "drawn"
    images.write(out / "a.jpg", pixels(cartoon))
    before = (out / "a.jpg").read_bytes()
    arguments = "holiday", "--style-image", cartoon, "--out", "drawn"
    result = stylize(*arguments, "--skip-existing")
    assert result.returncode == 0, result.stderr
    assert (out / "a.jpg").read_bytes() == before
    assert pixels(out / "b" / "c.png").shape == (20, 30, 3)
    again = stylize(*arguments, "--skip-existing")
    assert again.returncode == 0 and "Nothing to do" in again.stdout


@pytest.mark.slow
def test_compare_alpha_and_size(stylize, photo, cartoon, tmp_path):
    alpha = np.tile(np.arange(30, dtype=np.uint8) * 8, (20, 1))
    images.write(tmp_path / "alpha.png", pixels(photo), alpha)
    style = "--style-image", cartoon, "--size", "16"
    stylize("alpha.png", *style, "--out", "plain.png")
    assert np.array_equal(images.read(tmp_path / "plain.png").alpha, alpha)
    result = stylize(photo, "alpha.png", *style, "--compare", "--out", "sheet.png")
    assert result.returncode == 0, result.stderr
    sheet = pixels(tmp_path / "sheet.png")
    assert sheet.shape == (44, 64, 3)
    assert np.array_equal(sheet[:20, :30], pixels(photo))


def test_a_bad_photo_does_not_stop_the_others(stylize, photo, cartoon, tmp_path):
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    result = stylize("bad.jpg", photo, "--style-image", cartoon, "--out", "drawn")
    assert result.returncode == 2
    (error,) = told(result)
    assert "bad.jpg" in error
    assert (tmp_path / "drawn" / "photo.png").is_file()


def test_help_states_the_defaults(command):
    import inspect

    text = " ".join(command("stylize", "--help").stdout.split())
    defaults = inspect.signature(NeuralStyle).parameters
    assert f"steps a photo ({defaults['steps'].default})" in text
    assert f"all is drawn ({defaults['size'].default})" in text
    for name in ("style_weight", "smooth_weight"):
        assert f"against the content's 1 ({defaults[name].default:g})" in text, name
    defaults = inspect.signature(CNNMRF).parameters
    assert f"each of three sizes ({defaults['steps'].default})" in text
    assert f"of cnnmrf ({defaults['size'].default})" in text
    assert f"its paper's ({defaults['smooth_weight'].default:g})" in text
    assert defaults["style_weight"].default == 1
    defaults = inspect.signature(DeepImageAnalogy).parameters
    assert f"at each layer ({defaults['rounds'].default})" in text
    assert f"of analogy ({defaults['size'].default})" in text


@pytest.mark.parametrize("method", ("cnnmrf", "analogy"))
def test_the_other_methods_draw_as_python_draws(
    stylize, photo, cartoon, tmp_path, method
):
    kind = {"cnnmrf": CNNMRF, "analogy": DeepImageAnalogy}[method]
    more = "--method", method, "--out", "o.png", "--seed", "3", "--max-size", "24"
    result = stylize(photo, "--style-image", cartoon, *more)
    assert result.returncode == 0, result.stderr
    features = VGG19Layers(kind.LAYERS["vgg19"], "random", 3, "max")
    own = {"steps": 2} if kind is CNNMRF else {"rounds": 2, "seed": 3}
    expected = kind(pixels(cartoon), features, size=24, **own)(pixels(photo))
    assert np.array_equal(pixels(tmp_path / "o.png"), expected)
    assert expected.shape == (20, 30, 3)


def test_of_a_folder_of_styles_they_draw_one_by_the_seed(
    stylize, photo, tmp_path, refused
):
    for number in range(4):
        styles = samples.draw_cartoon(number, "hayao", 40, 40)
        images.write(tmp_path / "set" / f"{number}.png", styles)
    (tmp_path / "set" / "bad.png").write_bytes(b"no picture")
    chosen, drawn = {}, {}
    for seed in (0, 0, 1, 2, 3):
        more = "--method", "analogy", "--out", "o.png", "--overwrite", "--seed", seed
        result = stylize(photo, "--style-images", "set", *more)
        assert result.returncode == 0, result.stderr
        (line,) = [x for x in result.stdout.splitlines() if "at random of 5" in x]
        assert chosen.setdefault(seed, line) == line
        made = pixels(tmp_path / "o.png")
        assert np.array_equal(drawn.setdefault(seed, made), made)
        assert "bad.png" not in line
    assert len(set(chosen.values())) > 1
    for path in (tmp_path / "set").glob("[0-9].png"):
        path.write_bytes(b"no picture")
    result = stylize(photo, "--style-images", "set", "--method", "cnnmrf")
    assert result.returncode == 2 and "all damaged" in result.stderr
    assert not (tmp_path / "photo_stylized.png").exists()


def test_a_style_must_be_named_once(command, refused, photo, cartoon):
    refused(command("stylize", photo), "`--style-image`", "neither")
    both = "--style-image", cartoon, "--style-images", cartoon.parent
    refused(command("stylize", photo, *both), "`--style-images`", "both")


def test_bad_input_is_refused_in_one_line(command, refused, photo, cartoon, tmp_path):
    style = "--style-image", cartoon
    refused(command("stylize", "absent.jpg", *style), "absent.jpg")
    refused(command("stylize", photo, "--style-image", "absent.png"), "absent.png")
    refused(command("stylize", photo, "--style-images", "absent"), "absent")
    refused(command("stylize", photo, *style, "--out", "o.bmp"), "`--out`")
    result = command("stylize", photo, *style, "--out", cartoon, "--overwrite")
    refused(result, "must not replace a style's picture")
    result = command("stylize", photo, *style, "--out", photo, "--overwrite")
    refused(result, "must not replace its photo")
    random = "--vgg-weights", "random"
    refused(command("stylize", photo, *style, *random, "--steps", 0), "steps=0")
    result = command("stylize", photo, *style, "--vgg-weights", "absent.h5")
    refused(result, "`--vgg-weights`", "absent.h5")
    for name in ("--style-weight", "--smooth-weight"):
        result = command("stylize", photo, *style, "--method", "analogy", name, 1)
        refused(result, f"`{name}` must go with another method", "Received: 1")
    for method in ("cnnmrf", "analogy"):
        result = command(
            "stylize", photo, *style, *random, "--method", method, "--size", 7
        )
        refused(result, "size=7")
    refused(command("stylize", photo, *style, "--seed", -1), "`--seed`")
    (tmp_path / "photo_stylized.png").write_bytes(b"mine")
    refused(command("stylize", photo, *style), "--overwrite")
    assert (tmp_path / "photo_stylized.png").read_bytes() == b"mine"


@pytest.mark.slow
def test_as_a_process_it_ends_as_it_should(process, photo, cartoon, tmp_path):
    done = process(
        "stylize", photo, "--style-image", cartoon, "--out", "o.png",
        "--vgg-weights", "random", "--steps", "2",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "I0000" not in done.stderr and "Traceback" not in done.stderr
    assert pixels(tmp_path / "o.png").shape == (20, 30, 3)


def test_without_internet_vgg16_takes_vgg19s_place(
    command, photo, tmp_path, monkeypatch
):
    import keras

    def refuse(*args, **kwargs):
        raise Exception("no route to host")

    monkeypatch.setattr(keras.applications, "VGG19", refuse)
    style = "--style-image", photo
    result = command("stylize", photo, *style, "--steps", "2", "--out", "out.png")
    assert result.returncode == 0, result.stderr
    assert "no route to host" in result.stdout and "VGG16" in result.stdout
    assert (tmp_path / "out.png").is_file()
