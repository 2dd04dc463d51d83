"""Facts about what networks have in common."""

import pytest

from cartoongan_tf.models.cyclegan import PatchGAN
from cartoongan_tf.networks.attention import (
    AttentionDiscriminator,
    AttentionGenerator,
)
from cartoongan_tf.networks.discriminators import PatchDiscriminator
from cartoongan_tf.networks.generators import Generator, ResnetGenerator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.networks.network import check_at_least, check_one_of

NETWORKS = {
    Generator: {"filters": 2, "num_blocks": 1},
    ResnetGenerator: {"filters": 2, "num_blocks": 1},
    LightGenerator: {
        "width": 2,
        "trunk": 4,
        "num_blocks": 1,
        "norm": "global",
        "padding": "reflect",
    },
    PatchDiscriminator: {"filters": 2, "normalization": "none", "bands": True},
    PatchGAN: {"filters": 2},
    AttentionGenerator: {"filters": 2, "num_blocks": 1},
    AttentionDiscriminator: {"filters": 2},
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_network_is_remade_from_its_config(kind):
    network = kind(**NETWORKS[kind], dtype="mixed_bfloat16", name="one")
    config = network.get_config()
    assert NETWORKS[kind].items() <= config.items()
    again = kind.from_config(config)
    assert again.get_config() == config
    assert again.count_params() == network.count_params()
    assert again.layers[1].compute_dtype == network.layers[1].compute_dtype


def test_checks_say_the_rule_and_the_value():
    check_at_least("filters", 1, 1)
    with pytest.raises(ValueError, match="`filters` must be.*Received: filters=1.0"):
        check_at_least("filters", 1.0, 1)
    with pytest.raises(ValueError, match="one of a, b. Received: norm='c'"):
        check_one_of("norm", "c", ("a", "b"))
