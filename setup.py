"""Packs the shipped weights into the package; the rest is said in pyproject.toml."""

from setuptools import find_packages, setup

# saved_models/ lies beside the package in a clone and inside it in a wheel. By names:
# what users put there, `paper.keras` or their own generators, is not ours to pack.
SHIPPED = (
    "light.keras", "light.onnx", "model.json", "card.md", "scores.json", "tflite/*"
)  # fmt: skip

setup(
    packages=[*find_packages(include=["cartoongan_tf*"]), "cartoongan_tf.saved_models"],
    package_dir={"cartoongan_tf.saved_models": "saved_models"},
    package_data={
        "cartoongan_tf.saved_models": [f"*/{name}" for name in SHIPPED],
        "cartoongan_tf.networks": ["vgg16.npz"],
        "cartoongan_tf.pictures": ["faces.tflite"],
        "cartoongan_tf.reports": ["page.html", "page.css", "page.js"],
    },
)
