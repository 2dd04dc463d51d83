"""One generator in every wanted format, with its contract and its fidelity report."""

import os
import platform
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cartoongan_tf.exporting import (
    contract,
    onnx,
    parity,
    quantization,
    report,
    saved_model,
    tflite,
)
from cartoongan_tf.exporting.photos import Photos
from cartoongan_tf.exporting.signatures import as_float32
from cartoongan_tf.exporting.smoothing import smooth
from cartoongan_tf.inference import runtimes
from cartoongan_tf.inference.statistics import ONNXStatistics
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.networks.statistics import StatisticsGenerator
from cartoongan_tf.pictures import images, padding, paths

FORMATS = ("saved-model", "onnx", "tflite")
LOW = "low-fidelity"
KNOWN = ("saved_model", "tflite", "report", "model.json")


@dataclass
class Product:
    """One file of an export.

    Args:
        path: The file, or a SavedModel's folder.
        variant: Of `quantization.VARIANTS`, `onnx`, `onnx-statistics` or `saved-model`.
        fixed_size: Height and width, None for a file that takes any.
        recipe: How it was made.
        row: What the report says of it.
        sheet: Its worst photo.
    """

    path: Path
    variant: str
    fixed_size: int | None = None
    recipe: dict = field(default_factory=dict)
    row: dict = field(default_factory=dict)
    sheet: np.ndarray | None = None


def export(
    generator,
    out: Path,
    style: str,
    photos: Photos,
    formats=FORMATS,
    variants=("int8",),
    sizes=(256,),
    licence="not stated",
    allow_low_fidelity=False,
    tell=print,
) -> list[dict]:
    """Writes a folder of exports, whole or not at all.

    Args:
        generator: Any generator; exported in float32.
        out: The folder. One that exists is replaced.
        style: A name for the files.
        photos: To choose on and to report on.
        formats: Of `FORMATS`.
        variants: Of `quantization.VARIANTS`, for TFLite.
        sizes: Heights and widths, for TFLite; the smallest is the report's for others.
        licence: Of the weights.
        allow_low_fidelity: Give files below their limits their usual name.
        tell: Is told how it goes.

    Returns:
        The report's rows; one with `shortfalls` is below its limits.
    """
    check_sizes(sizes)
    generator = as_float32(generator)
    norms = StatisticsGenerator(generator).describe()
    if quantization.STATISTICS in variants and not norms:
        raise ValueError(
            f"{quantization.STATISTICS} must be of a network with norms that see the "
            "whole picture; use int8. Received: one without"
        )
    with paths.replacing_folder(out) as folder:
        products, models = [], {}
        if "saved-model" in formats:
            tell("writing the SavedModel")
            path = folder / "saved_model" / "1"
            saved_model.write_saved_model(generator, path, style)
            products.append(Product(path, "saved-model"))
        if "onnx" in formats:
            tell("writing the ONNX file")
            path = folder / f"{style}.onnx"
            onnx.write_onnx(generator, path)
            products.append(Product(path, "onnx"))
            path = folder / f"{style}_statistics.onnx"
            onnx.write_statistics_onnx(StatisticsGenerator(generator), path)
            products.append(Product(path, "onnx-statistics"))
        if "tflite" in formats:
            models = _convert(generator, sizes, tell)
            products += _write_tflite(
                generator, models, folder / "tflite", style, photos, variants, tell
            )
        measured = sorted({p.fixed_size or min(sizes) for p in products})
        for size in measured:
            tell(f"comparing with Keras on {len(photos.test.names)} photos at {size}")
            group = [p for p in products if (p.fixed_size or min(sizes)) == size]
            _measure(group, generator, models.get(size), photos.test, size)
        for product in products:
            if product.row["shortfalls"] and not allow_low_fidelity:
                product.path = _mark(folder, product.path)
            name = product.path.relative_to(folder).as_posix()
            sheet = f"report/{name.replace('/', '_').removesuffix('_1')}.jpg"
            images.write(folder / sheet, product.sheet)
            product.row = {"file": name, **product.row, "sheet": sheet}
        _write_contracts(folder, style, licence, products, norms)
        parts = ("calibration", "validation", "test")
        report.write_report(
            folder,
            {
                "style": style,
                "photos": {
                    "source": photos.source,
                    **{part: list(getattr(photos, part).names) for part in parts},
                },
                "machine": {"cores": os.cpu_count(), "name": platform.machine()},
                "latency_base": "the float32 TFLite file" if models else "Keras",
                "files": [product.row for product in products],
            },
        )
    return [product.row for product in products]


def check_sizes(sizes) -> None:
    """Checks that a generator can have these sizes."""
    for size in sizes:
        if size < padding.SMALLEST or size % padding.MULTIPLE:
            raise ValueError(
                f"`--image-size` must be a multiple of {padding.MULTIPLE}, at least "
                f"{padding.SMALLEST}. Received: {size}"
            )


def check_replaceable(out: Path) -> None:
    """Checks that a folder holds an export and nothing else.

    Raises:
        ValueError: When replacing it would lose something.
    """
    for entry in out.iterdir():
        name = entry.name
        ours = name.startswith(KNOWN) or entry.suffix == ".onnx"
        if not (ours or name in ("report.md", "report.json")):
            raise ValueError(
                "`--out` must hold nothing but an earlier export, to be replaced. "
                f"Received: {entry}"
            )


def _convert(generator, sizes, tell) -> dict[int, bytes]:
    """A float32 file of each size: a product, and what others are made of."""
    models = {}
    for size in sizes:
        tell(f"converting to TFLite at {size}")
        models[size] = tflite.convert(generator, size)
        tflite.check(models[size], generator.count_params(), "float32", set())
    return models


