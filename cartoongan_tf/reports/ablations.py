"""Training runs side by side: which of their flags differ."""

import json
from pathlib import Path

# What a run notes of itself, and nobody chooses to see the effect of.
ASIDE = {"pictures", "runs", "data", "style", "photos", "cartoons", "name"}


def read(folders: list[str]) -> list[dict]:
    """The plans of several runs.

    Args:
        folders: Each a run's, with `config.json` and `generator.keras`.

    Returns:
        A dict each: `folder`, `file` of the generator, and `flags`.

    Raises:
        ValueError: When one of them is no run, or has no generator yet.
    """
    runs = []
    for text in folders:
        folder = Path(text)
        config, generator = folder / "config.json", folder / "generator.keras"
        if not config.is_file():
            raise ValueError(
                f"A run must be a folder of `train`'s, with config.json. "
                f"Received: {text}"
            )
        if not generator.is_file():
            raise ValueError(
                "A run must have come as far as a generator.keras. "
                f"Received: {text}, without one"
            )
        try:
            flags = json.loads(config.read_text())
        except ValueError as error:
            raise ValueError(
                f"A run's config.json must be JSON. Received: {config}"
            ) from (error)
        runs.append({"folder": folder, "file": generator, "flags": flags})
    return runs


def differences(runs: list[dict]) -> dict[str, list]:
    """The flags in which runs differ, each with every run's value, in their order.

    A flag that an older run does not know has None there.
    """
    keys = sorted({key for run in runs for key in run["flags"]} - ASIDE)
    found = {}
    for key in keys:
        values = [run["flags"].get(key) for run in runs]
        if any(value != values[0] for value in values):
            found[key] = values
    return found
