"""`model.json`: all that a program must know to use the files beside it.

The schema is `mobile/contract/model.schema.json`.
"""

import hashlib
import importlib.metadata
import json
from pathlib import Path

from cartoongan_tf.exporting.signatures import INPUT, OUTPUT, OWN, SHARE, STATISTICS
from cartoongan_tf.pictures import padding

FORMAT = 1  # raised when a field changes its meaning

# The oldest TensorFlow Lite that has all operations in the form that a variant uses
# (tensorflow/lite/tools/versioning/runtime_version.cc): float16 and per-channel int8
# weights need newer forms of DEQUANTIZE, hybrid convolutions of CONV_2D. The version in
# the file's own metadata is the float file's: ai-edge-quantizer leaves it.
MINIMUM_TFLITE = {
    "float32": "1.14.0",
    "float16": "1.15.0",
    "weight-int8": "2.7.0",
    "int8": "2.7.0",
    "int8-statistics": "2.7.0",
    "full-int8": "2.7.0",
}
MINIMUM_ONNXRUNTIME = "1.12.0"  # the first with opset 17


def describe(
    path: Path,
    variant: str,
    image_size: int | None,
    recipe: dict,
    norms: list[dict] | None = None,
) -> dict:
    """One file's entry.

    Args:
        path: A file, or a SavedModel's folder.
        variant: A variant of TFLite, `onnx`, `onnx-statistics` or `saved-model`.
        image_size: Height and width where they are fixed.
        recipe: How it was made.
        norms: Of a file that takes and gives statistics,
            `StatisticsGenerator.describe()`.
    """
    shape = [1, image_size, image_size, 3] if image_size else [None, None, None, 3]
    picture = {
        "dtype": "float32",
        "shape": shape,
        "layout": "NHWC",
        "channels": "RGB",
        "range": [-1, 1],
    }
    entry = {
        "file": path.name,
        "variant": variant,
        "bytes": count_bytes(path),
        "sha256": _hash(path),
        "input": {"name": INPUT, **picture},
        "output": {"name": OUTPUT, **picture},
        "minimum_runtime": _minimum_runtime(variant),
        "recipe": recipe,
    }
    if norms is not None:
        entry["statistics"] = _describe_statistics(variant, norms, image_size)
    return entry


def _describe_statistics(variant: str, norms: list[dict], image_size) -> dict:
    channels = sum(norm["channels"] for norm in norms)
    batch = 1 if image_size else None
    array = {"dtype": "float32", "shape": [batch, 2, channels]}
    told = {
        "input": {"name": STATISTICS, **array},
        "share": {"name": SHARE, "dtype": "float32", "shape": [batch]},
        "output": {"name": OWN, **array},
        "norms": norms,
    }
    return {"signature": STATISTICS, **told} if variant == "saved-model" else told


def write_contract(folder: Path, style: str, licence: str, entries: list) -> None:
    """Writes a folder's `model.json`.

    Args:
        folder: Where the described files are.
        style: The style's name.
        licence: Of the weights.
        entries: From `describe`.
    """
    contract = {
        "format": FORMAT,
        "style": style,
        "licence": licence,
        "pixels": {
            "to_input": "level / 127.5 - 1",
            "to_level": "round((value + 1) * 127.5), cut at 0 and 255",
            "orientation": "turn the photo upright by its EXIF first",
        },
        "sizes": {
            "multiple": padding.MULTIPLE,
            "smallest": padding.SMALLEST,
            "padding": "files of any size pad by themselves and cut it off again; for "
            "a file of one size shrink the photo into it, reflect it at the right and "
            "bottom border, and cut the cartoon",
        },
        "versions": _versions(),
        "models": entries,
    }
    text = json.dumps(contract, indent=2, ensure_ascii=False)
    (folder / "model.json").write_text(text + "\n")


def count_bytes(path: Path) -> int:
    """The size of a file, or of all files of a folder."""
    return sum(file.stat().st_size for file in _files(path))


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file())


def _hash(path: Path) -> str:
    """Of a file; of a folder, that of what `sha256sum` says of its sorted files."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    lines = [
        f"{_hash(file)}  {file.relative_to(path).as_posix()}\n" for file in _files(path)
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _minimum_runtime(variant: str) -> dict:
    if variant == "saved-model":
        version = importlib.metadata.version("tensorflow")
        return {"name": "tensorflow-serving", "version": version}
    if variant.startswith("onnx"):
        return {"name": "onnxruntime", "version": MINIMUM_ONNXRUNTIME}
    return {"name": "tensorflow-lite", "version": MINIMUM_TFLITE[variant]}


def _versions() -> dict[str, str]:
    from cartoongan_tf import __version__

    found = {"cartoongan-tf": __version__}
    for name in (
        "tensorflow",
        "keras",
        "ai-edge-litert",
        "ai-edge-quantizer",
        "tf2onnx",
        "onnxruntime",
    ):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
