"""The command that draws resources/: what Python makes of small pictures."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image

from cartoongan_tf.pictures import images, padding
from cartoongan_tf.pictures.faces import find_faces
from cartoongan_tf.samples import samples

HERE = Path(__file__).resolve().parent / "resources"


def main():
    """Writes the pictures and, for every turn, a file that EXIF says to turn so."""
    HERE.mkdir(exist_ok=True)
    photo = samples.draw_photo(3, 61, 97)
    images.write(HERE / "photo.png", photo)
    images.write(HERE / "scene.jpg", samples.draw_photo(11, 384, 512))
    # so small that it is reflected several times
    images.write(HERE / "small.png", photo[:12, :20])
    images.write(HERE / "padded.png", padding.pad(photo[:12, :20], smallest=(64, 64)))
    # Grace Hopper by the US Navy: public domain
    portrait = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    shutil.copy(portrait, HERE / "portrait.jpg")
    (face,) = find_faces(images.read(portrait).pixels)
    box = {key: value for key, value in asdict(face).items() if key != "points"}
    (HERE / "face.json").write_text(json.dumps(box, indent=2) + "\n")
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        for suffix in (".png", ".jpg", ".webp"):
            path = HERE / f"turn{orientation}{suffix}"
            Image.fromarray(photo[:5, :7]).save(path, exif=exif)
        upright = images.read(HERE / f"turn{orientation}.png").pixels
        images.write(HERE / f"upright{orientation}.png", np.ascontiguousarray(upright))
    # as phones write it: JFIF first, big-endian EXIF, fill bytes before the marker
    entry = bytes.fromhex("00010112 0003 00000001 0006000000000000")
    block = b"Exif\0\0MM\0*" + (8).to_bytes(4, "big") + entry
    jpeg = (HERE / "turn1.jpg").read_bytes()
    length = (len(block) + 2).to_bytes(2, "big")
    app0 = 2 + 2 + int.from_bytes(jpeg[4:6], "big")
    (HERE / "phone.jpg").write_bytes(
        jpeg[:app0] + b"\xff\xff\xff\xe1" + length + block + jpeg[app0:]
    )


if __name__ == "__main__":
    main()
