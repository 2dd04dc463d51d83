"""Facts about the notebook that trains a style of one's own."""

import os
import sys
from pathlib import Path

import pytest

from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "docs" / "notebooks" / "your_style.ipynb"
TINY = (
    "--init-epochs 1 --epochs 1 --steps-per-epoch 2 --batch-size 1 --image-size 40 "
    "--short-side 48 --filters 8 --num-blocks 1 --d-filters 4"
)


def test_the_notebook_is_kept_without_what_a_run_of_it_leaves():
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(NOTEBOOK, 4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.slow
def test_the_notebook_makes_a_style_of_two_folders(tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    for number in range(6):
        cartoon = samples.draw_cartoon(number, "hosoda", 96, 128)
        images.write(tmp_path / "drawings" / f"{number}.png", cartoon)
        photo = samples.draw_photo(number, 96, 128)
        images.write(tmp_path / "my photos" / f"{number}.jpg", photo)
    (tmp_path / "saved_models").mkdir()  # where --install then puts it
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    monkeypatch.setenv("PATH", path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    notebook = nbformat.read(NOTEBOOK, 4)
    (settings,) = (
        cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())
    )
    settings.source += (
        f"\nPAGES, PHOTOS, MORE = 'drawings', 'my photos', '{TINY} --no-palette'"
    )
    client = nbclient.NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}
    )
    try:
        client.execute()
    finally:
        outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
        said = "".join(output.get("text", "") for output in outputs)
        print(said)
    assert "error:" not in said and "Traceback" not in said
    pictures = sum(
        "image/png" in output.get("data", {}) or "image/jpeg" in output.get("data", {})
        for output in outputs
    )
    assert pictures >= 4  # contact sheets, samples, curves, photos beside cartoons
    generator = tmp_path / "saved_models" / "mine" / "generator.keras"
    drawn = Cartoonizer(generator)(images.read(tmp_path / "my photos" / "0.jpg").pixels)
    assert drawn.shape == (96, 128, 3)
    assert (tmp_path / "exports/mine/generator.keras").is_file()
    assert list((tmp_path / "exports/mine").rglob("*_256_float16.tflite"))
    assert (tmp_path / "mine-style.zip").is_file()
