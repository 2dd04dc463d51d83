"""Smaller TFLite files: float16, int8 weights, and int8 where it holds.

The mixed recipe: weights int8 throughout; convolutions compute in int8 where that keeps
the picture, on activations that each run scales anew, and in float elsewhere. Which
they are is measured on photos, never on those of the report.
"""

import contextlib
import io
import re
from dataclasses import dataclass

import numpy as np

from cartoongan_tf.exporting import tflite
from cartoongan_tf.exporting.extras import need

STATISTICS = "int8-statistics"  # int8 with the norms' statistics in and out
VARIANTS = ("float32", "float16", "weight-int8", "int8", STATISTICS, "full-int8")


@dataclass(frozen=True)
class Aim:
    """What the mixed recipe is chosen for.

    Args:
        mean: PSNR on the validation photos, in dB: a little more than the report will
            ask for (`parity.LIMITS`), since other photos do a little worse.
        worst: PSNR of the worst of them.
        strip: Rows of the photo to a strip of a convolution; None for whole ones.
    """

    mean: float
    worst: float
    strip: int | None


# Strips of 16 rows: 16 of them at 256. What int8 costs comes from loud spots, not from
# loud channels, and shrinks with the strip (hayao, all in int8: 37.2 dB whole, 41.8 in
# 4 strips, 44.1 in 16), while the time for copies grows (0.30, 0.35 in 16).
FAITHFUL = Aim(46.0, 42.0, 16)
# For light generators, which are there for their speed.
QUICK = Aim(41.0, 36.0, None)

RANKED_ON = 2  # of them, those that come out worst, to see what each layer costs

# A norm that no convolution could take in shows as these.
NORM_OPS = {"SQUARED_DIFFERENCE", "RSQRT"}


@dataclass(frozen=True)
class Choice:
    """What was chosen for the mixed recipe.

    Args:
        rounding: How weights are rounded, by ai-edge-quantizer's name.
        floats: Layers that compute in float.
        psnr: Mean and worst on the validation photos, in dB.
    """

    rounding: str
    floats: tuple[str, ...]
    psnr: tuple[float, float]


# A channel's full range, or clipped where that costs less than finer steps gain.
FULL, CLIPPED = "min_max_uniform_quantize", "OCTAV"


def to_float16(model: bytes) -> bytes:
    """Stores the weights in 16 bits; they are widened as the file is loaded."""
    with need("ai-edge-quantizer"):
        from ai_edge_quantizer import qtyping

    config = qtyping.OpQuantizationConfig(
        weight_tensor_config=qtyping.TensorQuantizationConfig(
            num_bits=16, dtype=qtyping.TensorDataType.FLOAT
        ),
        compute_precision=qtyping.ComputePrecision.FLOAT,
        explicit_dequantize=True,
    )
    quantizer = _quantizer(model)
    for op in _operations():
        quantizer.update_quantization_recipe(".*", op, config, "float_casting")
    return _finish(quantizer)


def to_weight_int8(model: bytes, rounding: str = FULL) -> bytes:
    """Stores the weights in 8 bits, a scale for each output channel."""
    return to_int8(model, frozenset(), rounding)


def to_int8(model: bytes, in_int8, rounding: str = FULL) -> bytes:
    """Stores weights in 8 bits and lets the named convolutions compute in them.

    Args:
        model: A float32 file.
        in_int8: Their output tensors.
        rounding: `FULL` or `CLIPPED`.
    """
    quantizer = _quantizer(model)
    for op in _operations():
        quantizer.add_weight_only_config(".*", op, 8, algorithm_key=rounding)
    dynamic, _ = _operations()
    for tensor in in_int8:
        # Their scope is the tensor's name with a ; behind.
        pattern = f"^{re.escape(tensor)};?$"
        quantizer.add_dynamic_config(pattern, dynamic, 8, algorithm_key=rounding)
    return _finish(quantizer)


def to_full_int8(model: bytes, photos: list[np.ndarray]) -> bytes:
    """Makes weights and activations int8 throughout, float32 in and out.

    Args:
        model: A float32 file whose norms were folded into its convolutions.
        photos: float32 RGB -1..1 `(height, width, 3)`, to measure activations on.

    Raises:
        ValueError: When norms are left in the file: int8 would ruin its pictures.
    """
    left = NORM_OPS & set(tflite.count_ops(model))
    if left:
        raise ValueError(
            "full-int8 is for networks whose norms fold into their convolutions, such "
            "as batch norms; with instance norms, as here, int8 ruins the picture (17 "
            f"dB): use int8. Received: a network with {', '.join(sorted(left))}"
        )
    quantizer = _quantizer(model)
    with need("ai-edge-quantizer"):
        from ai_edge_quantizer import qtyping
    names = qtyping.TFLOperationName
    quantizer.add_static_config(".*", names.ALL_SUPPORTED, 8, 8)
    for border in (names.INPUT, names.OUTPUT):
        quantizer.update_quantization_recipe(".*", border, algorithm_key="no_quantize")
    seen = {"serving_default": [{"image": photo[None]} for photo in photos]}
    return _finish(quantizer, quantizer.calibrate(seen))


