"""Facts about the names that models are asked by."""

from cartoongan_tf.models import losses, settings


def test_every_choice_of_a_loss_is_there_and_no_other():
    assert tuple(losses.ADVERSARIAL) == settings.ADVERSARIAL
    assert tuple(losses.CONTENT) == settings.CONTENT
