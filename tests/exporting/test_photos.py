"""Facts about the photos that exports are chosen and reported on."""

import os

import pytest

from cartoongan_tf.exporting.photos import load_photos
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


@pytest.fixture
def folder(tmp_path):
    for number in range(6):
        picture = samples.draw_photo(number, 40, 32 + 4 * number)
        images.write(tmp_path / "a" / f"{number}.png", picture)
    return tmp_path / "a"


def names(photos):
    parts = (photos.calibration, photos.validation, photos.test)
    return [set(part.names) for part in parts]


def test_the_report_never_sees_what_was_chosen_on(folder):
    calibration, validation, test = names(load_photos(folder))
    assert calibration and validation and len(test) == 4
    assert not calibration & validation and not (calibration | validation) & test


def test_the_parts_are_the_same_each_time(folder):
    assert names(load_photos(folder)) == names(load_photos(folder))


def test_photos_are_squares_of_any_size_in_range(folder):
    photos = load_photos(folder).test.at(16)
    assert {photo.shape for photo in photos} == {(16, 16, 3)}
    assert all(-1 <= photo.min() < photo.max() <= 1 for photo in photos)


def test_a_folder_for_the_report_is_used_whole(folder, tmp_path):
    for number in range(3):
        picture = samples.draw_photo(50 + number, 40, 40)
        images.write(tmp_path / "b" / f"{number}.png", picture)
    photos = load_photos(folder, tmp_path / "b")
    assert len(photos.test.names) == 3
    assert len(photos.calibration.names) + len(photos.validation.names) == 6


@pytest.mark.slow
def test_photos_for_the_report_alone_are_reported_on_after_drawn_ones(folder):
    photos = load_photos(None, folder)
    assert len(photos.test.names) == 6
    assert all(name.startswith("drawn") for name in photos.calibration.names)


def test_a_photo_in_both_folders_is_refused_whatever_its_name(folder, tmp_path):
    same = images.read(folder / "3.png").pixels
    images.write(tmp_path / "b" / "other.png", same)
    with pytest.raises(ValueError, match="must not be one that was chosen on"):
        load_photos(folder, tmp_path / "b")


def test_too_few_photos_are_refused(tmp_path):
    images.write(tmp_path / "c" / "1.png", samples.draw_photo(1, 32, 32))
    with pytest.raises(ValueError, match="at least 3 photos.*Received: 1"):
        load_photos(tmp_path / "c")


def test_what_cannot_be_read_is_skipped_and_the_next_stands_in(folder):
    before = names(load_photos(folder))
    (folder / "bad.png").write_text("no picture")
    (folder / os.fsdecode(b"caf\xe9.png")).symlink_to("nowhere")
    with pytest.warns(UserWarning) as told:
        assert names(load_photos(folder)) == before
    assert sorted(str(w.message)[:8] for w in told) == ["Skipped."] * 2
