"""Facts about what globs stand for and what results are called."""

import pytest

from cartoongan_tf.pipelines import names


def test_a_folder_stands_for_all_pictures_below_it():
    assert names.patterns("a/b", True) == [("a/b/**", "a/b/", True)]
    assert names.patterns("gs://b/x/", True) == [("gs://b/x/**", "gs://b/x/", True)]


@pytest.mark.parametrize(
    "text, root, patterns",
    [
        ("photos/*.jpg", "photos/", ["photos/*.jpg"]),
        ("*.jpg", "", ["*.jpg"]),
        ("photos/a.jpg", "photos/", ["photos/a.jpg"]),
        ("p/x[12]/*.jpg", "p/", ["p/x[12]/*.jpg"]),
        ("gs://b/**/*.jpg", "gs://b/", ["gs://b/**/*.jpg", "gs://b/*.jpg"]),
        (
            "p/**/x/**/*.jpg",
            "p/",
            ["p/**/x/**/*.jpg", "p/**/x/*.jpg", "p/x/**/*.jpg", "p/x/*.jpg"],
        ),
    ],
)
def test_two_stars_stand_for_no_folder_too(text, root, patterns):
    found = names.patterns(text, False)
    assert sorted(pattern for pattern, *_ in found) == sorted(patterns)
    assert {(root_, by_suffix) for _, root_, by_suffix in found} == {(root, False)}


@pytest.mark.parametrize(
    "path, by_suffix, place",
    [
        ("photos/2020/a.jpg", True, "2020/a.jpg"),
        ("photos/A.HEIC", True, "A.HEIC"),
        ("photos/notes.txt", True, None),
        ("photos/notes.txt", False, "notes.txt"),
        ("photos/.hidden.jpg", False, None),
        ("photos/.bulk-1/a.jpg", True, None),
    ],
)
def test_a_photos_place_is_below_what_was_named(path, by_suffix, place):
    assert names.place_of(path, "photos/", by_suffix) == place


@pytest.mark.parametrize(
    "place, result",
    [
        ("2020/a.jpg", "2020/a.jpg"),
        ("a.JPEG", "a.jpeg"),
        ("a.heic", "a.png"),
        ("Picture at 9.10", "Picture at 9.10.png"),
    ],
)
def test_results_are_named_as_cartoonize_names_them(place, result):
    assert names.result_of(place) == result


def test_photos_that_want_one_name_get_each_its_own():
    rivals = [("p/star.gif", "star.gif"), ("p/star.png", "star.png")]
    settled = [("p/star.gif", "star_gif.png"), ("p/star.png", "star.png")]
    assert names.settle(rivals) == settled
    assert names.settle([*reversed(rivals), *rivals]) == settled  # in any order, once
    same = [("a/x.jpg", "x.jpg"), ("b/x.jpg", "x.jpg")]
    assert len({name for _, name in names.settle(same)}) == 2


def test_names_that_a_disk_takes_for_one_have_one_key():
    assert names.key("A/Ä.png") == names.key("a/a\u0308.png")
