"""A network's weights as float16 arrays in files of bounded size, and back.

A machine that trains without TensorFlow, under another backend of Keras, hands its
networks on this way.
"""

import json
import zipfile
from pathlib import Path

import keras
import numpy as np

from cartoongan_tf.networks import generators, light

MOST_BYTES = 15_000_000  # of one file
HEAD = "network"  # the array that says which network it is, as JSON
GENERATORS = {
    cls.__name__: cls
    for cls in (generators.Generator, generators.ResnetGenerator, light.LightGenerator)
}


def write_arrays(network, stem: Path, most_bytes: int = MOST_BYTES) -> list[Path]:
    """Writes a network's weights, rounded to float16, to `STEM-1.npz`, `STEM-2.npz` ...

    Args:
        network: A `keras.Model` with `get_config`.
        stem: Path without number and suffix.
        most_bytes: Of arrays in one file.

    Returns:
        The files. Each says in `network` which network it is of, and of how many parts.

    Raises:
        ValueError: For a weight that float16 cannot hold, or that is no number.
    """
    parts, used = [{}], 0
    for number, weight in enumerate(network.weights):
        value = np.asarray(keras.ops.convert_to_numpy(weight), np.float32)
        with np.errstate(over="ignore"):
            half = value.astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError(
                "Weights must be finite, and of at most 65,504. Received: "
                f"{weight.path}, {np.abs(value).max():g} the largest"
            )
        if used and used + half.nbytes > most_bytes:
            parts.append({})
            used = 0
        parts[-1][f"{number:04d}"] = half
        used += half.nbytes
    head = {
        "class": type(network).__name__,
        "config": network.get_config(),
        "parts": len(parts),
    }
    paths = []
    for number, part in enumerate(parts, 1):
        path = stem.with_name(f"{stem.name}-{number}.npz")
        said = json.dumps({**head, "part": number})
        np.savez(path, **{HEAD: np.array(said)}, **part)
        paths.append(path)
    return paths


def read_values(paths) -> tuple[dict, list[np.ndarray]]:
    """What `write_arrays` wrote: the network's class and config, and its weights.

    Args:
        paths: All parts of one network, in any order.

    Returns:
        The dictionary of `class` and `config`, and float32 arrays in the network's
        order.

    Raises:
        ValueError: When a part is missing, damaged or of another network.
    """
    heads, values = {}, {}
    for path in map(Path, paths):
        try:
            with np.load(path) as file:
                head = json.loads(str(file[HEAD]))
                part = {name: file[name] for name in file.files if name != HEAD}
        # No file, no zip, cut short, no such array, no JSON.
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"Weights must be whole .npz files of `write_arrays`. Received: {path} "
                f"({error})"
            ) from error
        heads[head.pop("part")] = head
        values |= part
    first = next(iter(heads.values()))
    if any(head != first for head in heads.values()):
        raise ValueError(
            "All parts must be of one network. Received: "
            f"{', '.join(map(str, paths))}, which are of several"
        )
    missing = sorted(set(range(1, first["parts"] + 1)) - set(heads))
    if missing:
        raise ValueError(
            f"All {first['parts']} parts must be there. Received: none of "
            f"{', '.join(map(str, missing))}"
        )
    ordered = [values[name].astype(np.float32) for name in sorted(values)]
    return {"class": first["class"], "config": first["config"]}, ordered


def read_generator(paths) -> keras.Model:
    """The generator of files that `write_arrays` wrote, float32.

    Raises:
        ValueError: When the files are not all parts of a generator of ours.
    """
    head, values = read_values(paths)
    if head["class"] not in GENERATORS:
        raise ValueError(
            f"Weights must be of a {' or '.join(GENERATORS)}. Received: those of a "
            f"{head['class']}"
        )
    config = {**head["config"], "dtype": "float32"}
    generator = GENERATORS[head["class"]].from_config(config)
    try:
        generator.set_weights(values)
    except ValueError as error:
        raise ValueError(
            f"Weights must fit their network. Received: {error}"
        ) from error
    return generator
