"""One generator in every runtime, in one interleaved run at 256 pixels.

    python benchmarks/runtimes.py [FILE.keras]

Without a file it is the paper's generator with random weights: times do not depend on
them. Every ratio is to the float32 TFLite file. `naive` is that file with MIRROR_PAD in
place of slices. int8 has all convolutions but the transposed ones in int8: what a
network gets whose layers all hold it.
"""

import sys
import tempfile
from pathlib import Path

from cartoongan_tf.exporting import onnx, parity, quantization, saved_model, tflite
from cartoongan_tf.exporting.signatures import as_float32
from cartoongan_tf.inference.runtimes import KerasRuntime, TFLiteRuntime, load_runtime
from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

SIZE = 256
ROUNDS = 7


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else None
    generator = as_float32(load_generator(path) if path else Generator())
    model = tflite.convert(generator, SIZE)
    cut = tflite.convert(generator, SIZE, strip=quantization.FAITHFUL.strip)
    files = {
        "tflite_float32": model,
        "tflite_naive": tflite.convert(generator, SIZE, by_slices=False),
        "tflite_float16": quantization.to_float16(model),
        "tflite_weight_int8": quantization.to_weight_int8(model),
        "tflite_int8_whole": _to_int8(model),
        "tflite_int8_strips": _to_int8(cut),
    }
    runs = {name: TFLiteRuntime(data) for name, data in files.items()}
    runs["keras"] = KerasRuntime(generator)
    with tempfile.TemporaryDirectory() as folder:
        saved_model.write_saved_model(generator, Path(folder, "1"), "bench")
        onnx.write_onnx(generator, Path(folder, "bench.onnx"))
        runs["saved_model"] = load_runtime(Path(folder, "1"))
        runs["onnx"] = load_runtime(Path(folder, "bench.onnx"))
        photo = images.to_signed(samples.draw_photo(1, SIZE, SIZE))
        seconds = parity.time_together(runs, photo, ROUNDS)
    base = seconds["tflite_float32"]
    print(f"tflite_float32_seconds: {base:.3f}")
    for name, taken in seconds.items():
        print(f"{name}_ratio: {taken / base:.3f}")


def _to_int8(model: bytes) -> bytes:
    """All that can be int8: the exported file keeps what it must in float."""
    layers = tflite.find_convolutions(model)
    return quantization.to_int8(
        model, [layer.tensor for layer in layers if layer.op == "CONV_2D"]
    )


if __name__ == "__main__":
    main()
