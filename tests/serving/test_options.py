"""Facts about what a request may ask for, and about bounds."""

import pytest

from cartoongan_tf.pictures import draw_sizes
from cartoongan_tf.serving import limits, options
from cartoongan_tf.serving.limits import Limits
from cartoongan_tf.serving.refusals import Refusal


def parse(*given):
    return options.parse([pair.split("=", 1) for pair in given], 1024)


def test_without_any_it_is_as_cartoonize_draws():
    assert parse() == options.Options(1.0, "auto", "auto", True, None, None)


def test_each_option_is_taken_with_either_dash():
    found = parse("strength=0.25", "draw_size=256", "no-faces=1", "max-size=800")
    assert found == options.Options(0.25, 256, "auto", False, 800, None)
    found = parse("draw-size=full", "keep-color=true", "format=JPEG", "strength=")
    assert found == options.Options(1.0, "full", "photo", True, None, ".jpg")


@pytest.mark.parametrize(
    "given",
    ["strength=nan", "strength=1.01", "strength=x", "draw-size=63", "draw-size=1025",
     "draw-size=-5", "draw-size=٣٠٠", "color=red", "format=gif", "max-size=0",
     "no-faces=maybe", "hat=1"],
)  # fmt: skip
def test_what_is_none_is_refused_in_one_short_line(given):
    with pytest.raises(Refusal) as refused:
        parse(given)
    assert refused.value.status == 400
    assert "must be" in refused.value.line and refused.value.line.isascii()


def test_an_option_is_given_once():
    with pytest.raises(Refusal, match="once"):
        parse("strength=1", "strength=0")
    with pytest.raises(Refusal, match="keep-color"):
        parse("color=style", "keep-color=1")


@pytest.mark.parametrize("name", ["megabytes", "queue", "draw_size", "seconds"])
def test_limits_that_let_nothing_through_are_errors(name):
    with pytest.raises(ValueError, match="must be"):
        Limits(**{name: -1})


def test_the_least_draw_size_is_what_auto_takes():
    assert limits.AUTO == draw_sizes.LARGEST
    assert options._LEAST_SIZE == draw_sizes.LEAST
