"""What is done to pictures inside a TensorFlow graph: padded, rounded, turned upright.

Of arrays `pictures.images` says the same, of files `formats.decoders`.
"""

import tensorflow as tf

from cartoongan_tf.pictures import images, padding

# Segments that are looked through: a photo has some dozens, a PNG one for each part of
# its pixels. A file made of empty ones must not keep a server busy.
MOST_SEGMENTS = 4000
_TAG, _SHORT, _LONG = 0x0112, 3, 4  # TIFF 6.0, section 8; of an entry's types two
_COLUMNS, _ROWS, _TURNED = (2, 3, 6, 7), (3, 4, 7, 8), 5  # what each value mirrors


def pad_tensor(pictures):
    """`padding.pad` inside a TensorFlow graph, for exported networks.

    Args:
        pictures: `(batch, H, W, C)`, of sizes known or not. A size that the generator
            can take as it is adds nothing to the graph.
    """

    def indices(side):
        # nothing negative is divided: ONNX would round it the other way
        padded = (side + padding.MULTIPLE - 1) // padding.MULTIPLE * padding.MULTIPLE
        padded = tf.maximum(padding.SMALLEST, padded)
        period = tf.maximum(2 * (side - 1), 1)
        place = tf.range(padded) % period
        return tf.minimum(place, period - place)  # 0 1 2 1 0 1 ...: reflected

    for axis, side in enumerate(pictures.shape):
        if axis in (1, 2) and (
            side is None or side < padding.SMALLEST or side % padding.MULTIPLE
        ):
            places = indices(tf.shape(pictures)[axis])
            pictures = tf.gather(pictures, places, axis=axis)
    return pictures


def round_tensor(signed):
    """`images.to_uint8` inside a TensorFlow graph."""
    levels = tf.clip_by_value(tf.round(images.to_levels(signed)), 0.0, 255.0)
    return tf.cast(levels, tf.uint8)


def find_orientation(data):
    """The orientation that a picture file's EXIF tells.

    Args:
        data: A JPEG, PNG or WebP file; a string scalar. Of others, and of those whose
            EXIF is absent or broken, it is 1.

    Returns:
        int64 scalar. What is not in 2..8 means upright.
    """
    file = Bytes(tf.io.decode_raw(data, tf.uint8))
    place, size = tf.case(
        [
            (file.says(0, b"\xff\xd8\xff"), lambda: _find_in_jpeg(file)),
            (file.says(0, b"\x89PNG"), lambda: _find_in_png(file)),
            (file.says(8, b"WEBP"), lambda: _find_in_webp(file)),
        ],
        default=lambda: (_int(-1), _int(0)),
    )
    return tf.cond(place < 0, lambda: _int(1), lambda: _read(file.part(place, size)))


def turn_tensor(pixels, orientation):
    """Turns and mirrors a stored picture until it is upright.

    Args:
        pixels: `(H, W, C)`.
        orientation: From `find_orientation`.
    """

    def if_one_of(values, change, picture):
        applies = tf.reduce_any(tf.equal(orientation, values))
        return tf.cond(applies, lambda: change(picture), lambda: picture)

    turned = range(_TURNED, 9)
    pixels = if_one_of(turned, lambda p: tf.transpose(p, (1, 0, 2)), pixels)
    pixels = if_one_of(_COLUMNS, lambda p: p[:, ::-1], pixels)
    return if_one_of(_ROWS, lambda p: p[::-1], pixels)


