"""Facts about plans: recipes, defaults, and what is refused."""

from dataclasses import asdict

import pytest

from cartoongan_tf.plans.plans import MODELS, Plan, make_plan
from cartoongan_tf.plans.recipes import (
    BASELINE_DEFAULTS,
    BASELINE_SAMPLE_DEFAULTS,
    CARTOONGAN_ONLY,
    CHANGEABLE,
    OWNERS,
    RECIPES,
    SAMPLE_DEFAULTS,
    SAMPLE_SET,
    unused,
)

NAMES = set(asdict(Plan("paprika", "data/paprika")))


def test_the_paper_is_what_the_paper_says():
    plan = make_plan("mine", "data/mine", {"recipe": "paper"})
    assert plan.adversarial_loss == "log" and plan.content_loss == "l1"
    assert plan.content_weight == 10.0 and plan.content_layer == "block4_conv4"
    assert plan.learning_rate == plan.d_learning_rate == 2e-4
    assert plan.init_epochs == 10 and plan.edges
    assert not (plan.balance or plan.palette or plan.ema or plan.pool)
    assert (plan.filters, plan.num_blocks, plan.d_filters) == (64, 8, 32)
    assert plan.d_normalization == "instance" and plan.image_size == 256


def test_the_authors_are_what_trained_the_published_models():
    plan = make_plan("mine", "data/mine", {"recipe": "authors"})
    assert plan.adversarial_loss == "least-squares" and plan.pool == 50
    assert plan.content_weight == pytest.approx(10 / 127.5**2, rel=0.03)
    assert plan.init_epochs == 20 and plan.init_learning_rate == 2e-4
    assert plan.epochs == 200 and plan.learning_rate == plan.d_learning_rate == 1e-5
    assert plan.beta_1 == 0.5 and plan.batch_size == 8
    assert not (plan.balance or plan.palette or plan.ema)


def test_recipes_name_only_what_a_plan_has():
    baselines = *BASELINE_DEFAULTS.values(), *BASELINE_SAMPLE_DEFAULTS.values()
    for values in (*RECIPES.values(), SAMPLE_DEFAULTS, *baselines):
        assert set(values) <= NAMES
    assert set(CHANGEABLE) | set(CARTOONGAN_ONLY) | set(OWNERS) <= NAMES
    assert set(BASELINE_DEFAULTS) == set(BASELINE_SAMPLE_DEFAULTS)
    assert set(BASELINE_DEFAULTS) == set(MODELS) - {"cartoongan"}


def test_a_flag_outweighs_its_recipe_and_a_recipe_the_sample_set():
    plan = make_plan("hayao", None, {"recipe": "paper", "content_weight": 3})
    assert plan.content_weight == 3
    assert plan.learning_rate == 2e-4  # of the recipe
    assert plan.image_size == 96  # of the sample set
    assert plan.data == SAMPLE_SET


def test_who_names_no_recipe_gets_the_painted_one_and_on_the_sample_set_its_own():
    plan = make_plan("mine", "data/mine", {})
    assert plan == make_plan("mine", "data/mine", {"recipe": "painted"})
    assert (plan.generator, plan.norm, plan.discriminator) == (
        "light",
        "none",
        "features",
    )
    sample = asdict(make_plan("mine", None, {}))
    assert {name: sample[name] for name in SAMPLE_DEFAULTS} == SAMPLE_DEFAULTS


def test_the_papers_generator_keeps_its_norms_in_any_recipe():
    plan = make_plan("mine", "data/mine", {"generator": "paper"})
    assert (plan.norm, plan.recipe) == ("instance", "painted")
    with pytest.raises(ValueError, match="`norm` must go with generator=light"):
        make_plan("mine", "data/mine", {"generator": "paper", "norm": "none"})


def test_a_recipes_jitter_gives_way_to_windows_that_are_too_small_for_it():
    assert make_plan("mine", "data/mine", {"image_size": 32}).jitter == 0
    assert make_plan("mine", "data/mine", {"image_size": 40}).jitter == 8
    with pytest.raises(ValueError, match="`jitter` must be a multiple of 8 that"):
        make_plan("mine", "data/mine", {"image_size": 32, "jitter": 8})


