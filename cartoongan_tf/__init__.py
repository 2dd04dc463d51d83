"""CartoonGAN in TensorFlow/Keras: train, export and embed photo-to-cartoon networks."""

import importlib

__version__ = "0.1.0"

# Loaded when first asked for: `--help` and a mistyped flag answer without TensorFlow.
_HOMES = {
    "Cartoonizer": "cartoonizer",
    "CartoonGAN": "cartoongan",
    "InitializationPhase": "cartoongan",
    "Generator": "generators",
    "PatchDiscriminator": "discriminators",
    "VGG19Features": "features",
    "InstanceNormalization": "layers",
    "ReflectionPadding2D": "layers",
    "PhotoGrid": "callbacks",
    "load_dataset": "data",
    "load_generator": "styles",
    "smooth_edges": "edges",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__():
    return sorted(__all__)
