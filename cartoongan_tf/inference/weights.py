"""A generator's weights: found by file or style, read, and checked."""

import os
from pathlib import Path

import keras
import numpy as np

from cartoongan_tf import terminal
from cartoongan_tf.inference import styles
from cartoongan_tf.networks import attention, light
from cartoongan_tf.networks.generators import Generator


def load_generator(source: str | os.PathLike) -> keras.Model:
    """Loads a generator from a `.keras` file or a style's name, in Keras's safe mode.

    Args:
        source: The file; or the name of a style, such as `"paprika"`, whose weights
            `styles.find_weights` finds.

    Raises:
        ValueError: When the file is absent, no `.keras` file, damaged, or another
            network than a generator; when the style is unknown or has no weights yet.
    """
    # Imported, so that Keras knows them.
    assert light.LightGenerator and attention.AttentionGenerator
    path = Path(source)
    if not path.suffix and path.name == str(source) and not path.exists():
        path = styles.find_weights(str(source))
    if not path.is_file():
        raise ValueError(f"Weights must exist. No such file: {path}")
    if path.suffix != ".keras":
        raise ValueError(
            f"Weights must be a .keras file; `{terminal.command('convert')}` makes "
            f"one of published weights. Received: {path}"
        )
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # zipfile's, h5py's, json's, Keras's: all mean the same
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ValueError(
            f"Weights must be a whole .keras file of a generator. Received: {path} "
            f"({reason[0][:200]})"
        ) from error
    if not _maps_pictures(model):
        raise ValueError(
            "Weights must be a generator's: a picture in, one of its size out. "
            f"Received: {path}, a {type(model).__name__}"
        )
    return model


def _from_style(cls, style):
    """The generator whose weights lie under `saved_models/<style>/`.

    Raises:
        ValueError: When the style is unknown or has no weights yet.
    """
    return load_generator(styles.find_weights(style))


# Given to the class here: `networks`, where it is defined, knows nothing of styles.
Generator.from_style = classmethod(_from_style)


def _maps_pictures(model) -> bool:
    """Whether a model takes pictures of any size and gives finite ones of that size."""
    for shape in ((1, 8, 12, 3), (1, 16, 8, 3)):
        photo = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
        try:
            cartoon = np.asarray(model(photo))
        except Exception:  # whatever a network of another kind says to a picture
            return False
        if cartoon.shape != shape or not np.isfinite(cartoon).all():
            return False
    return True
