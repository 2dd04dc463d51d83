"""What values of a plan must be to each other."""

from cartoongan_tf.data.sizes import check_sizes


def check_together(plan) -> None:
    """Checks a `Plan`'s values against each other.

    Raises:
        ValueError: Naming the first that does not go with the others.
    """
    check_sizes(plan.batch_size, plan.image_size)
    if plan.epochs + plan.init_epochs == 0:
        raise ValueError(
            "`epochs` and `init_epochs` must not both be 0. Received: epochs=0, "
            "init_epochs=0"
        )
    if plan.batch_size % plan.accumulate:
        raise ValueError(
            "`batch_size` must be a multiple of `accumulate`. Received: "
            f"batch_size={plan.batch_size}, accumulate={plan.accumulate}"
        )
    if plan.content_size % 8:
        raise ValueError(
            "`content_size` must be a multiple of 8, or 0 for none. "
            f"Received: content_size={plan.content_size}"
        )
    if plan.jitter % 8 or plan.image_size - plan.jitter < 32:
        raise ValueError(
            "`jitter` must be a multiple of 8 that leaves 32 pixels. Received: "
            f"jitter={plan.jitter}, image_size={plan.image_size}"
        )
    if 0 < plan.pool < plan.batch_size:
        raise ValueError(
            "`pool` must be at least `batch_size`, or 0 for none. Received: "
            f"pool={plan.pool}, batch_size={plan.batch_size}"
        )
    if plan.model == "cyclegan" and not plan.pool:
        raise ValueError("`pool` must be at least 1 for CycleGAN. Received: pool=0")
    if plan.model == "cyclegan" and (plan.image_size % 8 or plan.image_size < 24):
        raise ValueError(
            "`image_size` must be a multiple of 8 from 24 for CycleGAN. "
            f"Received: image_size={plan.image_size}"
        )
    if plan.model == "ugatit" and plan.image_size < 96:
        # Its global discriminator halves a picture five times.
        raise ValueError(
            "`image_size` must be at least 96 for U-GAT-IT. "
            f"Received: image_size={plan.image_size}"
        )
    if 0 < plan.short_side < plan.image_size:
        raise ValueError(
            "`short_side` must be at least `image_size`, or 0 for 1.5 times it. "
            f"Received: short_side={plan.short_side}, image_size={plan.image_size}"
        )
    if plan.norm != "instance" and plan.generator != "light":
        raise ValueError(
            "`norm` must go with generator=light: the paper's has instance norm. "
            f"Received: norm={plan.norm}, generator={plan.generator}"
        )
    if plan.identity and plan.model != "cyclegan":
        raise ValueError(
            "`identity` must go with model=cyclegan, whose loss it is. "
            f"Received: model={plan.model}"
        )
