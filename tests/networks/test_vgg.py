"""Facts about where the weights of VGG networks are had."""

import re
import shutil

import keras
import numpy as np
import pytest

from cartoongan_tf.networks import vgg
from cartoongan_tf.networks.features import VGG16Features


def test_the_shipped_file_has_every_convolution_as_float16():
    with np.load(vgg.SHIPPED) as file:
        names = {name.split("/")[0] for name in file}
        kinds = {str(file[name].dtype) for name in file if name.endswith("kernel")}
    assert names == set(vgg.convolutions("vgg16"))
    assert kinds == {"float16"}
    assert vgg.SHIPPED.stat().st_size < 15.5e6


def test_shipped_weights_that_were_changed_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "vgg16.npz"
    shutil.copyfile(vgg.SHIPPED, path)
    with open(path, "r+b") as file:
        file.seek(5_000_000)
        file.write(b"x")
    monkeypatch.setattr(vgg, "SHIPPED", path)
    with pytest.raises(ValueError, match="must have the sha256.*Received.*vgg16.npz"):
        VGG16Features()
    monkeypatch.setattr(vgg, "SHIPPED", tmp_path / "absent.npz")
    with pytest.raises(ValueError, match="absent.npz .no such file."):
        VGG16Features()


def arrays(**changes):
    found, before = {}, 3
    for name in vgg.convolutions("vgg16"):
        channels = vgg.BLOCKS["vgg16"][int(name[5]) - 1][1]
        found[f"{name}/kernel"] = np.zeros((3, 3, before, channels), np.float16)
        found[f"{name}/bias"] = np.zeros(channels, np.float32)
        before = channels
    return {**found, **changes}


def test_an_npz_of_other_weights_is_taken(tmp_path):
    bias = np.arange(64, dtype=np.float32)
    np.savez(tmp_path / "own.npz", **arrays(**{"block1_conv1/bias": bias}))
    features = VGG16Features(tmp_path / "own.npz")
    assert np.array_equal(features.get_layer("block1_conv1").get_weights()[1], bias)


def nothing(path):
    path.write_bytes(b"")


def short(path):
    path.write_bytes(vgg.SHIPPED.read_bytes()[: 10**6])


def text(path):
    path.write_text("no weights")


def lacking(path):
    found = arrays()
    del found["block4_conv3/kernel"]
    np.savez(path, **found)


def of_vgg19(path):
    found, before = {}, 3
    for name in vgg.convolutions("vgg19"):
        channels = vgg.BLOCKS["vgg19"][int(name[5]) - 1][1]
        found[f"{name}/kernel"] = np.zeros((1, 1, before, channels), np.float16)
        found[f"{name}/bias"] = np.zeros(channels, np.float16)
        before = channels
    np.savez(path, **found)


def infinite(path):
    bias = np.full(64, np.inf, np.float32)
    np.savez(path, **arrays(**{"block1_conv1/bias": bias}))


@pytest.mark.parametrize("spoil", (nothing, short, text, lacking, of_vgg19, infinite))
def test_an_npz_that_is_no_vgg16_is_refused_in_one_line(spoil, tmp_path):
    path = tmp_path / "bad.npz"
    spoil(path)
    with pytest.raises(ValueError) as caught:
        VGG16Features(path)
    said = str(caught.value)
    assert re.match("`--vgg-weights` must be a weights file of .*VGG16", said)
    assert "Received" in said and "bad.npz" in said and "\n" not in said


def test_vgg19s_weights_are_none_of_vgg16(tmp_path):
    other = keras.applications.VGG19(include_top=False, weights=None)
    other.save_weights(tmp_path / "vgg19.weights.h5")
    with pytest.raises(ValueError, match="must be a weights file of .*VGG16"):
        VGG16Features(tmp_path / "vgg19.weights.h5")