def test_cyclegan_has_defaults_of_its_own():
    plan = make_plan("mine", "data/mine", {"model": "cyclegan", "identity": True})
    assert plan.init_epochs == 0 and plan.batch_size == 1 and plan.pool == 50
    assert (plan.filters, plan.num_blocks, plan.d_filters) == (64, 9, 64)
    assert plan.learning_rate == 2e-4 and plan.identity


def test_u_gat_it_has_the_defaults_of_its_authors():
    plan = make_plan("mine", "data/mine", {"model": "ugatit"})
    assert (plan.epochs, plan.steps_per_epoch, plan.batch_size) == (100, 10_000, 1)
    assert (plan.filters, plan.num_blocks, plan.d_filters) == (64, 4, 64)
    weights = plan.cycle_weight, plan.identity_weight, plan.cam_weight
    assert weights == (10, 10, 1000) and plan.weight_decay == 1e-4
    assert plan.learning_rate == plan.d_learning_rate == 1e-4
    assert (plan.beta_1, plan.beta_2) == (0.5, 0.999)
    assert not (plan.init_epochs or plan.pool or plan.ema)


@pytest.mark.parametrize("model", MODELS)
def test_a_model_takes_no_flag_that_it_has_no_use_for(model):
    for name, owners in unused(model).items():
        rule = f"`{name}` must go with model={' or '.join(owners)}: .*model={model}"
        with pytest.raises(ValueError, match=rule):
            make_plan("mine", "data/mine", {"model": model, name: 1})


@pytest.mark.parametrize("name", CARTOONGAN_ONLY)
def test_cyclegan_takes_no_flag_that_it_has_no_use_for(name):
    with pytest.raises(ValueError, match=f"`{name}` must go with model=cartoongan"):
        make_plan("mine", "data/mine", {"model": "cyclegan", name: 1})


@pytest.mark.parametrize(
    "values, text",
    (
        ({"epochs": 0, "init_epochs": 0}, "`epochs` and `init_epochs` must not both"),
        ({"balance": -1.0}, "`balance` must be at least 0"),
        ({"balance": float("nan")}, "`balance` must be at least 0"),
        ({"learning_rate": float("inf")}, "`learning_rate` must be at least 0, and fi"),
        ({"ema": 1.0}, "`ema` must be less than 1"),
        ({"content_loss": "l3"}, "`content_loss` must be one of l1, l2"),
        ({"recipe": "mine"}, "`recipe` must be one of painted, balanced, paper"),
        ({"batch_size": 6, "accumulate": 4}, "`batch_size` must be a multiple of `acc"),
        ({"content_size": 50}, "`content_size` must be a multiple of 8"),
        ({"content_shrink": 0}, "`content_shrink` must be at least 1"),
        ({"pool": 3}, "`pool` must be at least `batch_size`"),
        ({"identity": True}, "`identity` must go with model=cyclegan"),
        ({"short_side": 100}, "`short_side` must be at least `image_size`"),
        ({"model": "cyclegan", "pool": 0}, "`pool` must be at least 1 for CycleGAN"),
        ({"model": "cyclegan", "image_size": 100}, "`image_size` must be a multiple"),
        ({"model": "ugatit", "image_size": 92}, "`image_size` must be at least 96 for"),
        ({"model": "ugatit", "cam_weight": -1.0}, "`cam_weight` must be at least 0"),
        ({"model": "stylegan"}, "`model` must be one of cartoongan, cyclegan, ugatit"),
        ({"seed": "1"}, "`seed` must be of type int"),
        ({"palette": 1}, "`palette` must be of type bool"),
    ),
)
def test_values_that_make_no_sense_are_refused_with_the_rule(values, text):
    with pytest.raises(ValueError, match=text):
        make_plan("mine", "data/mine", values)


def test_a_norm_is_of_a_light_generator():
    assert Plan("a", "d", generator="light", norm="batch").norm == "batch"
    with pytest.raises(ValueError, match="`norm` must go with generator=light"):
        Plan("a", "d", norm="batch")
