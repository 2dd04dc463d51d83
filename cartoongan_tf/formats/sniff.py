"""What a file is, by its first bytes; its name may say nothing, or something else."""

import os
from pathlib import Path

HEAD = 512  # bytes that are looked at: an MPEG stream shows itself after 377

READ = ("JPEG", "PNG", "WebP", "BMP", "TIFF", "GIF", "HEIC", "AVIF")

FILM = "a film"
RAW = "a camera's raw file"
# Where, what stands there, and what the file is then. The first that fits.
_MAGIC = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    (8, b"WEBPVP8", "WebP"),
    (8, b"CR\x02", RAW),  # a TIFF, were it not for this
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"II+\0", "TIFF"),  # BigTIFF
    (0, b"MM\0+", "TIFF"),
    (0, b"IIU\0", RAW),
    (0, b"IIRO", RAW),
    (0, b"FUJIFILMCCD-RAW", RAW),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"\xff\x0a", "a JPEG XL file"),
    (4, b"JXL \r\n", "a JPEG XL file"),
    (4, b"jP  \r\n", "a JPEG 2000 file"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 file"),
    (0, b"\x76\x2f\x31\x01", "an OpenEXR file"),
    (0, b"#?RADIANCE", "a Radiance file"),
    (0, b"\0\0\1\0", "an icon"),
    (0, b"gimp xcf", "a GIMP file"),
    (0, b"%PDF", "a PDF"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"<svg", "an SVG"),
    (0, b"PK\3\4", "an archive"),
    (0, b"Rar!", "an archive"),
    (0, b"\x1f\x8b", "an archive"),
    (8, b"AVI ", FILM),
    (8, b"AVIX", FILM),
    (0, b"\x1aE\xdf\xa3", FILM),  # Matroska, WebM
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", FILM),  # ASF, WMV
    (0, b".RMF", FILM),  # RealMedia
    (0, b"FLV\x01", FILM),
    (0, b"\0\0\1\xba", FILM),  # MPEG program stream
    (0, b"\0\0\1\xb3", FILM),  # MPEG-1 and MPEG-2 video alone
    (0, b"\0\0\1\xb0", FILM),  # MPEG-4 video alone
    (0, b"\0\0\0\1\x67", FILM),  # H.264 alone: its settings, or a mark before them
    (0, b"\0\0\1\x67", FILM),
    (0, b"\0\0\0\1\x27", FILM),
    (0, b"\0\0\0\1\x09", FILM),
    (0, b"\0\0\1\x09", FILM),
    (0, b"\0\0\0\1\x40\1", FILM),  # H.265 alone
    (0, b"\0\0\0\1\x42\1", FILM),
    (0, b"YUV4MPEG2", FILM),
    (0, b"DKIF", FILM),
    (4, b"moov", FILM),
    (4, b"mdat", FILM),
    (4, b"wide", FILM),
)
_HEVC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx")
_BMP_HEADERS = range(12, 125)  # bytes; what else begins with BM is none


def kind(head: bytes) -> str:
    """One of `READ`, or in words what else these first bytes begin.

    Args:
        head: The first `HEAD` bytes of a file, or all of them.
    """
    if not head:
        return "an empty file"
    for at, magic, name in _MAGIC:
        if head.startswith(magic, at):
            return name
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    if head[4:8] == b"ftyp":
        return _kind_of_boxes(head)
    for at, step in ((0, 188), (4, 192)):  # MPEG transport stream, and a disc's
        if len(head) > at + 2 * step and head[at::step][:3] == b"GGG":
            return FILM
    return "text" if _is_text(head) else "other content"


def _kind_of_boxes(head: bytes) -> str:
    """HEIC, AVIF and films begin alike: with a box that lists what they conform to."""
    end = min(len(head), int.from_bytes(head[:4], "big"))
    brands = [head[at : at + 4] for at in (8, *range(16, end - 3, 4))]
    if brands[0] == b"crx ":
        return RAW
    if brands[0] in (b"avif", b"avis"):
        return "AVIF"
    if brands[0] in _HEVC:
        return "HEIC"
    if brands[0] in (b"mif1", b"msf1", b"miaf"):  # says no more than "a picture"
        return "AVIF" if b"avif" in brands or b"avis" in brands else "HEIC"
    return "a sound file" if brands[0].startswith(b"M4A") else FILM


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # cut within a letter
    return True


def look(path: str | os.PathLike) -> str:
    """`kind` of a file; one that cannot be read, and a device, is `other content`."""
    try:
        if not Path(path).is_file():  # reading a pipe would wait for ever
            return "other content"
        with open(path, "rb") as file:
            return kind(file.read(HEAD))
    except OSError:
        return "other content"
