"""Facts about the command that exports."""

import json

import pytest

from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "w" / "small.keras"
    path.parent.mkdir()
    Generator(2, 0).save(path)
    return path


@pytest.fixture
def photos(tmp_path):
    for number in range(5):
        picture = samples.draw_photo(number, 32, 40)
        images.write(tmp_path / "photos" / f"{number}.png", picture)
    return tmp_path / "photos"


@pytest.mark.slow
def test_tflite_alone_is_int8_with_its_proof(command, weights, photos, tmp_path):
    result = command(
        "export", "--weights", weights, "--tflite", "--image-size", 32,
        "--calibration", photos, "--allow-low-fidelity",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    out = tmp_path / "exports" / "small"
    files = sorted(p.name for p in out.rglob("*") if p.is_file())
    assert files == [
        "model.json", "report.json", "report.md", "small_32_int8.tflite",
        "tflite_small_32_int8.tflite.jpg",
    ]  # fmt: skip
    assert "small_32_int8.tflite: 0." in result.stdout
    assert "The proof: exports/small/report.md" in result.stdout
    report = json.loads((out / "report.json").read_text())
    assert len(report["photos"]["test"]) == 3


@pytest.mark.slow
def test_low_fidelity_is_exit_code_3(command, weights, photos, tmp_path, monkeypatch):
    from cartoongan_tf.exporting import parity

    monkeypatch.setitem(parity.LIMITS, "float16", {"psnr_worst": 180.0})
    result = command(
        "export", "--weights", weights, "--tflite", "--image-size", 32, 16,
        "--quantize", "float16", "--calibration", photos, "--out", "o",
    )  # fmt: skip
    assert result.returncode == 3
    lines = [x for x in result.stderr.splitlines() if x.startswith("low fidelity:")]
    assert len(lines) == 2 and "psnr_worst" in lines[0] and "at least 180" in lines[0]
    names = sorted(p.name for p in (tmp_path / "o" / "tflite").glob("*.tflite"))
    assert names == [
        "small_16_float16.low-fidelity.tflite", "small_32_float16.low-fidelity.tflite",
    ]  # fmt: skip


def test_a_styles_weights_are_found_and_its_licence_told(
    command, weights, photos, tmp_path
):
    home = tmp_path / "saved_models" / "hayao"
    home.mkdir(parents=True)
    weights.rename(home / "paper.keras")
    result = command(
        "export", "--style", "hayao", "--onnx", "--calibration", photos,
        "--image-size", 32,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    out = tmp_path / "exports" / "hayao"
    assert (out / "hayao.onnx").is_file() and not (out / "tflite").exists()
    contract = json.loads((out / "model.json").read_text())
    assert contract["style"] == "hayao" and "non-commercial" in contract["licence"]


def test_nothing_is_overwritten_unasked_nor_what_is_no_export(
    command, weights, photos, tmp_path, refused
):
    arguments = (
        "export", "--weights", weights, "--onnx", "--calibration", photos,
        "--image-size", 32, "--out", "o",
    )  # fmt: skip
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "diary.txt").write_text("mine")
    refused(command(*arguments), "--overwrite", "o")
    refused(command(*arguments, "--overwrite"), "nothing but an earlier", "diary.txt")
    assert (tmp_path / "o" / "diary.txt").read_text() == "mine"
    (tmp_path / "o" / "diary.txt").rename(tmp_path / "o" / "old.onnx")
    assert command(*arguments, "--overwrite").returncode == 0
    assert not (tmp_path / "o" / "old.onnx").exists()


def test_a_style_without_weights_says_what_to_do(command, refused, tmp_path):
    result = command("export", "--tflite")
    refused(result, "no weights for style pepper", "train", "convert", "--weights")
    refused(command("export", "--style", "ghibli"), "must be one of", "ghibli")
    assert not (tmp_path / "exports").exists()


@pytest.mark.parametrize(
    "flags, rule",
    [
        (("--style", "hayao"), "must not both be given"),
        (("--image-size", "30"), "multiple of 4, at least 8. Received: 30"),
        (("--image-size", "4"), "at least 8. Received: 4"),
        (("--quantize", "int4"), "invalid choice"),
        (("--calibration", "nowhere"), "No such folder: nowhere"),
        (("--test", "nowhere"), "No such folder: nowhere"),
        (("--out", "w/small.keras/x"), "must be writable"),
        (("--weights", "absent.keras"), "must be a .keras file that exists"),
        (("--weights", "text.keras"), "Weights must be a whole .keras"),
        (
            ("--tflite", "--quantize", "full-int8", "--image-size", "32"),
            "norms fold",
        ),
    ],
)
def test_bad_flags_are_refused(
    command, weights, photos, tmp_path, refused, flags, rule
):
    (tmp_path / "text.keras").write_text("no weights")
    start = () if "--weights" in flags else ("--weights", weights)
    result = command("export", *start, *flags)
    if "full-int8" in flags:  # after what it says of the way there
        result.stderr = result.stderr.splitlines()[-1]
    refused(result, rule)
    assert not (tmp_path / "exports").exists()


def test_a_missing_library_is_named_with_its_cure(
    command, weights, photos, tmp_path, refused, monkeypatch
):
    import sys

    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    result = command("export", "--weights", weights, "--onnx", "--calibration", photos)
    refused(result, "tf2onnx", "pip install 'cartoongan-tf[export]'")
    assert not (tmp_path / "exports").exists()


def test_help_has_examples_and_needs_no_tensorflow(process, monkeypatch):
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    result = process("export", "--help")
    assert result.returncode == 0 and "examples:" in result.stdout
    assert "tensorflow" not in result.stderr
