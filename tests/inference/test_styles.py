"""Facts about styles and where their weights are."""

import pytest

from cartoongan_tf.inference import styles


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty working folder, and no weights beside the package."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(styles, "HOME", tmp_path / "nowhere")
    return tmp_path


def test_those_in_the_box_are_known_and_every_folder_of_data(home):
    (home / "data" / "mine").mkdir(parents=True)
    (home / "data" / ".cache").mkdir()
    known = styles.list_styles()
    assert known == ["hayao", "hosoda", "mine", "paprika", "pepper", "shinkai"]
    with pytest.raises(ValueError, match="mine, .*free for all: pepper; .*ghibli"):
        styles.check_style("ghibli")


def test_a_style_without_weights_says_how_to_get_them(home):
    with pytest.raises(ValueError, match="train --style hosoda --install.*convert"):
        styles.find_weights("hosoda")


def test_trained_weights_come_before_converted_ones(home):
    folder = home / "saved_models" / "hayao"
    folder.mkdir(parents=True)
    (folder / "paper.keras").touch()
    assert styles.find_weights("hayao").name == "paper.keras"
    (folder / "light.keras").touch()
    assert styles.find_weights("hayao").name == "light.keras"
    (folder / "generator.keras").touch()
    assert styles.find_weights("hayao").name == "generator.keras"
    assert styles.find_weights("hayao", "paper").name == "paper.keras"


def test_the_large_network_is_asked_for_by_name(home):
    (home / "saved_models" / "hayao").mkdir(parents=True)
    (home / "saved_models" / "hayao" / "light.keras").touch()
    with pytest.raises(ValueError, match="no large weights for style hayao.*convert"):
        styles.find_weights("hayao", "paper")
    with pytest.raises(ValueError, match="one of default, paper. Received: best"):
        styles.find_weights("hayao", "best")


def test_an_installed_package_has_its_weights_in_it(home, monkeypatch):
    packaged = home / "site-packages" / "saved_models"
    (packaged / "hayao").mkdir(parents=True)
    (packaged / "hayao" / "light.keras").touch()
    monkeypatch.setattr(styles, "PACKAGED", packaged)
    assert styles.find_weights("hayao") == packaged / "hayao" / "light.keras"
    assert styles.install_path("hayao").parts[0] == "saved_models"


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
