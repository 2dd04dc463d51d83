"""What a training's numbers say of its future, in plain words and early."""

import math

PATIENCE = 300  # joint steps before the discriminator must have seen something
OUTWEIGHED = 3.0  # content against adversarial gradient; at 1 the style is weak already
GOOD = 0.2  # what `models.settings.BALANCE` holds it at
BLIND = 0.04  # answers nearer to each other than this tell nothing apart
FLAT = 0.1  # of the photos' contrast
# Answers to the cartoons above, to all others below. From there pictures drift back to
# the photo (docs/experiment.md).
WINS = (0.7, 0.2)


class Diverged(ValueError):
    """A loss is not a number any more."""


class Doctor:
    """Watches a joint phase and says, once each, what is wrong with it.

    - `outweighed`: the content gradient drowns the adversarial one, no style will come;
    - `wins`: the discriminator is never wrong, its gradient teaches little;
    - `blind`: it answers the same to cartoon, smooth and fake;
    - `flat`: the generator draws flat colour.

    Args:
        balance: What the run holds its `content_ratio` at, 0 for nothing.
    """

    def __init__(self, balance: float = 0.0):
        self.balance = balance
        self.said = set()

    def examine(self, means: dict[str, float], steps: int) -> list[str]:
        """What is to be said now that has not been said before.

        Args:
            means: Of `CartoonGAN`'s metrics over the last steps.
            steps: Done in the joint phase.
        """
        found = self.diagnose(means, steps)
        new = [text for name, text in found.items() if name not in self.said]
        self.said |= set(found)
        return new

    def diagnose(self, means: dict[str, float], steps: int) -> dict[str, str]:
        """What is wrong by these means, name to plain words."""
        found = {}
        ratio, weight = means["content_ratio"], means["content_weight"]
        if ratio > OUTWEIGHED and not self.balance:
            better = weight * GOOD / ratio
            found["outweighed"] = (
                f"content outweighs style {_short(ratio)} to 1: no style will appear; "
                f"try --content-weight {_short(better)}, or --balance auto"
            )
        answered = [means[f"d_{kind}"] for kind in ("cartoon", "smooth", "fake")]
        cartoon, smooth, fake = answered
        answers = f"{cartoon:.2f} / {smooth:.2f} / {fake:.2f}"
        if cartoon > WINS[0] and max(smooth, fake) < WINS[1]:
            found["wins"] = (
                f"the discriminator wins outright (cartoon / smooth / fake: {answers}):"
                " the generator learns little from it; try a lower --d-learning-rate "
                "or fewer --d-filters"
            )
        if steps >= PATIENCE and max(answered) - min(answered) < BLIND:
            found["blind"] = (
                f"the discriminator tells nothing apart (cartoon / smooth / fake: "
                f"{answers}) after {steps} steps: no style will appear while it "
                "does not; try a higher --d-learning-rate, or leave out --no-d-bands"
            )
        if means["contrast"] < FLAT:
            found["flat"] = (
                f"the generator's pictures have collapsed to flat colour "
                f"({means['contrast']:.0%} of the photos' contrast); try a lower "
                "--learning-rate, more --init-epochs, or a higher --content-weight"
            )
        return found


def check_finite(losses: dict[str, float], step: int) -> None:
    """Checks that training still makes sense.

    Raises:
        Diverged: Naming the losses that are infinite or no numbers.
    """
    broken = [name for name, value in losses.items() if not math.isfinite(value)]
    if broken:
        values = ", ".join(f"{name}={losses[name]}" for name in broken)
        raise Diverged(
            f"Losses must stay finite. Received: {values}, found at step {step}. The "
            "last good state is kept: go on from it with --resume and a lower "
            "--learning-rate and --d-learning-rate, or with --clip-norm 1"
        )


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1g}"