def _write_tflite(generator, models, folder, style, photos, variants, tell) -> list:
    """Every variant of every size."""
    folder.mkdir()
    mixed = None
    if {"int8", quantization.STATISTICS} & set(variants):
        mixed = _Mixed(generator, sorted(models), photos, tell)
    products = []
    for size, variant in ((s, v) for s in models for v in variants):
        model, in_int8, recipe = models[size], set(), {}
        if variant == "float16":
            model = quantization.to_float16(model)
        elif variant == "weight-int8":
            recipe = {"rounding": quantization.CLIPPED}
            model = quantization.to_weight_int8(model, quantization.CLIPPED)
        elif variant in ("int8", quantization.STATISTICS):
            model, in_int8 = mixed.make(size, variant == quantization.STATISTICS)
            recipe = mixed.recipe
        elif variant == "full-int8":
            model = quantization.to_full_int8(model, photos.calibration.at(size))
            in_int8 = None
        weights = variant if variant.startswith("float") else "int8"
        tflite.check(model, generator.count_params(), weights, in_int8)
        path = folder / f"{style}_{size}_{variant}.tflite"
        path.write_bytes(model)
        products.append(Product(path, variant, size, recipe))
    return products


class _Mixed:
    """The mixed int8 recipe, one for all sizes.

    Smoothed at the smallest size, since loudness hardly depends on it and maps are
    large; layers are chosen at the largest, where int8 costs most (shinkai: 45.5 dB at
    256, 44.5 at 512).
    """

    def __init__(self, generator, sizes, photos, tell):
        self.generator = as_float32(generator)
        is_light = isinstance(generator, LightGenerator)
        self.aim = quantization.QUICK if is_light else quantization.FAITHFUL
        strip, least, size = self.aim.strip, sizes[0], sizes[-1]
        tell(f"smoothing on {len(photos.calibration.names)} photos")
        strips = max(1, least // strip) if strip else 1
        exponents = smooth(self.generator, photos.calibration.at(least), strips)
        tests = photos.validation.at(size)
        tell(f"choosing layers on {len(tests)} other photos at {size}")
        self.choice = quantization.choose(
            tflite.convert(self.generator, size, strip=strip),
            [photo[None] for photo in tests],
            [truth[None] for truth in _draw(generator, tests)],
            runtimes.TFLiteRuntime,
            tell,
            self.aim,
        )
        self.recipe = {
            "rounding": self.choice.rounding,
            "smoothing": exponents,
            "strip_rows": strip,
            "float_layers": list(self.choice.floats),
            "validation_psnr": list(self.choice.psnr),
            "smoothed_at": least,
            "chosen_at": size,
        }

    def make(self, size: int, statistics=False):
        """The file of a size, and the tensors that compute in int8."""
        chosen = self.choice, self.aim
        return quantization.apply(self.generator, size, *chosen, statistics)


def _draw(generator, photos) -> list:
    run = runtimes.KerasRuntime(generator)
    return [run(photo[None])[0] for photo in photos]


def _measure(products, generator, model: bytes | None, test, size: int) -> None:
    """Completes the rows of all products of one size."""
    photos = test.at(size)
    truths = _draw(generator, photos)
    base = runtimes.TFLiteRuntime(model) if model else runtimes.KerasRuntime(generator)
    runs = {"base": base}
    for product in products:
        name = str(product.path)
        runs[name] = _open(product)
        fidelity = parity.compare(runs[name], photos, truths)
        worst = fidelity.worst
        figures = fidelity.figures()
        size_on_disk = contract.count_bytes(product.path)
        is_tflite = product.fixed_size is not None
        product.row = {
            "variant": product.variant,
            "image_size": size,
            "bytes": size_on_disk,
            "size_ratio": size_on_disk / len(model) if is_tflite else None,
            **figures,
            "worst_photo": test.names[worst],
            "shortfalls": parity.find_shortfalls(
                product.variant, figures, isinstance(generator, LightGenerator)
            ),
            "ops": _count_ops(product),
            "recipe": product.recipe,
        }
        cartoon = fidelity.cartoons[worst]
        product.sheet = report.draw_sheet(photos[worst], truths[worst], cartoon)
    seconds = parity.time_together(runs, photos[0])
    for product in products:
        taken = seconds[str(product.path)]
        product.row["seconds"] = taken
        product.row["latency_ratio"] = taken / seconds["base"]


def _open(product: Product):
    if product.variant != "onnx-statistics":
        return runtimes.load_runtime(product.path)
    run = ONNXStatistics(product.path)
    return lambda image: run(image)[0]


def _count_ops(product: Product) -> dict[str, int]:
    if product.variant.startswith("onnx"):
        return onnx.count_ops(product.path)
    if product.variant == "saved-model":
        return saved_model.count_ops(product.path)
    return tflite.count_ops(product.path.read_bytes())


def _mark(folder: Path, path: Path) -> Path:
    """Gives a file that is below its limits a name that says so."""
    if path.is_dir():
        marked = folder / f"saved_model.{LOW}"
        os.rename(path.parent, marked)
        return marked / path.name
    marked = path.with_name(f"{path.stem}.{LOW}{path.suffix}")
    os.rename(path, marked)
    return marked


def _write_contracts(folder, style: str, licence: str, products, norms) -> None:
    told = dict.fromkeys(("onnx-statistics", "saved-model", "int8-statistics"), norms)
    for parent in sorted({product.path.parent for product in products}):
        entries = [
            contract.describe(
                p.path, p.variant, p.fixed_size, p.recipe, told.get(p.variant)
            )
            for p in products
            if p.path.parent == parent
        ]
        contract.write_contract(parent, style, licence, entries)