def choose(
    model: bytes, photos, truths, open_model, tell=print, aim=FAITHFUL
) -> Choice:
    """Chooses rounding and float layers: as little float as the aim allows.

    All convolutions begin in int8. One at a time is taken back to float to see what it
    gains; then those that gain most for their work stay float until the error is
    halved, and it begins again, until the target is reached. Transposed convolutions
    stay float throughout: plain TFLite kernels cannot run them otherwise, only XNNPACK
    can.

    Args:
        model: A float32 file, smoothed and cut into strips.
        photos: float32 RGB -1..1 `(1, size, size, 3)`, for validation.
        truths: What the generator makes of them.
        open_model: From a file's bytes to a function of a photo to a cartoon.
        tell: Is told how it goes.
        aim: What is enough.
    """

    everyone = range(len(photos))

    def measure(in_int8, rounding, those=everyone):
        run = open_model(to_int8(model, in_int8, rounding))
        return np.array([np.mean((run(photos[n]) - truths[n]) ** 2) for n in those])

    layers = [c for c in tflite.find_convolutions(model) if c.op == "CONV_2D"]
    everything = frozenset(layer.tensor for layer in layers)
    errors = {rounding: measure(everything, rounding) for rounding in (FULL, CLIPPED)}
    rounding = min(errors, key=lambda name: errors[name].mean())
    best, in_int8 = errors[rounding], everything
    tell(f"all convolutions in int8: {_told(best)}; rounding {rounding}")
    # What weights in int8 cost by themselves no choice of layers can win back.
    mean, worst = _decibels(measure(frozenset(), rounding))
    target = min(aim.mean, mean - 1), min(aim.worst, worst - 1)
    while in_int8 and not _reached(best, target):
        ranked_at = best.mean()
        hard = np.argsort(best)[-RANKED_ON:]
        # Ranked by FULL, whatever was chosen: CLIPPED takes four times as long to make.
        before, gains = measure(in_int8, FULL, hard).mean(), {}
        for layer in layers:
            if layer.tensor in in_int8:
                without = measure(in_int8 - {layer.tensor}, FULL, hard).mean()
                gains[layer] = float(before - without) / layer.macs
        for layer in sorted(gains, key=gains.get, reverse=True):
            in_int8 = in_int8 - {layer.tensor}
            best = measure(in_int8, rounding)
            count = len(everything) - len(in_int8)
            tell(f"{count} of them in float: {_told(best)} ({layer.layer})")
            # Beside a large error the small ones could not be told apart.
            if _reached(best, target) or best.mean() < ranked_at / 2:
                break
    floats = tuple(layer.layer for layer in layers if layer.tensor not in in_int8)
    return Choice(rounding, floats, _decibels(best))


def apply(generator, size: int, choice: Choice, aim=FAITHFUL, statistics=False):
    """Makes the mixed file of a size by a choice made at another.

    Args:
        generator: The generator that was chosen on, smoothed.
        size: Height and width.
        choice: What was chosen.
        aim: What for.
        statistics: As of `tflite.convert`.

    Returns:
        The file, and the tensors that compute in int8.
    """
    model = tflite.convert(
        generator, size, strip=aim.strip, uncut=choice.floats, statistics=statistics
    )
    in_int8 = frozenset(
        c.tensor
        for c in tflite.find_convolutions(model)
        if c.op == "CONV_2D" and c.layer not in choice.floats
    )
    return to_int8(model, in_int8, choice.rounding), in_int8


def _decibels(errors: np.ndarray) -> tuple[float, float]:
    """Mean and worst PSNR of mean squared errors of pictures in -1..1."""
    psnr = 10 * np.log10(4 / np.maximum(errors, 1e-20))
    return float(psnr.mean()), float(psnr.min())


def _reached(errors: np.ndarray, target) -> bool:
    return all(got >= want for got, want in zip(_decibels(errors), target, strict=True))


def _told(errors: np.ndarray) -> str:
    mean, worst = _decibels(errors)
    return f"{mean:.1f} dB, worst {worst:.1f}"


def _operations():
    from ai_edge_quantizer import qtyping

    names = qtyping.TFLOperationName
    return names.CONV_2D, names.CONV_2D_TRANSPOSE


def _quantizer(model: bytes):
    with need("ai-edge-quantizer"):
        from ai_edge_quantizer import quantizer

    return quantizer.Quantizer(bytearray(model))


def _finish(quantizer, measured=None) -> bytes:
    with contextlib.redirect_stderr(io.StringIO()):  # a bar for a blink of an eye
        result = quantizer.quantize(
            measured, enable_progress_bar=False, enable_progress_report=False
        )
    return bytes(result.quantized_model)
