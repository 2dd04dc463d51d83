"""What a request may ask for beside the style; the names are those of `cartoonize`."""

from dataclasses import asdict, dataclass

from cartoongan_tf.serving.refusals import Refusal, shown

NAMES = {
    "strength": "0 is the photo, 1 (the default) the cartoon",
    "draw-size": "auto (the default), full, or the long side in pixels, from 64, at "
    "which the network sees the photo",
    "color": "auto (the default), style, or photo",
    "keep-color": "1: the same as color=photo",
    "no-faces": "1: look for no faces",
    "max-size": "shrink the photo to this long side before",
    "format": "png, jpg or webp; by default the photo's own, or png",
}
FORMATS = {"png": ".png", "jpg": ".jpg", "jpeg": ".jpg", "webp": ".webp"}
TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
_COLORS = ("auto", "style", "photo")
_LEAST_SIZE = 64  # as `draw_sizes.LEAST`


@dataclass(frozen=True)
class Options:
    """How a photo is to be drawn and written.

    Args:
        strength: 0..1.
        draw_size: `auto`, `full` or pixels.
        color: `auto`, `style` or `photo`.
        faces: Whether they are looked for.
        max_size: Long side in pixels, or None.
        suffix: Of the result, `.png`, `.jpg` or `.webp`; None for the photo's.
    """

    strength: float = 1.0
    draw_size: str | int = "auto"
    color: str = "auto"
    faces: bool = True
    max_size: int | None = None
    suffix: str | None = None

    as_dict = asdict


def parse(given: list[tuple[str, str]], most: int) -> Options:
    """The options of a query, or of a form's fields.

    Args:
        given: Names and values; `_` may stand for `-`.
        most: The largest draw size that is allowed.

    Raises:
        Refusal: 400, when a name or a value is none that there is.
    """
    found = {}
    for name, value in given:
        name = name.replace("_", "-")
        if name not in NAMES:
            raise Refusal(
                400, f"An option must be {', '.join(NAMES)}. Received: {shown(name)}"
            )
        if name in found:
            raise Refusal(400, f"`{name}` must be given once. Received: twice")
        if value != "":  # a form's field that was left empty
            found[name] = value
    color = found.get("color", "auto")
    if color not in _COLORS:
        raise _wrong("color", "auto, style or photo", color)
    if _flag(found, "keep-color"):
        if color not in ("auto", "photo"):
            raise _wrong("keep-color", "given without another color", color)
        color = "photo"
    kind = found.get("format")
    if kind is not None and kind.lower() not in FORMATS:
        raise _wrong("format", "png, jpg or webp", kind)
    size = found.get("draw-size", "auto")
    if size not in ("auto", "full"):
        rule = f"auto, full, or {_LEAST_SIZE} to {most}"
        size = _whole(found, "draw-size", rule, _LEAST_SIZE, most)
    max_size = None
    if "max-size" in found:
        max_size = _whole(found, "max-size", "1 to 99999", 1, 99999)
    return Options(
        strength=_share(found.get("strength", "1")),
        draw_size=size,
        color=color,
        faces=not _flag(found, "no-faces"),
        max_size=max_size,
        suffix=None if kind is None else FORMATS[kind.lower()],
    )


def _share(text):
    try:
        number = float(text)
    except ValueError:
        raise _wrong("strength", "in 0..1", text) from None
    if not 0 <= number <= 1:
        raise _wrong("strength", "in 0..1", text)
    return number


def _whole(found, name, rule, least, most):
    text = found[name]
    good = text.isascii() and text.isdigit() and len(text) <= 5
    if not good or not least <= int(text) <= most:
        raise _wrong(name, rule, text)
    return int(text)


def _flag(found, name):
    value = found.get(name, "0").lower()
    if value not in ("0", "1", "true", "false", "on"):
        raise _wrong(name, "0 or 1", value)
    return value in ("1", "true", "on")


def _wrong(name, rule, value):
    return Refusal(400, f"`{name}` must be {rule}. Received: {shown(value)}")