class Bytes:
    """A file's bytes, and zeros after their end: nothing is read beyond it.

    Args:
        data: uint8 vector.
    """

    def __init__(self, data):
        self.size = tf.size(data, tf.int64)
        self._data = tf.concat([data, tf.zeros(16, tf.uint8)], 0)

    def number(self, at, count: int, little=False):
        """The number in up to eight bytes, the first the largest unless `little`."""
        at = tf.clip_by_value(tf.cast(at, tf.int64), 0, self.size)
        digits = tf.cast(tf.slice(self._data, [at], [count]), tf.int64)
        digits = tf.where(little, digits[::-1], digits)
        return tf.reduce_sum(digits * [256**n for n in reversed(range(count))])

    def says(self, at, text: bytes):
        """Whether these bytes stand there."""
        return tf.equal(self.number(at, len(text)), int.from_bytes(text, "big"))

    def part(self, at, size):
        """The bytes from there on, as many as there are."""
        at = tf.clip_by_value(at, 0, self.size)
        size = tf.clip_by_value(size, 0, self.size - at)
        return Bytes(tf.slice(self._data, [at], [size]))


def _int(value):
    return tf.constant(value, tf.int64)


def _walk(file, start: int, look):
    """Goes from segment to segment until one is EXIF.

    Args:
        file: `Bytes`.
        start: Where the first segment is.
        look: Of where a segment is, gives where the next one is, where EXIF begins in
            this one or -1, and how long that is.

    Returns:
        Where EXIF begins, or -1; how long it is.
    """

    def unfinished(at, place, size, steps):
        return (place < 0) & (at < file.size) & (steps < MOST_SEGMENTS)

    def step(at, place, size, steps):
        following, place, size = look(at)
        # never back, whatever a file says of its lengths
        return tf.maximum(following, at + 1), place, size, steps + 1

    first = (_int(start), _int(-1), _int(0), _int(0))
    return tf.while_loop(unfinished, step, first)[1:3]


def _find_in_jpeg(file):
    def look(at):
        marker, length = file.number(at, 2), file.number(at + 2, 2)
        is_exif = tf.equal(marker, 0xFFE1) & file.says(at + 4, b"Exif\0\0")
        padded = tf.equal(marker, 0xFFFF)  # one may be written with any number of 0xFF
        ends = (marker < 0xFF01) | tf.equal(marker, 0xFFDA) | tf.equal(marker, 0xFFD9)
        following = tf.where(padded, at + 1, at + 2 + length)
        following = tf.where(ends & ~padded, file.size, following)
        return following, tf.where(is_exif, at + 4, -1), length - 2

    return _walk(file, 2, look)


def _find_in_png(file):
    def look(at):
        length = file.number(at, 4)
        is_exif = file.says(at + 4, b"eXIf")
        return at + 12 + length, tf.where(is_exif, at + 8, -1), length

    return _walk(file, 8, look)


def _find_in_webp(file):
    def look(at):
        length = file.number(at + 4, 4, little=True)
        is_exif = file.says(at, b"EXIF")
        return at + 8 + length + length % 2, tf.where(is_exif, at + 8, -1), length

    return _walk(file, 12, look)


def _read(exif):
    """The orientation in a TIFF's first directory, 1 where none is."""
    start = tf.where(exif.says(0, b"Exif\0\0"), _int(6), _int(0))
    little = exif.says(start, b"II*\0")
    known = little | exif.says(start, b"MM\0*")

    def number(at, count):
        return exif.number(at, count, little)

    directory = start + number(start + 4, 4)
    # As many entries as it says and as there is room for: each has 12 bytes.
    room = tf.maximum(exif.size - directory - 2, 0) // 12
    count = tf.where(known, tf.minimum(number(directory, 2), room), 0)

    def is_other(index):
        return (index < count) & ~tf.equal(number(directory + 2 + 12 * index, 2), _TAG)

    (index,) = tf.while_loop(is_other, lambda index: (index + 1,), (_int(0),))
    entry = directory + 2 + 12 * index
    kind, values = number(entry + 2, 2), number(entry + 4, 4)
    value = tf.where(tf.equal(kind, _LONG), number(entry + 8, 4), number(entry + 8, 2))
    is_number = tf.equal(kind, _SHORT) | tf.equal(kind, _LONG)
    return tf.where((index < count) & is_number & tf.equal(values, 1), value, 1)
