"""Who is judged: styles, weights, runs, and folders of pictures drawn before."""

from pathlib import Path

import numpy as np

from cartoongan_tf.inference import styles
from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.pictures import images, paths
from cartoongan_tf.reports import costs

ASPECT = 0.02  # by how much a picture's shape may differ from its photo's


class Network:
    """A generator that draws the photos here and now.

    Args:
        name: On the page.
        kind: `style`, `weights`, `run` or `teacher`.
        weights: A style's name or a file's path.
        as_used: Draw as `cartoonize` does by default; else the network as it is.

    Raises:
        ValueError: When there are no such weights.
    """

    def __init__(self, name: str, kind: str, weights: str, as_used: bool = False):
        self.name, self.kind, self.weights = name, kind, str(weights)
        self.file = styles.find_weights(weights) if kind == "style" else Path(weights)
        given = weights if kind == "style" else self.file
        look = {} if as_used else {"draw_size": "full", "color": "style"}
        self._draw = Cartoonizer(given, **look)
        self.clock = costs.Clock()

    def lacks(self, key: str) -> bool:
        """Whether it has no picture of a photo."""
        return False

    def draw(self, key: str, photo: np.ndarray) -> np.ndarray:
        """Its picture of a photo, of the photo's size."""
        return self.clock.time(self._draw, photo)

    def describe(self) -> dict:
        """What a report says of it: the file, its hash, what it costs."""
        given = self.weights if self.kind == "style" else str(self.file)
        return {
            "file": str(self.file),
            "sha256": costs.digest(self.file) if self.file.is_file() else None,
            **costs.describe(given, self.file, self._draw.generator),
            **self.clock.describe(),
        }


class Folder:
    """Pictures that something drew of the photos before; they bear the photos' names.

    Args:
        name: On the page.
        folder: Of pictures, named as the photos are, suffixes aside; sub-folders too.

    Raises:
        ValueError: When the folder is absent or holds no picture.
    """

    kind = "pictures"

    def __init__(self, name: str, folder: str):
        self.name, self.folder = name, Path(folder)
        self.files, names = {}, {}
        for file in paths.find(folder):
            self.files[key_of(file, self.folder)] = file
            names.setdefault(paths.stem(file), []).append(file)
        # In no sub-folder, a photo of a sub-folder is found by its bare name.
        for stem, found in names.items():
            if len(found) == 1:
                self.files.setdefault(stem, found[0])
        self.used = {}

    def lacks(self, key: str) -> bool:
        """Whether it has no picture of a photo."""
        return self._find(key) is None

    def _find(self, key: str) -> Path | None:
        return self.files.get(key) or self.files.get(key.rsplit("/", 1)[-1])

    def draw(self, key: str, photo: np.ndarray) -> np.ndarray:
        """Its picture of a photo, brought to the photo's size.

        Raises:
            ValueError: When it cannot be read, or its shape is not the photo's.
        """
        file = self._find(key)
        picture = images.read(file).pixels
        (height, width), (tall, wide) = photo.shape[:2], picture.shape[:2]
        if abs(wide / tall * height / width - 1) > ASPECT:
            raise ValueError(
                "A picture must show the whole photo, in its shape. Received: "
                f"{wide}x{tall} of {width}x{height}: {file}"
            )
        self.used[key] = file
        if (tall, wide) == (height, width):
            return picture
        return images.resize(picture, height, width)

    def describe(self) -> dict:
        """What a report says of it: the files and their hashes, and their formats."""
        kinds = sorted({file.suffix.lower() for file in self.used.values()})
        return {
            "file": str(self.folder),
            "formats": kinds,
            "files": {key: costs.digest(file) for key, file in self.used.items()},
        }


def key_of(file: Path, folder: Path) -> str:
    """A photo's name in a report: its path below the folder, without the suffix."""
    place = file.relative_to(folder)
    return place.with_name(paths.stem(file)).as_posix()


def parse_pictures(texts: list[str]) -> list[tuple[str, str]]:
    """`NAME=DIR`, each, to pairs.

    Raises:
        ValueError: For what has not this form.
    """
    pairs = []
    for text in texts:
        name, equals, folder = text.partition("=")
        if not equals or not name.strip() or not folder:
            raise ValueError(f"`--pictures` must be NAME=DIR. Received: {text}")
        pairs.append((name.strip(), folder))
    return pairs


def names_apart(files: list[Path]) -> list[str]:
    """For each of several files the shortest end of its path that no other has."""
    parts = [Path(file).parts for file in files]
    names = []
    for own in parts:
        for length in range(1, len(own) + 1):
            end = own[-length:]
            if sum(other[-length:] == end for other in parts) == 1:
                break
        names.append("/".join(end).replace("//", "/"))
    return names
