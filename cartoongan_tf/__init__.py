"""CartoonGAN in TensorFlow/Keras: train, export and embed photo-to-cartoon networks."""

import importlib
import importlib.util
import sys

__version__ = "0.1.0"

_HOMES = {
    "Cartoonizer": "inference.cartoonizer",
    "CartoonGAN": "models.cartoongan",
    "InitializationPhase": "models.cartoongan",
    "Generator": "networks.generators",
    "PatchDiscriminator": "networks.discriminators",
    "VGG19Features": "networks.features",
    "InstanceNormalization": "networks.layers",
    "ReflectionPadding2D": "networks.layers",
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
# files. Not so for `python -m cartoongan_tf.train` (`sys.argv[0]` is "-m" while it is
# looked for): a command loads TensorFlow itself, once it has found nothing wrong
# without. Nor where there is no TensorFlow: exported files run all the same.
_is_command = sys.argv[:1] == ["-m"] and f"{__name__}." in " ".join(sys.orig_argv)
if not _is_command and importlib.util.find_spec("tensorflow"):
    for _name in (
        "CartoonGAN",
        "PatchDiscriminator",
        "VGG19Features",
        "load_generator",
    ):
        importlib.import_module(f"{__name__}.{_HOMES[_name]}")
