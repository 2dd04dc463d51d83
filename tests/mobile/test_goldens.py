"""Facts about the golden pictures, and Python's runtime checked against them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cartoongan_tf.exporting import goldens
from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.pictures import images

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "mobile/contract/goldens"


def read(folder):
    return json.loads((folder / "goldens.json").read_text())


def find_faults(models, folder):
    """All that Python's runtime gets otherwise than a folder of goldens says."""
    said = read(folder)
    paths = {model.sha256: model.path for model in goldens.find_models(models)}
    faults = []
    for golden in said["cartoons"]:
        path = paths.get(golden["model_sha256"])
        if path is None:
            faults.append(f"{golden['model']} is another since `make goldens`")
            continue
        photo = images.read(folder / golden["photo"]).pixels
        truth = images.read(folder / golden["cartoon"]).pixels
        cartoon = Cartoonizer(path, draw_size="full", color="style")(photo)
        fault = goldens.find_fault(cartoon, truth, golden["tolerance"])
        faults += [f"{golden['cartoon']}: {fault}"] if fault else []
    for golden in said["resizes"]:
        photo = images.read(folder / golden["photo"]).pixels
        truth = images.read(folder / golden["resized"]).pixels
        resized = images.resize(photo, golden["height"], golden["width"])
        fault = goldens.find_fault(resized, truth, golden["tolerance"])
        faults += [f"{golden['resized']}: {fault}"] if fault else []
    return faults


@pytest.fixture(scope="module")
def standins(tmp_path_factory):
    """Models of random weights and their goldens."""
    folder = tmp_path_factory.mktemp("standins")
    made = subprocess.run(
        [
            sys.executable, ROOT / "mobile/contract/make_standins.py",
            "--styles", "hayao", "--image-size", "256", "--out", folder / "models",
        ],
        env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    models = folder / "models"
    goldens.write_goldens(goldens.find_models(models), folder / "goldens")
    return models, folder / "goldens"


def test_python_draws_the_shipped_goldens():
    if not (SHIPPED / "goldens.json").is_file():
        pytest.skip("no styles are shipped yet: mobile/contract/goldens is not there")
    assert find_faults(ROOT / "saved_models", SHIPPED) == []


@pytest.mark.slow
def test_python_draws_the_goldens_of_stand_ins(standins):
    assert find_faults(*standins) == []
    said = read(standins[1])
    assert [g["variant"] for g in said["cartoons"]] == ["float16"] * 2 + ["int8"] * 2


def test_a_golden_that_differs_is_found(standins, tmp_path):
    models, folder = standins
    spoilt = tmp_path / "goldens"
    shutil.copytree(folder, spoilt)
    for name in ("small_hayao_float16.png", "large_enlarged.png"):
        pixels = images.read(spoilt / name).pixels.copy()
        pixels[3, 4] = np.where(pixels[3, 4] < 128, pixels[3, 4] + 2, 100)
        images.write(spoilt / name, pixels)
    noise = np.random.default_rng(0).integers(-4, 5, (192, 256, 3))
    name = "photo_hayao_int8.png"
    pixels = images.read(spoilt / name).pixels
    images.write(spoilt / name, images.round_levels(pixels + noise.astype(float)))
    faults = find_faults(models, spoilt)
    assert [fault.split(":")[0] for fault in faults] == [
        "small_hayao_float16.png", "photo_hayao_int8.png", "large_enlarged.png"
    ]  # fmt: skip
    assert "39." in faults[1] or "40." in faults[1]


def test_a_model_that_was_replaced_is_found(standins, tmp_path):
    models, folder = standins
    shutil.copytree(models, tmp_path / "models")
    contract = tmp_path / "models/hayao/tflite/model.json"
    said = json.loads(contract.read_text())
    said["models"][0]["sha256"] = "0" * 64
    contract.write_text(json.dumps(said))
    assert "another since" in find_faults(tmp_path / "models", folder)[0]
    with pytest.raises(ValueError, match="Received another"):
        goldens.write_goldens(goldens.find_models(tmp_path / "models"), tmp_path / "g")
    assert not (tmp_path / "g").exists()


def test_the_command_draws_them_and_replaces_nothing_else(
    standins, command, tmp_path, refused
):
    result = command("goldens", "--models", standins[0], "--out", tmp_path / "g")
    assert result.returncode == 0, result.stderr
    assert read(tmp_path / "g") == read(standins[1])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    result = command("goldens", "--models", standins[0], "--out", tmp_path / "mine")
    refused(result, "`--out`", tmp_path / "mine")
    refused(command("goldens", "--models", tmp_path / "none"), "none in", "none")
    result = command("goldens", "--models", standins[0], "--styles", "paprika")
    refused(result, "none in", "paprika")
