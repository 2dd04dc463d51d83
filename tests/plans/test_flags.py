"""Facts about flags that a dataclass's fields carry."""

import argparse
from dataclasses import dataclass

import pytest

from cartoongan_tf.plans.flags import add_flags, check, flag, flagged
from cartoongan_tf.plans.lessons import Lesson
from cartoongan_tf.plans.plans import Plan


@dataclass(frozen=True)
class Walk:
    name: str
    steps: int = flag(8, "steps to take", least=1)
    pace: float = flag(5e-4, "how fast", group="speed", least=0, below=1)
    rest: float = flag(0.0, group="speed", zero="not at all")
    way: str = flag("left", "where to", choices=("left", "right"))
    singing: bool = flag(False, "sing 100% of the way")
    shoes: bool = flag(True, "go barefoot")


def parser_of(samples=None):
    parser = argparse.ArgumentParser()
    add_flags(parser, Walk, samples, ("speed",))
    return parser


def test_what_is_not_named_is_none():
    assert not any(vars(parser_of().parse_args([])).values())
    assert "name" not in vars(parser_of().parse_args([]))


def test_a_flag_gives_a_value_of_its_fields_type():
    line = "--steps 3 --pace 0.25 --way right --singing --no-shoes"
    given = vars(parser_of().parse_args(line.split()))
    assert (given["steps"], given["pace"], given["way"]) == (3, 0.25, "right")
    assert given["singing"] is True and given["shoes"] is False


def test_help_shows_the_default_and_the_sample_sets_where_it_differs():
    shown = parser_of({"steps": 2, "pace": 5e-4}).format_help()
    assert "steps to take (8; 2)" in shown
    assert "how fast (0.0005)" in shown
    assert "(not at all)" in shown
    assert "where to (left)" in shown
    assert "sing 100% of the way" in shown


@pytest.mark.parametrize(
    "values, text",
    (
        ({"steps": 0}, "`steps` must be at least 1, and finite. Received: steps=0"),
        ({"steps": 2.0}, "`steps` must be of type int. Received: steps=2.0"),
        ({"pace": float("nan")}, "`pace` must be at least 0"),
        ({"pace": 1.0}, "`pace` must be less than 1. Received: pace=1.0"),
        ({"way": "up"}, "`way` must be one of left, right. Received: way=up"),
        ({"shoes": 1}, "`shoes` must be of type bool"),
        ({"name": 7}, "`name` must be of type str"),
    ),
)
def test_limits_are_checked_with_the_rule_and_the_value(values, text):
    with pytest.raises(ValueError, match=text):
        check(Walk(**{"name": "long", **values}))


def test_a_whole_number_is_a_float_too():
    check(Walk("long", pace=0))


@pytest.mark.parametrize("plan", (Plan, Lesson))
def test_every_value_with_a_default_has_a_flag_with_words(plan):
    names = {field.name for field in flagged(plan)}
    assert names == set(plan.__dataclass_fields__) - {
        "style",
        "data",
        "teacher",
        "photos",
    }
    for field in flagged(plan):
        # A name that says all, beside its choices or what 0 stands for, needs no more.
        said = field.metadata
        assert said["help"] or said["choices"] or said["zero"], field.name
