"""Facts about finding lines of text."""

import numpy as np
from made_films import blank, subtitle, write_text

from cartoongan_tf.films.lettering import find_lines
from cartoongan_tf.samples import samples


def test_a_line_is_found_where_it_stands():
    page = write_text(blank(360, 640), ["Directed by Anna"], 30, 200, outline=0)
    (line,) = find_lines(page)
    assert 0.5 < line.top < line.bottom < 0.66
    assert abs((line.left + line.right) / 2 - 0.5) < 0.02
    assert line.letters >= 10 and line.fill > 200 and line.ground < 20


def test_dark_letters_on_light_are_found_too():
    page = write_text(blank(360, 640, 250), ["The End of It"], 40, 100, (0, 0, 0), 0)
    assert max(line.letters for line in find_lines(page)) >= 8


def test_subtitles_over_drawings_are_found_drawings_alone_are_not():
    found = wrong = 0
    for seed in range(12):
        cartoon = samples.draw_cartoon(seed, "hayao", 270, 480)
        text = subtitle(cartoon, "Where are you going, then?", share=0.07)
        found += any(line.letters >= 6 for line in find_lines(text))
        wrong += any(line.letters >= 6 for line in find_lines(cartoon))
    assert found >= 11 and wrong <= 1


def test_pictures_of_any_size_and_of_one_colour_have_no_lines():
    for shape in ((1, 1), (9, 300), (300, 9), (64, 64)):
        assert find_lines(np.full((*shape, 3), 90, np.uint8)) == []
