"""The command that draws the start screen's pictures: the page's temple in each style.

    python mobile/android/app/make_samples.py [STYLE ...]

Writes src/main/res/drawable-nodpi/sample_STYLE.webp, 480 pixels wide, for the styles
under saved_models/. `StartTest` draws them again by the app's own code and compares.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PHOTO = ROOT / "mobile/web/src/samples/temple.jpg"
WIDTH = 480  # pixels
QUALITY = 80


def main(styles):
    """Draws the photo by each style's file for photos, and writes it small."""
    out = HERE / "src/main/res/drawable-nodpi"
    out.mkdir(parents=True, exist_ok=True)
    found = sorted(ROOT.glob("saved_models/*/tflite/*_512_float16.tflite"))
    for model in found:
        style = model.parents[1].name
        if styles and style not in styles:
            continue
        with tempfile.TemporaryDirectory() as folder:
            drawn = Path(folder) / "drawn.png"
            command = [sys.executable, "-m", "cartoongan_tf.cartoonize", str(PHOTO)]
            command += ["--weights", str(model), "--out", str(drawn)]
            subprocess.run(command, check=True, cwd=ROOT)
            with Image.open(drawn) as cartoon:
                size = (WIDTH, round(WIDTH * cartoon.height / cartoon.width))
                small = cartoon.convert("RGB").resize(size, Image.Resampling.BOX)
        path = out / f"sample_{style}.webp"
        small.save(path, quality=QUALITY, method=6)
        print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
