"""VGG16 and VGG19: their convolutions, and where their weights are had."""

import hashlib
import os
import warnings
import zipfile
from pathlib import Path

import keras
import numpy as np
from keras import layers

# Convolutions a block, and their channels. Of VGG16 the package has four blocks.
BLOCKS = {
    "vgg16": ((2, 64), (2, 128), (3, 256), (3, 512)),
    "vgg19": ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512)),
}
CLASSES = {"vgg16": "VGG16", "vgg19": "VGG19"}  # of keras.applications

# VGG16's ImageNet weights, kernels rounded to float16 (see NOTICE).
SHIPPED = Path(__file__).with_name("vgg16.npz")
SHIPPED_SHA256 = "89894148901d3c89be80853b4c05a66994358e3518cc4724488f41e16eadf57e"

WAYS_OUT = (
    "Ways out: run once with internet; `--content-network vgg16`, whose weights are in "
    "the package; or `--vgg-weights FILE` with "
    "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5 (Keras's releases on GitHub, "
    "fchollet/deep-learning-models) or your own .weights.h5"
)


class Unavailable(ValueError):
    """Weights that would have to be downloaded, and cannot be."""


def convolutions(network: str) -> tuple[str, ...]:
    """Names of a network's convolutions, in order: `block1_conv1` and so on."""
    return tuple(
        f"block{block}_conv{index}"
        for block, (depth, _) in enumerate(BLOCKS[network], 1)
        for index in range(1, depth + 1)
    )


def pools(network: str) -> tuple[str, ...]:
    """Names of a network's poolings, one after each block: `block1_pool` and so on."""
    return tuple(f"block{block}_pool" for block in range(1, len(BLOCKS[network]) + 1))


def convolve(network: str, x, names, seed: int, pooling, linear=(), dtype="float32"):
    """A network's layers up to the last of those named: what these answer.

    Args:
        network: One of `BLOCKS`.
        x: What `CaffePreprocessing` gave.
        names: Of `convolutions(network)` and `pools(network)`.
        seed: Of the weights, He-normal.
        pooling: Layer class, after each block.
        linear: Of `names`, those that are answered before their ReLU.
        dtype: Policy of the layers.

    Returns:
        A tensor for each of `names`.
    """
    found = {}
    for block, (depth, channels) in enumerate(BLOCKS[network], 1):
        for index in range(1, depth + 1):
            name = f"block{block}_conv{index}"
            found[name] = x = layers.Conv2D(
                channels,
                3,
                padding="same",
                activation=None if name in linear else "relu",
                kernel_initializer=keras.initializers.HeNormal(
                    seed=seed + 10 * block + index
                ),
                dtype=dtype,
                name=name,
            )(x)
            if set(names) <= set(found):
                return [found[name] for name in names]
            if name in linear:
                x = layers.ReLU(dtype=dtype, name=f"{name}_relu")(x)
        name = f"block{block}_pool"
        found[name] = x = pooling(2, dtype=dtype, name=name)(x)
        if set(names) <= set(found):
            return [found[name] for name in names]


def fill(network: str, weights: str | os.PathLike, model: keras.Model) -> None:
    """Gives a model of `convolve`'s layers the weights of a trained network.

    Args:
        network: One of `BLOCKS`.
        weights: `"imagenet"`: VGG16's come with the package, VGG19's are Keras's
            download, kept in `~/.keras`. Or a weights file: of `keras.applications`'
            network without its top (`.h5`, `.weights.h5`), or an `.npz` with arrays
            such as `block1_conv1/kernel` (HWIO) and `block1_conv1/bias`.
        model: With layers named as `convolutions(network)`.

    Raises:
        Unavailable: When they must be downloaded, and cannot be.
        ValueError: For weights that are cut short, changed or of another network.
    """
    wanted = {layer.name for layer in model.layers if layer.weights}
    if weights == "imagenet" and network == "vgg16":
        values = _read_npz(network, _check_shipped(), wanted)
    elif Path(weights).suffix == ".npz" and Path(weights).is_file():
        values = _read_npz(network, Path(weights), wanted)
    else:
        whole = _load_keras(network, weights)
        values = {layer.name: layer.get_weights() for layer in whole.layers}
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(values[layer.name])


def _check_shipped() -> Path:
    digest = ""
    if SHIPPED.is_file():
        digest = hashlib.sha256(SHIPPED.read_bytes()).hexdigest()
    if digest != SHIPPED_SHA256:
        raise ValueError(
            f"VGG16's weights in the package must have the sha256 "
            f"{SHIPPED_SHA256[:12]}... Received: {SHIPPED} "
            f"({f'{digest[:12]}...' if digest else 'no such file'}); install it again"
        )
    return SHIPPED


def _read_npz(network: str, path: Path, wanted) -> dict[str, list[np.ndarray]]:
    """Kernel and bias of each convolution up to the last wanted one, float32."""
    values, channels_in = {}, 3
    try:
        with np.load(path) as file:
            for name in convolutions(network):
                channels = BLOCKS[network][int(name[5]) - 1][1]
                kernel, bias = file[f"{name}/kernel"], file[f"{name}/bias"]
                shapes = (3, 3, channels_in, channels), (channels,)
                if (kernel.shape, bias.shape) != shapes:
                    raise ValueError(f"{name} has the shape {kernel.shape}")
                values[name] = [kernel.astype(np.float32), bias.astype(np.float32)]
                if not all(np.isfinite(each).all() for each in values[name]):
                    raise ValueError(f"{name} is not finite")
                channels_in = channels
                if wanted <= set(values):
                    break
    # A file cut short is no zip; one of another network lacks names or shapes.
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise _wrong_file(network, path, error) from error
    return values


def _load_keras(network: str, weights: str | os.PathLike) -> keras.Model:
    """Keras's own network without its top, with ImageNet's weights or a file's."""
    make = getattr(keras.applications, CLASSES[network])
    if weights == "imagenet":
        try:
            return make(include_top=False, weights="imagenet")
        except Exception as error:  # urllib's, ssl's, socket's, h5py's
            raise Unavailable(
                f"{CLASSES[network]}'s ImageNet weights cannot be downloaded "
                f"({error}). {WAYS_OUT}"
            ) from error
    path = Path(weights)
    if not path.is_file():
        raise ValueError(
            "`--vgg-weights` must be imagenet, random or a file that exists. "
            f"Received: {os.fspath(weights)}"
        )
    whole = make(include_top=False, weights=None)
    # Keras only warns of layers that a file leaves out: they would stay random.
    whole.set_weights([np.full(w.shape, np.nan, np.float32) for w in whole.weights])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            whole.load_weights(path)
        left_out = [w.path for w in whole.weights if np.isnan(w.numpy()).any()]
        if left_out:
            raise ValueError(f"it leaves out {left_out[0]}")
    except Exception as error:  # h5py's OSError, Keras's ValueError, KeyError
        raise _wrong_file(network, path, error) from error
    return whole


def _wrong_file(network: str, path: Path, error: Exception) -> ValueError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    return ValueError(
        "`--vgg-weights` must be a weights file of "
        f"keras.applications.{CLASSES[network]}(include_top=False): .h5, .weights.h5 "
        f"or .npz. Received: {path} ({reason})"
    )
