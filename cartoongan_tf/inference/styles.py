"""The styles: which there are, and where the weights of each are."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from cartoongan_tf import terminal
from cartoongan_tf.pictures import paths

# Beside the package in a clone, in it where it was installed from a wheel; where there
# is one, the working folder's comes first.
HOME = Path(__file__).resolve().parents[2] / "saved_models"
PACKAGED = Path(__file__).resolve().parents[1] / "saved_models"

# What each quality looks for, in order. `default`: trained here and installed by `train
# --install`; the light one that is shipped; the authors' large network. `paper`: that
# last one, put there by `convert`.
QUALITIES = {
    "default": ("generator.keras", "light.keras", "paper.keras"),
    "paper": ("paper.keras",),
}


@dataclass(frozen=True)
class Style:
    """One artist's style.

    Args:
        name: What it is asked for by.
        source: Whose pictures it was learnt from.
        terms: What its shipped weights may be used for.
    """

    name: str
    source: str
    terms: str = "research and non-commercial use"


# Made here, by this project's own training, from pictures under free licences.
OWN = {
    "pepper": Style(
        "pepper",
        "Pepper&Carrot by David Revoy, CC BY 4.0",
        "free for all: use it, change it, sell what it draws; name David Revoy and "
        "www.peppercarrot.com (CC BY 4.0) where you pass the weights on",
    )
}
DEFAULT = "pepper"  # drawn where nobody names a style
# The paper's, taught by its authors' networks.
STYLES = {
    style.name: style
    for style in (
        Style("shinkai", "short films of Makoto Shinkai"),
        Style("hosoda", "films of Mamoru Hosoda"),
        Style("hayao", "Hayao Miyazaki, Spirited Away"),
        Style("paprika", "Satoshi Kon, Paprika"),
    )
}


def list_styles(data: str | os.PathLike = "data") -> list[str]:
    """Names of the styles: those in the box, and all that have data or weights."""
    names = {*OWN, *STYLES}
    for root in (Path(data), *_homes()):
        if root.is_dir():
            names |= {
                folder.name
                for folder in root.iterdir()
                if folder.is_dir() and not folder.name.startswith(".")
            }
    return sorted(names)


def check_style(style: str, data: str | os.PathLike = "data") -> None:
    """Checks that a style is known.

    Raises:
        ValueError: For any other name; the message lists the known ones.
    """
    known = list_styles(data)
    if style not in known:
        raise ValueError(
            f"`--style` must be one of {', '.join(known)} (free for all: "
            f"{', '.join(OWN)}; research only: {', '.join(sorted(STYLES))}), or a "
            f"folder in {data}/. Received: {style}"
        )


def find_weights(style: str, quality: str = "default") -> Path:
    """The generator of a style, under `saved_models/<style>/`.

    Args:
        style: Its name.
        quality: Of `QUALITIES`.

    Raises:
        ValueError: For an unknown style, or one without such weights yet; the message
            says how to get them.
    """
    check_style(style)
    if quality not in QUALITIES:
        raise ValueError(
            f"`quality` must be one of {', '.join(QUALITIES)}. Received: {quality}"
        )
    for home in _homes():
        for name in QUALITIES[quality]:
            if (home / style / name).is_file():
                return home / style / name
    wanted = "large weights" if quality == "paper" else "weights"
    train = f"Train it: `{terminal.command('train')} --style {style} --install`. "
    raise ValueError(
        f"There are no {wanted} for style {style} yet. "
        f"{train if quality == 'default' else ''}"
        f"Convert the authors': `{terminal.command('convert')} authors FILE --out "
        f"saved_models/{style}/paper.keras`. Or name a file with --weights"
    )


LIVE = "int8-statistics", "int8"  # variants for moving pictures, the better one first


def list_int8(folder: Path, variant: str = "int8") -> list[tuple[int, Path]]:
    """Sides and files of the int8 `.tflite` in a style's folder, the smallest first."""
    try:
        entries = json.loads((folder / "model.json").read_text())["models"]
    except FileNotFoundError:
        return []
    return sorted(
        (entry["input"]["shape"][1], folder / entry["file"])
        for entry in entries
        if entry["variant"] == variant
    )


def install(generator: str | os.PathLike, style: str) -> Path:
    """Copies a trained generator to where `find_weights` finds it first.

    An earlier one stays beside it, as `generator-1.keras`, `generator-2.keras` ...

    Returns:
        Where it is now.
    """
    path = install_path(style)
    with paths.replacing(path) as temporary:
        shutil.copyfile(generator, temporary)
        if path.exists():
            number = 1
            while (old := path.with_stem(f"{path.stem}-{number}")).exists():
                number += 1
            os.replace(path, old)
    return path


def install_path(style: str) -> Path:
    """Where `install` puts a style's generator.

    Raises:
        ValueError: When it cannot be written there.
    """
    own = (Path("saved_models"), HOME)  # never into an installed package
    home = next((home for home in own if home.is_dir()), own[0])
    return paths.check_folder(home / style) / QUALITIES["default"][0]


def _homes() -> tuple[Path, ...]:
    return Path("saved_models"), HOME, PACKAGED
