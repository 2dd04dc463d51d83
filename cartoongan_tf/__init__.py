"""CartoonGAN in TensorFlow/Keras: train, export and embed photo-to-cartoon networks."""

import importlib
import importlib.abc
import importlib.util
import os
import sys

from cartoongan_tf import terminal

__version__ = "0.2.0"

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
    if name not in _WITHOUT_KERAS:
        _introduce()
    try:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name not in ("keras", "tensorflow"):
            raise
        raise ImportError(
            f"`{name}` needs TensorFlow and Keras ({error}): {terminal.TRAIN}"
        ) from error


def __dir__():
    return sorted(__all__)


# After `import cartoongan_tf`, Keras must know our classes, or it cannot load our
# files. They are introduced once Keras is there: many draw with a shipped style, which
# needs neither Keras nor TensorFlow and is ready in half a second. A command loads what
# it needs itself, once it has found nothing wrong without.
_WITHOUT_KERAS = ("Cartoonizer",)


def _introduce():
    if _is_command or not importlib.util.find_spec("tensorflow"):
        return
    for name in ("CartoonGAN", "PatchDiscriminator", "VGG19Features", "load_generator"):
        importlib.import_module(f"{__name__}.{_HOMES[name]}")


class _Introduction(importlib.abc.MetaPathFinder):
    """Finds Keras as the others do, and introduces our classes after its import."""

    def find_spec(self, name, path, target=None):
        """Answers for `keras` alone, and once."""
        if name != "keras" or self not in sys.meta_path:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            # One of our files that is half read imports it: it is known already, and
            # the rest come with the next name that is taken from this package.
            if not any(map(_is_half_read, list(sys.modules.items()))):
                _introduce()

        spec.loader.exec_module = exec_module
        return spec


def _is_half_read(item):
    name, module = item
    spec = getattr(module, "__spec__", None)
    return name.startswith(f"{__name__}.") and getattr(spec, "_initializing", False)


# `sys.argv[0]` is "-m" while `python -m` looks for a module.
_is_command = sys.argv[:1] == ["-m"] and any(
    word == __name__ or word.startswith(f"{__name__}.") for word in sys.orig_argv
)
# The script that pip makes, whatever the system.
_SCRIPTS = ("cartoongan", "cartoongan.exe", "cartoongan-script.py")
_is_command |= os.path.basename(sys.argv[0] if sys.argv else "") in _SCRIPTS
if "keras" in sys.modules:
    _introduce()
elif not _is_command:
    sys.meta_path.insert(0, _Introduction())
