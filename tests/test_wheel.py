"""Facts about the package as it is installed from a wheel."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("cartoongan_tf", "saved_models", "pyproject.toml", "setup.py", "README.md")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built of a copy of the sources, with a user's own weights among them."""
    folder = tmp_path_factory.mktemp("wheel")
    for part in (*PARTS, "LICENSE", "NOTICE"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    for name in ("paper.keras", "generator.keras"):
        (folder / "saved_models" / "paprika" / name).write_bytes(b"not ours")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        + ["--no-build-isolation", "--wheel-dir", str(folder / "dist"), str(folder)],
        check=True,
    )
    (file,) = (folder / "dist").iterdir()
    return file


def test_it_has_the_shipped_weights_and_nobody_elses(wheel):
    names = {
        name.removeprefix("cartoongan_tf/saved_models/")
        for name in zipfile.ZipFile(wheel).namelist()
        if name.startswith("cartoongan_tf/saved_models/")
    }
    for style in ("pepper", "paprika", "hayao", "hosoda", "shinkai"):
        assert f"{style}/light.keras" in names
        assert f"{style}/light.onnx" in names
        assert f"{style}/model.json" in names
        assert f"{style}/card.md" in names
        assert f"{style}/tflite/{style}_256_int8.tflite" in names
        assert f"{style}/tflite/model.json" in names
    assert not [name for name in names if name.endswith(("paper.keras", "ator.keras"))]


def test_vgg16s_weights_are_in_an_installed_package_with_their_licence(wheel, tmp_path):
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as file:
        (notice,) = [n for n in file.namelist() if n.endswith("licenses/NOTICE")]
        assert "Creative Commons Attribution 4.0" in file.read(notice).decode()
        file.extractall(site)
    code = "from cartoongan_tf.networks import vgg; print(vgg._check_shipped())"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(site), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    path = Path(result.stdout.strip())
    assert path == site / "cartoongan_tf" / "networks" / "vgg16.npz"


@pytest.mark.slow
def test_styles_are_found_in_an_installed_package(wheel, tmp_path):
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as file:
        file.extractall(site)
    code = (
        "from cartoongan_tf.inference import styles; import cartoongan_tf; "
        "print(cartoongan_tf.__file__); print(styles.find_weights('hosoda'))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(site), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    package, weights = map(Path, result.stdout.split())
    assert package.is_relative_to(site)
    assert weights == site / "cartoongan_tf" / "saved_models" / "hosoda" / "light.keras"
