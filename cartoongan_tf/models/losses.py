"""CartoonGAN's losses: adversarial with the edge-smoothed term, and content.

`cartoon`, `smooth` and `fake` are the discriminator's logits on the artist's cartoons,
on the same with their edges smoothed away, and on the generator's pictures; any shape.
Every function returns a float32 scalar.
"""

from keras import ops


def least_squares_d_loss(cartoon, smooth, fake):
    """The authors' code: mean of three squared errors, to 1, 0 and 0.

    `smooth` may be None: without the edge-promoting term, the ablation of section 4.3.
    """
    if smooth is None:
        return (_square(cartoon - 1.0) + _square(fake)) / 2.0
    return (_square(cartoon - 1.0) + _square(smooth) + _square(fake)) / 3.0


def least_squares_g_loss(fake):
    """The generator wants its pictures answered with 1."""
    return _square(fake - 1.0)


def log_d_loss(cartoon, smooth, fake):
    """Paper, equation 3: -log D(c) - log(1 - D(e)) - log(1 - D(G(p))), D a sigmoid.

    `smooth` may be None: without the edge-promoting term, the ablation of section 4.3.
    """
    # -log sigmoid(x) = softplus(-x), -log(1 - sigmoid(x)) = softplus(x)
    loss = ops.mean(ops.softplus(-cartoon)) + ops.mean(ops.softplus(fake))
    return loss if smooth is None else loss + ops.mean(ops.softplus(smooth))


def log_g_loss(fake):
    """-log D(G(p)): the paper's term, in the form that does not saturate."""
    return ops.mean(ops.softplus(-fake))


ADVERSARIAL = {  # of `settings.ADVERSARIAL`: discriminator's loss, generator's loss
    "least-squares": (least_squares_d_loss, least_squares_g_loss),
    "log": (log_d_loss, log_g_loss),
}


def l1_content_loss(fake_features, photo_features):
    """Paper, equation 4: mean absolute difference of VGG features."""
    return ops.mean(ops.abs(fake_features - photo_features))


def l2_content_loss(fake_features, photo_features):
    """Mean squared difference of VGG features: the ablation of section 4.3."""
    return _square(fake_features - photo_features)


CONTENT = {"l1": l1_content_loss, "l2": l2_content_loss}  # of `settings.CONTENT`


def measure_grain(pictures):
    """Mean absolute fourth difference of pixels along both sides, a 16th of it.

    Of a picture's waves it holds those of two pixels whole, of four pixels a quarter,
    of eight a fiftieth: grain and checkerboards, and little of lines.

    Args:
        pictures: `(batch, height, width, channels)`, sides from 5.
    """
    total = 0.0
    for axis in (1, 2):
        x = pictures
        for _ in range(4):
            x = ops.diff(x, axis=axis)
        total += ops.mean(ops.abs(x)) / 16.0
    return total


def measure_tone(pictures, wanted):
    """Mean squared difference of light and colour, averaged over 8 pixels.

    Args:
        pictures: `(batch, height, width, channels)`, sides from 8.
        wanted: The same; no gradient goes to it.
    """
    apart = ops.cast(pictures, "float32") - ops.stop_gradient(wanted)
    # Its strides said: Keras's JAX backend takes none as another number of them.
    return ops.mean(ops.square(ops.average_pool(apart, TONE_WINDOW, TONE_WINDOW)))


TONE_WINDOW = 8  # pixels: wider than lines
DETAIL_WINDOW = 8  # pixels, over which the strength of detail is taken
PLAIN = 0.15  # strength of detail: a deviation of two levels in fine detail


def strength_of_detail(bands):
    """The deviation of fine and middle detail around every fourth pixel.

    Args:
        bands: Of `DetailBands`, `(batch, height, width, 9)`, sides from 8.
    """
    squares = ops.square(ops.cast(bands[..., :6], "float32"))
    means = ops.average_pool(squares, DETAIL_WINDOW, DETAIL_WINDOW // 2, "valid")
    return ops.sqrt(means + 1e-4)  # a root has no gradient at 0


def unrest(wanted, found):
    """How much stronger detail is than wanted where next to none is wanted.

    Args:
        wanted: Of `strength_of_detail`.
        found: Likewise.
    """
    plain = ops.exp(-wanted / PLAIN)
    return ops.mean(plain * ops.relu(found - wanted))


def distance(x, y):
    """Mean absolute difference of two pictures, or of what is seen in them."""
    return ops.mean(ops.abs(ops.cast(x, "float32") - ops.cast(y, "float32")))


def _square(x):
    return ops.mean(ops.square(x))
