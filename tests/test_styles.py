"""Facts about styles and where their weights are."""

import json
import zipfile

import keras
import numpy as np
import pytest

from cartoongan_tf import styles
from cartoongan_tf.generators import Generator


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty working folder, and no weights beside the package."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(styles, "HOME", tmp_path / "nowhere")
    return tmp_path


def test_the_papers_four_are_known_and_every_folder_of_data(home):
    (home / "data" / "mine").mkdir(parents=True)
    (home / "data" / ".cache").mkdir()
    known = styles.list_styles()
    assert known == ["hayao", "hosoda", "mine", "paprika", "shinkai"]
    with pytest.raises(ValueError, match="hosoda, mine, paprika.*ghibli"):
        styles.check_style("ghibli")


def test_a_style_without_weights_says_how_to_get_them(home):
    with pytest.raises(ValueError, match="train --style hosoda --install.*convert"):
        styles.find_weights("hosoda")


def test_trained_weights_come_before_converted_ones(home):
    folder = home / "saved_models" / "hayao"
    folder.mkdir(parents=True)
    (folder / "paper.keras").touch()
    assert styles.find_weights("hayao").name == "paper.keras"
    (folder / "generator.keras").touch()
    assert styles.find_weights("hayao").name == "generator.keras"


def test_installing_keeps_the_earlier_ones(home):
    source = home / "new.keras"
    for text in ("one", "two", "three"):
        source.write_text(text)
        assert styles.install(source, "mine").read_text() == text
    folder = home / "saved_models" / "mine"
    contents = {path.name: path.read_text() for path in folder.iterdir()}
    assert contents == {
        "generator.keras": "three",
        "generator-1.keras": "one",
        "generator-2.keras": "two",
    }
    assert styles.find_weights("mine").read_text() == "three"


def test_a_saved_generator_loads(tmp_path):
    generator = Generator(2, 1)
    generator.save(tmp_path / "g.keras")
    loaded = styles.load_generator(tmp_path / "g.keras")
    for a, b in zip(loaded.get_weights(), generator.get_weights(), strict=True):
        assert np.array_equal(a, b)


def test_bad_weights_are_named_with_the_rule(tmp_path):
    Generator(2, 1).save(tmp_path / "cut.keras")
    whole = (tmp_path / "cut.keras").read_bytes()
    (tmp_path / "cut.keras").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.keras").write_text("no weights")
    (tmp_path / "w.npz").touch()
    classifier = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    classifier.save(tmp_path / "classifier.keras")
    for name, rule in (
        ("absent.keras", "must exist"),
        ("cut.keras", "must be a whole .keras file"),
        ("text.keras", "must be a whole .keras file"),
        ("w.npz", "must be a .keras file; .*convert"),
        ("classifier.keras", "must be a generator's"),
    ):
        with pytest.raises(ValueError, match=f"{rule}.*{name}") as error:
            styles.load_generator(tmp_path / name)
        assert "\n" not in str(error.value)


def test_code_in_a_keras_file_is_not_run(tmp_path):
    model = keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.Lambda(lambda x: x * 2)]
    )
    model.save(tmp_path / "lambda.keras")
    with pytest.raises(ValueError, match="lambda.keras"):
        styles.load_generator(tmp_path / "lambda.keras")


def test_weights_of_other_shapes_than_the_config_are_refused(tmp_path):
    Generator(2, 1).save(tmp_path / "a.keras")
    with zipfile.ZipFile(tmp_path / "a.keras") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    config["config"]["filters"] = 3
    parts["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(tmp_path / "b.keras", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match="b.keras"):
        styles.load_generator(tmp_path / "b.keras")
