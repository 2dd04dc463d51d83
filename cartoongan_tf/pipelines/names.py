"""Which files a glob stands for, and what the cartoon of each is called.

Names of files are strings here, and need not be of this machine: `gs://bucket/a.jpg`.
"""

import unicodedata
from pathlib import PurePosixPath

from cartoongan_tf.pictures import paths

_MAGIC = "*?["


def patterns(text: str, is_folder: bool) -> list[tuple[str, str, bool]]:
    """What Beam must match for a glob or folder that was typed.

    Args:
        text: As typed.
        is_folder: Whether it names a folder: then all pictures below it.

    Returns:
        `(pattern, root, by_suffix)` each; the place of a picture is what follows
        `root`, and of a folder's files those alone are taken whose suffix is a
        picture's. Beam's `/**/` needs a folder between; here, as in Python and shells,
        it may stand for none.
    """
    if is_folder:
        root = text if text.endswith("/") else f"{text}/"
        return [(f"{root}**", root, True)]
    root = _root(text)
    found = [""]
    for index, part in enumerate(text.split("/**/")):
        joints = ("/**/", "/") if index else ("",)
        found = [f"{start}{joint}{part}" for start in found for joint in joints]
    return [(pattern, root, False) for pattern in found]


def _root(pattern: str) -> str:
    """The folders before the first that is a pattern, with `/` at the end."""
    magic = min((pattern.find(m) for m in _MAGIC if m in pattern), default=len(pattern))
    return pattern[: pattern.rfind("/", 0, magic) + 1]


def place_of(path: str, root: str, by_suffix: bool) -> str | None:
    """A file's place below its root; None for one that nobody meant.

    Hidden files are left out, and of a folder what bears no picture's suffix.
    """
    place = path[len(root) :].lstrip("/") if path.startswith(root) else path
    if any(part.startswith(".") for part in place.split("/")):
        return None
    if by_suffix and not place.lower().endswith(paths.READABLE):
        return None
    return place


def result_of(place: str) -> str:
    """The name that a cartoon would have if no other photo wanted it."""
    photo = PurePosixPath(place)
    suffix = photo.suffix.lower()
    suffix = suffix if suffix in paths.WRITABLE else ".png"
    return str(photo.with_name(paths.cut(paths.stem(photo), suffix)))


def key(result: str) -> str:
    """The same for names that some disks take for the same."""
    return unicodedata.normalize("NFC", result).casefold()


def settle(rivals: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Names for the results of photos that want the same one.

    Args:
        rivals: `(path, place)` each.

    Returns:
        `(path, result)` each, every path once, named as `paths.apart` names them.
    """
    rivals = sorted(dict(rivals).items())
    wanted = [PurePosixPath(result_of(place)) for _, place in rivals]
    given = paths.apart(wanted, [PurePosixPath(path) for path, _ in rivals])
    return [(path, str(name)) for (path, _), name in zip(rivals, given, strict=True)]
