"""The authors' published generators, into our `Generator`.

They are in the authors' Torch release, in Y. Li's PyTorch conversion of it (.pth), and
as arrays in mnicnc404/CartoonGan-tensorflow (.npz, or a folder of .npy).
"""

import re
import zipfile
import zlib
from pathlib import Path

import numpy as np

from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.networks.layers import InstanceNormalization
from cartoongan_tf.porting.pth import read_pth


def read_arrays(source) -> dict[str, np.ndarray]:
    """Reads named arrays from a `.npz`, a folder of `.npy`, or a PyTorch `.pth`.

    Raises:
        ValueError: When the source is absent, of another kind, damaged, or a pickle
            that asks for anything but tensors.
    """
    path = Path(source)
    if path.is_dir():
        files = sorted(path.glob("[!.]*.npy"))  # not macOS's ._conv01_1.npy
        if not files:
            raise ValueError(
                f"A folder of weights must hold .npy files. Received: {path}"
            )
        return {file.stem: _load(file) for file in files}
    if not path.is_file():
        raise ValueError(f"Weights must exist. No such file or folder: {path}")
    if path.suffix == ".npz":
        arrays = _load(path)
        try:
            return {name: arrays[name] for name in arrays.files}
        except (AttributeError, *_DAMAGE) as error:
            raise ValueError(f"A .npz must be whole. Damaged: {path}") from error
    if path.suffix in (".pth", ".pt"):
        return read_pth(path)
    raise ValueError(
        f"Weights must be a .npz, a .pth or a folder of .npy. Received: {path}"
    )


_DAMAGE = (
    OSError,
    ValueError,
    EOFError,
    KeyError,
    MemoryError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
_MAX_BYTES = 2**30  # unpacked: a small file could claim anything


def _load(path: Path):
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if sum(info.file_size for info in archive.infolist()) > _MAX_BYTES:
                    raise ValueError("more than 1 GiB unpacked")
        return np.load(path, allow_pickle=False)
    except _DAMAGE as error:
        raise ValueError(
            f"A {path.suffix} must hold plain numeric arrays. Received: {path}"
        ) from error


def convert_generator(arrays: dict[str, np.ndarray]) -> Generator:
    """Builds a `Generator` that gives the pictures of the published network.

    Width and number of blocks are read off the arrays. Every array is used, every shape
    checked. The networks speak BGR: the first and last convolution are turned to RGB
    here, once. A bias in front of an instance norm has no effect and is dropped.

    Args:
        arrays: Named as in the PyTorch release: `conv04_1.weight` in OIHW,
            `deconv01_1.weight` in IOHW, `in04_1.scale`, `in04_1.shift`.

    Raises:
        ValueError: When an array is missing, left over, or of another shape.
    """
    arrays = {name: np.asarray(a) for name, a in arrays.items()}
    blocks = sum(
        re.fullmatch(r"conv\d\d_2\.weight", n) is not None for n in arrays
    ) - len(("conv02_2", "conv03_2"))
    first = arrays.get("conv01_1.weight", np.zeros(0))
    width = first.shape[0] if first.ndim == 4 else 0
    # Before anything is built: a width out of nowhere would ask for all memory.
    shapes = {
        "conv01_1.weight": (width, 3, 7, 7),
        "conv02_1.weight": (2 * width, width, 3, 3),
        "conv03_1.weight": (4 * width, 2 * width, 3, 3),
    }
    fits = [np.shape(arrays.get(name)) == shape for name, shape in shapes.items()]
    if not (width and blocks >= 0 and all(fits[:1])):
        raise ValueError(
            "Weights must be a CartoonGAN generator's, with conv01_1.weight. "
            f"Received: {', '.join(sorted(arrays)[:4]) or 'nothing'} ..."
        )
    for (name, shape), fit in zip(shapes.items(), fits, strict=True):
        if not fit:
            _take(arrays, name, shape)  # says what is wrong
    generator = Generator(filters=width, num_blocks=blocks)
    left = dict(arrays)
    for layer in generator.layers:
        if isinstance(layer, InstanceNormalization):
            names = [f"{layer.name}.{part}" for part in ("scale", "shift")]
            shape = layer.gamma.shape
            layer.set_weights([_take(left, name, shape) for name in names])
        elif layer.weights:
            _port_convolution(layer, left)
    if left:
        raise ValueError(
            "Weights must be a CartoonGAN generator's, and nothing else. "
            f"Left over: {', '.join(sorted(left)[:4])}"
        )
    return generator


def _port_convolution(layer, left: dict) -> None:
    # OIHW -> HWIO for a convolution and IOHW -> HWOI for a transposed one: the same
    # axes.
    height, width, theirs_second, theirs_first = layer.kernel.shape
    shape = (theirs_first, theirs_second, height, width)
    kernel = _take(left, f"{layer.name}.weight", shape).transpose(2, 3, 1, 0)
    bias = _take(left, f"{layer.name}.bias", (layer.filters,))
    if layer.name == "conv01_1":
        kernel = kernel[:, :, ::-1, :]  # BGR in
    if layer.name == "deconv03_1":
        kernel, bias = kernel[..., ::-1], bias[::-1]  # BGR out
    layer.set_weights([kernel, bias] if layer.use_bias else [kernel])


def _take(left: dict, name: str, shape: tuple) -> np.ndarray:
    if name not in left:
        raise ValueError(f"Weights must hold {name}. It is missing")
    array = left.pop(name)
    if array.shape != tuple(shape) or array.dtype.kind != "f":
        raise ValueError(
            f"{name} must be floats of shape {tuple(shape)}. "
            f"Received: {array.dtype} of shape {array.shape}"
        )
    return array.astype(np.float32)
