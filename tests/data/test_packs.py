"""Facts about pictures packed on disk."""

import os

import numpy as np
import pytest

from cartoongan_tf.data import batches, packs
from cartoongan_tf.data.lists import Pictures
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

PLENTY = 2**30


@pytest.fixture
def folder(tmp_path):
    for number in range(3):
        size = 40 + 8 * number, 64
        images.write(tmp_path / f"{number}.jpg", samples.draw_photo(number, *size))
    return tmp_path


def of(folder, short=36):
    return Pictures(sorted(folder.glob("*.jpg")), short)


def test_a_pack_holds_what_reading_gives(folder):
    read, packed = of(folder), of(folder)
    size = packs.pack(packed, folder / "packed", "photos", PLENTY)
    assert size == sum(read[n].nbytes for n in range(3))
    assert packed.is_kept and not read.is_kept
    for number in range(3):
        assert np.array_equal(packed[number], read[number])
        assert not packed[number].flags.owndata


def test_a_second_time_nothing_is_read(folder, monkeypatch):
    packs.pack(of(folder), folder / "packed", "photos", PLENTY)
    monkeypatch.setattr(images, "read", None)
    again = of(folder)
    assert packs.pack(again, folder / "packed", "photos", PLENTY)
    assert again[2].shape == (36, 41, 3)


def test_it_is_made_anew_where_a_file_the_size_or_the_pack_is_another(folder):
    place = folder / "packed"
    packs.pack(of(folder), place, "photos", PLENTY)
    images.write(folder / "1.jpg", samples.draw_photo(9, 48, 64))
    os.utime(folder / "1.jpg", ns=(1, 1))
    changed = of(folder)
    packs.pack(changed, place, "photos", PLENTY)
    assert np.array_equal(changed[1], of(folder)[1])
    smaller = of(folder, 24)
    packs.pack(smaller, place, "photos", PLENTY)
    assert smaller[0].shape == (24, 38, 3)
    wanted = smaller[0].copy()
    (place / "photos.pack").write_bytes(b"cut short")
    mended = of(folder, 24)
    packs.pack(mended, place, "photos", PLENTY)
    assert np.array_equal(mended[0], wanted)


def test_a_damaged_file_stays_damaged(folder):
    (folder / "1.jpg").write_text("no photo")
    with pytest.warns(UserWarning, match="1.jpg"):
        packs.pack(of(folder), folder / "packed", "photos", PLENTY)
    again = of(folder)
    packs.pack(again, folder / "packed", "photos", PLENTY)
    with pytest.warns(UserWarning, match="1.jpg"):
        assert again[1].shape == again[2].shape


def test_without_room_files_are_read_as_before_and_nothing_is_left(folder):
    pictures = of(folder)
    assert packs.pack(pictures, folder / "packed", "photos", 1000) == 0
    assert not list((folder / "packed").iterdir())
    assert not pictures.is_kept and pictures[0].shape == (36, 58, 3)


def test_batches_are_the_same_to_the_bit(tmp_path):
    for number in range(4):
        photo = samples.draw_photo(number, 60, 80)
        images.write(tmp_path / "photos" / f"{number}.jpg", photo)
        cartoon = samples.draw_cartoon(number, "hayao", 60, 80)
        images.write(tmp_path / "cartoons" / f"{number}.png", cartoon)
    found = [
        [
            [p.numpy() for p in batch]
            for batch in batches.load_dataset(
                tmp_path, 2, 32, cache_bytes=0, packed=packed
            )
        ]
        for packed in (False, True)
    ]
    for one, other in zip(*found, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert (tmp_path / "packed" / "smooth.pack").is_file()
