"""Facts about the package as it is installed from a wheel."""

import importlib.metadata
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

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


@pytest.fixture(scope="module")
def requirements(wheel, tmp_path_factory):
    """What pip would install of the wheel with some extras, as it is installed here."""
    site = tmp_path_factory.mktemp("metadata")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(site)
    (ours,) = importlib.metadata.distributions(path=[str(site)])

    def find(*extras):
        found, todo = {}, [(ours, set(extras))]
        while todo:
            distribution, wanted = todo.pop()
            for text in distribution.requires or ():
                needed = Requirement(text)
                marker = needed.marker
                if marker and not any(
                    marker.evaluate({"extra": extra}) for extra in ("", *wanted)
                ):
                    continue
                if needed.name == "cartoongan-tf":  # one extra names another
                    if not needed.extras <= wanted:
                        todo.append((ours, wanted | needed.extras))
                elif needed.name not in found:
                    found[needed.name] = importlib.metadata.distribution(needed.name)
                    todo.append((found[needed.name], needed.extras))
        return found

    return find


def test_drawing_needs_no_tensorflow_and_training_does(requirements):
    names = {"tensorflow", "keras", "tensorboard", "matplotlib"}
    assert not names & set(requirements())
    assert not names & set(requirements("lite"))
    assert {"onnxruntime", "numpy", "pillow", "av"} <= set(requirements())
    assert "ai-edge-litert" in requirements("lite")
    assert names <= set(requirements("train"))
    assert {*names, "tf2onnx", "ai-edge-litert"} <= set(requirements("export"))


@pytest.fixture(scope="module")
def fresh(wheel, requirements, tmp_path_factory):
    """A new environment, as `pip install cartoongan-tf[lite]` makes it.

    What it needs is linked from where the tests run, all of it and nothing else: no
    package is fetched.
    """
    home = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(home, symlinks=True, with_pip=True)
    (site,) = home.glob("lib/python*/site-packages")
    for distribution in requirements("lite").values():
        for file in distribution.files:
            parts = file.parts
            if ".." in parts or parts[0] == "__pycache__":
                continue
            several = parts[0] in ("google", "backports")  # of several distributions
            name = Path(*parts[: 2 if several else 1])
            (site / name).parent.mkdir(exist_ok=True)
            if not (site / name).exists():
                (site / name).symlink_to(Path(distribution.locate_file(name)))
    python = home / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-index", wheel], check=True
    )

    def run(*words, cwd):
        return subprocess.run(
            [home / "bin" / words[0], *map(str, words[1:])],
            cwd=cwd,
            env={"PATH": str(home / "bin")},
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


@pytest.mark.slow
def test_a_fresh_environment_draws_every_shipped_style(fresh, tmp_path):
    photo = samples.draw_photo(3, 60, 80)
    images.write(tmp_path / "p.png", photo)
    names = "'tensorflow', 'keras'"
    code = f"import importlib.util as u; print(*map(u.find_spec, ({names})))"
    assert fresh("python", "-c", code, cwd=tmp_path).stdout == "None None\n"
    for style in ("pepper", "paprika", "hayao", "hosoda", "shinkai"):
        words = "cartoonize", "p.png", "--style", style, "--out", f"{style}.png"
        result = fresh("cartoongan", *words, cwd=tmp_path)
        assert (result.returncode, result.stderr) == (0, ""), style
    drawn = {images.read(path).pixels.tobytes() for path in tmp_path.glob("*.png")}
    assert len(drawn) == 6  # the photo, and five styles, each its own


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("train", "--style", "paprika", "--dry-run"),
        ("distill", "--style", "a", "--teacher", "t.keras", "--photos", "p"),
        ("export", "--style", "pepper"),
        ("convert", "arrays", "a.npz", "--out", "a.keras"),
        ("stylize", "p.png", "--style-image", "p.png"),
        ("goldens", "--out", "g"),
        ("cartoonize", "p.png", "--weights", "own.keras", "--out", "c.png"),
    ],
)
def test_what_needs_tensorflow_says_in_a_line_what_to_install(
    fresh, tmp_path, refused, words
):
    images.write(tmp_path / "p.png", samples.draw_photo(3, 60, 80))
    (tmp_path / "own.keras").write_bytes(b"")
    before = sorted(tmp_path.rglob("*"))
    result = fresh("cartoongan", *words, cwd=tmp_path)
    refused(result, "TensorFlow", "pip install 'cartoongan-tf[train]'")
    assert sorted(tmp_path.rglob("*")) == before  # nothing half-written


@pytest.mark.slow
def test_names_that_need_tensorflow_say_so_too(fresh, tmp_path):
    code = (
        "import cartoongan_tf as cg\n"
        "for name in ('Generator', 'load_dataset', 'PhotoGrid'):\n"
        "    try: getattr(cg, name)\n"
        "    except ImportError as error: print(error)\n"
    )
    result = fresh("python", "-c", code, cwd=tmp_path)
    assert result.stdout.count("pip install 'cartoongan-tf[train]'") == 3, result.stderr
