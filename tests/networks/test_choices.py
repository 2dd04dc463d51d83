"""Facts about the names that networks are asked by."""

import pytest

from cartoongan_tf.networks import choices
from cartoongan_tf.networks.discriminators import PatchDiscriminator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.networks.vgg import BLOCKS, convolutions


@pytest.mark.parametrize(
    "network, layers", (("vgg19", choices.LAYERS), ("vgg16", choices.VGG16_LAYERS))
)
def test_content_layers_are_the_last_of_each_block(network, layers):
    last = {}
    for name in convolutions(network):
        last[name.split("_")[0]] = name
    assert tuple(last.values())[:4] == layers  # the paper's is in the fourth
    assert set(BLOCKS) | {"random"} == set(choices.CONTENT_NETWORKS)


@pytest.mark.parametrize("name", choices.NORMALIZATIONS)
def test_a_discriminator_takes_each_normalization(name):
    assert PatchDiscriminator(2, name).normalization == name


@pytest.mark.parametrize("norm", choices.NORMS)
@pytest.mark.parametrize("padding", choices.PADDINGS)
def test_a_light_generator_takes_each_norm_and_padding(norm, padding):
    assert LightGenerator(2, 4, 1, norm=norm, padding=padding).norm == norm
