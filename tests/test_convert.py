"""Facts about the command that reads others' weights."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.networks.light import LightGenerator

GOLDENS = Path(__file__).resolve().parent / "goldens"


def test_a_pth_becomes_a_generator_that_answers_as_pytorch(command, tmp_path):
    source = GOLDENS / "narrow_zip.pth"
    result = command("convert", "authors", source, "--out", "n.keras")
    assert result.returncode == 0, result.stderr
    assert "4 filters, 8 blocks" in result.stdout
    golden = np.load(GOLDENS / "narrow_golden.npz")
    rgb = golden["bgr_input_nchw"].transpose(0, 2, 3, 1)[..., ::-1]
    answer = load_generator(tmp_path / "n.keras")(rgb).numpy()
    theirs = golden["bgr_output_nchw"].transpose(0, 2, 3, 1)[..., ::-1]
    assert np.abs(answer - theirs).max() < 1e-4


def test_nothing_is_overwritten_unasked(command, tmp_path, refused):
    (tmp_path / "n.keras").write_text("mine")
    arguments = ("authors", GOLDENS / "narrow_zip.pth", "--out", "n.keras")
    refused(command("convert", *arguments), "--overwrite", "n.keras")
    assert (tmp_path / "n.keras").read_text() == "mine"
    assert command("convert", *arguments, "--overwrite").returncode == 0


class Malicious:
    def __reduce__(self):
        return eval, ("__import__('pathlib').Path('ran').touch()",)


def test_a_malicious_pickle_is_refused_and_not_run(command, tmp_path, refused):
    (tmp_path / "evil.pth").write_bytes(pickle.dumps(Malicious()))
    result = command("convert", "authors", "evil.pth", "--out", "n.keras")
    refused(result, "only tensors are read", "eval", "evil.pth")
    assert {p.name for p in tmp_path.iterdir()} == {"evil.pth"}


def test_weights_of_another_architecture_are_refused(command, tmp_path, refused):
    np.savez(tmp_path / "other.npz", **{"fc.weight": np.zeros((2, 2), np.float32)})
    result = command("convert", "authors", "other.npz", "--out", "n.keras")
    refused(result, "must be a CartoonGAN generator's", "fc.weight")
    assert not (tmp_path / "n.keras").exists()


@pytest.mark.parametrize(
    "source, out, rule",
    [
        ("absent.npz", "n.keras", "must exist"),
        ("text.npz", "n.keras", "must hold plain numeric arrays"),
        ("text.npz", "n.h5", "`--out` must end in .keras"),
        ("text.npz", "text.npz/n.keras", "must be writable"),
    ],
)
def test_bad_names_are_refused(command, tmp_path, refused, source, out, rule):
    (tmp_path / "text.npz").write_text("no zip")
    refused(command("convert", "authors", source, "--out", out), rule)


def light(tmp_path, name, value, **shape):
    generator = LightGenerator(**{"width": 4, "trunk": 8, "num_blocks": 1, **shape})
    generator.set_weights([np.full_like(w, value) for w in generator.get_weights()])
    generator.save(tmp_path / name)


def test_a_mean_lies_between_its_generators(command, tmp_path):
    light(tmp_path, "one.keras", 0.0)
    light(tmp_path, "two.keras", 1.0)
    sources = "one.keras", "two.keras"
    result = command("convert", "mean", *sources, "--out", "both.keras")
    assert result.returncode == 0, result.stderr
    assert "both.keras: 1 blocks" in result.stdout
    weights = load_generator(tmp_path / "both.keras").get_weights()
    assert all((w == 0.5).all() for w in weights)
    shares = "--shares", 3, 1
    command("convert", "mean", *sources, "--out", "most.keras", *shares)
    weights = load_generator(tmp_path / "most.keras").get_weights()
    assert all((w == 0.25).all() for w in weights)


def test_a_mean_that_makes_no_sense_is_refused(command, tmp_path, refused):
    light(tmp_path, "one.keras", 0.0)
    light(tmp_path, "other.keras", 0.0, padding="reflect")
    mean = "convert", "mean", "--out", "n.keras", "one.keras"
    refused(command(*mean, "other.keras"), "of one shape", "other.keras", "padding")
    refused(command(*mean, "one.keras", "--shares", 1), "`shares`", "2 networks")
    refused(command(*mean, "absent.keras"), "absent.keras")
    arguments = ("authors", GOLDENS / "narrow_zip.pth", "--shares", 1)
    result = command("convert", *arguments, "--out", "n.keras")
    refused(result, "`--shares` must go with a mean", "authors")
    assert not (tmp_path / "n.keras").exists()
