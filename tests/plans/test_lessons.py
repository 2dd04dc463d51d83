"""Facts about what a distillation is asked for."""

import pytest

from cartoongan_tf.plans.lessons import OPTIMIZERS, Lesson


@pytest.mark.parametrize(
    "value, rule",
    [
        ({"deep_norms": 3}, "`deep_norms` must be one of 0, 1, 2. Received: deep_no"),
        ({"optimizer": "sgd"}, "`optimizer` must be one of muon, adam. Received: op"),
        ({"start_share": 0.5}, "`start_share` must be 0 without `start`"),
        ({"shift": 6}, "`shift` must be a multiple of 4, and leave 32 pixels of"),
        ({"windows": 0, "large_windows": 0}, "must be `windows` or `large_windows`"),
        ({"large_share": 0.0}, "`large_share` must be more than 0; --large-windows 0"),
        ({"large_border": 145}, "`large_border` must leave 32 pixels of `large_size`"),
        ({"margin": 192}, "`margin` must be a multiple of 4, less than `image_size`"),
        ({"steps": 1.5}, "`steps` must be of type int. Received: steps=1.5"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_its_rule(value, rule):
    with pytest.raises(ValueError, match=rule):
        Lesson("mine", "teacher.keras", "photos", **value)


def test_a_step_of_larger_windows_has_as_many_pixels():
    lesson = Lesson("mine", "teacher.keras", "photos", image_size=160, large_size=320)
    assert (lesson.batch_size, lesson.large_batch) == (6, 2)
    assert Lesson("a", "b", "c", batch_size=1).large_batch == 1


def test_every_optimizer_has_its_class():
    from cartoongan_tf.training.distilling import OPTIMIZERS as CLASSES

    assert set(CLASSES) == set(OPTIMIZERS)
