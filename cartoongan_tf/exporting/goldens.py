"""Golden pictures: what every runtime must make of the same photos and model files.

Python draws them, from photos of the built-in sample set; Python, the JVM and the
browser are checked against them.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cartoongan_tf.evaluation.metrics import psnr
from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.pictures import images, paths
from cartoongan_tf.samples import samples

FORMAT = 1  # raised when a field of goldens.json changes its meaning
IMAGE_SIZE = 256
VARIANTS = ("float16", "int8")

# Runtimes sum in another order: float files differ in the last bit of a level. Where
# a variant computes in int8, that bit decides a rounding, and the error spreads.
TOLERANCES = {"float16": {"levels": 1}, "int8": {"psnr": 45.0}}
RESIZE_TOLERANCE = {"levels": 1}

# Name, seed, height, width. The first is padded below by a quarter; the second is so
# small that it is reflected several times, on both sides.
PHOTOS = (("photo", 2, 192, 256), ("small", 9, 101, 75))
LARGE = ("large", 4, 203, 301)  # larger than the model: shrunk, its cartoon enlarged


@dataclass(frozen=True)
class ModelFile:
    """One `.tflite` that a `model.json` describes."""

    style: str
    variant: str
    path: Path
    sha256: str


def find_models(folder, styles=None) -> list[ModelFile]:
    """The `.tflite` files of 256x256 below `folder/<style>/`, by style and variant.

    Args:
        folder: Such as `saved_models`; each style's folder is an output of `export`.
        styles: Names; all that are there by default.

    Raises:
        ValueError: When there are none, or a wanted style has none.
    """
    folder = Path(folder)
    found = {}  # by file: a style's model.json and that of its tflite/ may both name it
    for contract in sorted(folder.glob("*/**/model.json")):
        style = contract.relative_to(folder).parts[0]
        if styles is not None and style not in styles:
            continue
        for entry in json.loads(contract.read_text())["models"]:
            path = contract.parent / entry["file"]
            fits = entry["input"]["shape"] == [1, IMAGE_SIZE, IMAGE_SIZE, 3]
            if fits and entry["variant"] in VARIANTS and path.suffix == ".tflite":
                model = ModelFile(style, entry["variant"], path, entry["sha256"])
                found[path.resolve()] = model
    missing = sorted(set(styles or ()) - {model.style for model in found.values()})
    if missing or not found:
        raise ValueError(
            f"Goldens need model.json and .tflite files of {IMAGE_SIZE} px, float16 "
            f"or int8, which `python -m cartoongan_tf.export` writes. "
            f"Received: none in {folder}/{','.join(missing) or '*'}"
        )
    return sorted(found.values(), key=lambda model: (model.style, model.variant))


def write_goldens(models: list[ModelFile], folder) -> dict:
    """Writes a folder of golden pictures and `goldens.json`, whole or not at all.

    Args:
        models: From `find_models`.
        folder: Replaced if it exists.

    Returns:
        What `goldens.json` says.
    """
    for model in models:
        check_hash(model.path, model.sha256)
    with paths.replacing_folder(folder) as temporary:
        drawn = {}
        for name, seed, height, width in (*PHOTOS, LARGE):
            drawn[name] = samples.draw_photo(seed, height, width)
            images.write(temporary / f"{name}.png", drawn[name])
        goldens = {
            "format": FORMAT,
            "image_size": IMAGE_SIZE,
            "cartoons": list(_draw_cartoons(models, drawn, temporary)),
            "resizes": list(_resize(drawn[LARGE[0]], temporary)),
        }
        text = json.dumps(goldens, indent=2)
        (temporary / "goldens.json").write_text(text + "\n")
    return goldens


def _draw_cartoons(models, drawn, folder):
    for model in models:
        cartoonizer = Cartoonizer(model.path, draw_size="full", color="style")
        for name, *_ in PHOTOS:
            file = f"{name}_{model.style}_{model.variant}.png"
            images.write(folder / file, cartoonizer(drawn[name]))
            yield {
                "photo": f"{name}.png",
                "style": model.style,
                "variant": model.variant,
                "model": model.path.name,
                "model_sha256": model.sha256,
                "cartoon": file,
                "tolerance": TOLERANCES[model.variant],
            }


def _resize(large, folder):
    """How a photo is shrunk into a model, and a picture of that size enlarged."""
    fitted = images.fit(large, IMAGE_SIZE, IMAGE_SIZE)
    enlarged = images.resize(fitted, *large.shape[:2])
    names = (f"{LARGE[0]}.png", "large_fitted.png", "large_enlarged.png")
    for number, pixels in ((1, fitted), (2, enlarged)):
        images.write(folder / names[number], pixels)
        yield {
            "photo": names[number - 1],
            "height": pixels.shape[0],
            "width": pixels.shape[1],
            "resized": names[number],
            "tolerance": RESIZE_TOLERANCE,
        }


def check_hash(path, sha256: str) -> None:
    """Checks that a model file is the one that was meant.

    Raises:
        ValueError: When it is absent or another.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"The model must exist. No such file: {path}")
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise ValueError(
            f"The model must be the one that model.json or goldens.json names; "
            f"`make goldens` draws new ones. Received another: {path}"
        )


def find_fault(picture: np.ndarray, golden: np.ndarray, tolerance: dict) -> str | None:
    """How a picture misses its golden, in words; None if it is near enough.

    Args:
        picture: uint8 RGB, what a runtime made.
        golden: uint8 RGB.
        tolerance: Of `goldens.json`: at most `levels` off anywhere, or at least `psnr`
            dB over all.
    """
    if picture.shape != golden.shape:
        return f"its shape is {picture.shape}, not {golden.shape}"
    if "levels" in tolerance:
        off = int(np.abs(picture.astype(int) - golden).max())
        return f"it is {off} levels off" if off > tolerance["levels"] else None
    near = psnr(picture, golden)
    return f"it is at {near:.1f} dB" if near < tolerance["psnr"] else None
