"""CartoonGAN in TensorFlow/Keras: train, export and embed photo-to-cartoon networks."""

import importlib
import importlib.util
import os
import sys

__version__ = "0.1.0"

_HOMES = {
    "Cartoonizer": "inference.cartoonizer",
    "CartoonGAN": "models.cartoongan",
    "InitializationPhase": "models.cartoongan",
    "Generator": "networks.generators",
    "PatchDiscriminator": "networks.discriminators",
    "VGG16Features": "networks.features",
    "VGG19Features": "networks.features",
    "InstanceNormalization": "networks.layers",
    "ReflectionPadding2D": "networks.layers",
    "StatisticsGenerator": "networks.statistics",
    "Palette": "networks.palettes",
    "PhotoGrid": "training.callbacks",
    "load_dataset": "data.batches",
    "load_generator": "inference.weights",
    "smooth_edges": "data.edges",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__():
    return sorted(__all__)


# After `import cartoongan_tf`, Keras must know our classes, or it cannot load our
# files. Not so for a command: it loads TensorFlow itself, once it has found nothing
# wrong without. Nor where there is no TensorFlow: exported files run all the same.
# `sys.argv[0]` is "-m" while `python -m` looks for a module.
_is_command = sys.argv[:1] == ["-m"] and any(
    word == __name__ or word.startswith(f"{__name__}.") for word in sys.orig_argv
)
# The script that pip makes, whatever the system.
_SCRIPTS = ("cartoongan", "cartoongan.exe", "cartoongan-script.py")
_is_command |= os.path.basename(sys.argv[0] if sys.argv else "") in _SCRIPTS
if not _is_command and importlib.util.find_spec("tensorflow"):
    for _name in (
        "CartoonGAN",
        "PatchDiscriminator",
        "VGG19Features",
        "load_generator",
    ):
        importlib.import_module(f"{__name__}.{_HOMES[_name]}")
