"""The size at which a picture is drawn: how much the network leaves out.

It learnt at 256 pixels, where a face is small. A photo is therefore shown to it small,
and the cartoon is joined with the large photo afterwards (`joining.py`).
"""

import numpy as np

from cartoongan_tf.pictures.areas import average

LEAST = 64  # pixels: below it no drawing is left
USUAL = 480  # of a photo without faces
FACE = 95  # pixels: the height of the largest face when it is drawn
SMALLEST, LARGEST = 224, 720  # however large or small that face is
TINY = 40  # pixels: a face drawn smaller has no features; it gets a second pass
REACH = 1.0  # of a face's box, from its middle: here what is done for faces is 0
CORE = 0.65  # and up to here it is done in full


def check_draw_size(value):
    """`auto`, `full`, or a whole number of pixels from 64, also as text.

    Raises:
        ValueError: When it is none of them.
    """
    if isinstance(value, str) and value in ("auto", "full"):
        return value
    number = value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        number = int(value)
    whole = isinstance(number, (int, np.integer)) and not isinstance(number, bool)
    if not whole or number < LEAST:
        raise ValueError(
            f"`draw_size` must be auto, full, or a number of pixels from {LEAST}. "
            f"Received: draw_size={value}"
        )
    return int(number)


def choose(longest: int, faces: list) -> tuple[int, list]:
    """The long side at which a photo is drawn, and the faces that need a second pass.

    Args:
        longest: The photo's long side.
        faces: Of `faces.find_faces`, the largest first.
    """
    if not faces:
        return USUAL, []
    wanted = round(longest * FACE / faces[0].height)
    size = min(max(wanted, SMALLEST), LARGEST)
    scale = min(size, longest) / longest
    tiny = [face for face in faces if face.height * scale < TINY]
    again = size < 0.75 * USUAL and scale < 1  # else a second pass draws no larger
    return size, tiny if again else []


def shrink(photo: np.ndarray, longest: int, box=None) -> np.ndarray:
    """A uint8 photo by area average, its long side at most so many pixels.

    Args:
        photo: uint8 RGB.
        longest: Of the result.
        box: Height and width that the result must fit into as well.
    """
    height, width = photo.shape[:2]
    share = min(1.0, longest / max(height, width))
    if box is not None:
        share = min(share, box[0] / height, box[1] / width)
    if share == 1:
        return photo
    # Half a pixel is rounded up, as in other languages and unlike `round`.
    return average(photo, *(max(1, int(x * share + 0.5)) for x in (height, width)))


def weights(faces: list, photo, shape, top: int = 0, bottom: int | None = None):
    """Where faces are in some rows: float `(rows, width, 1)`, 0..1.

    1 within the faces, falling to 0 around them; None where no face reaches.

    Args:
        faces: In pixels of the photo.
        photo: Its shape.
        shape: That of the picture asked about, the photo or a smaller one.
        top: The first row.
        bottom: The row after the last; the picture's end by default.
    """
    bottom = shape[0] if bottom is None else bottom
    down_scale, across_scale = shape[0] / photo[0], shape[1] / photo[1]
    total = None
    for face in faces:
        x = (face.left + face.width / 2) * across_scale
        y = (face.top + face.height / 2) * down_scale
        wide, high = face.width * across_scale, face.height * down_scale
        if y + REACH * high < top or y - REACH * high > bottom:
            continue
        across = (np.arange(shape[1], dtype=np.float32) + 0.5 - x) / wide
        down = (np.arange(top, bottom, dtype=np.float32) + 0.5 - y) / high
        far = np.sqrt(across[None] ** 2 + down[:, None] ** 2)
        own = ((REACH - far) / (REACH - CORE)).clip(0, 1)
        total = own if total is None else np.maximum(total, own)
    return None if total is None or not total.any() else total[..., None]
