"""A value of a run that a user may name: its default, its flag, help and limits.

A dataclass whose fields are made by `flag` is all that a command needs for its parser,
and all that there is to say about each value; nothing here imports TensorFlow.
"""

import dataclasses
import math


def flag(
    default,
    help="",
    *,
    group=None,
    choices=None,
    least=None,
    below=None,
    zero=None,
    metavar=None,
    parse=None,
):
    """A dataclass's field that has a flag.

    Args:
        default: Of a user's own data.
        help: What the flag's help says, without the default. Of a value that is true by
            default it says what `--no-NAME` does.
        group: Under which heading of the help it stands; None for the first.
        choices: Names that it must be one of.
        least: A number that it must be at least.
        below: A number that it must be less than.
        zero: What a 0 is called where defaults are shown.
        metavar: What stands for the value in the help.
        parse: Makes the value of the text; by default its type does.
    """
    return dataclasses.field(
        default=default,
        metadata={
            "help": help,
            "group": group,
            "choices": choices,
            "least": least,
            "below": below,
            "zero": zero,
            "metavar": metavar,
            "parse": parse,
        },
    )


def add_flags(
    parser,
    plan: type,
    samples: dict | None = None,
    groups=(),
    usual: dict | None = None,
) -> dict:
    """Adds a flag for each field of `plan` that `flag` made.

    What the user does not name is None in the parser's answer.

    Args:
        parser: An `argparse.ArgumentParser`.
        plan: The dataclass.
        samples: Defaults of the sample set, by name, where they differ: shown second.
        groups: Headings, in their order.
        usual: Defaults by name where they are not the fields' own.

    Returns:
        The parser's groups by heading, and the parser itself by None.
    """
    homes = {None: parser, **{name: parser.add_argument_group(name) for name in groups}}
    for field in flagged(plan):
        said = field.metadata
        default = (usual or {}).get(field.name, field.default)
        sample = (samples or {}).get(field.name, default)
        defaults = [default] if sample == default else [default, sample]
        text = said["help"]
        options = {"dest": field.name, "default": None}
        if field.type is bool:
            options["action"] = "store_false" if field.default else "store_true"
        else:
            shown = "; ".join(_say(value, said["zero"]) for value in defaults)
            text = f"{text} ({shown})".strip()
            options["type"] = said["parse"] or field.type
            options["choices"] = said["choices"]
            options["metavar"] = said["metavar"]
        options["help"] = text.replace("%", "%%")
        name = field.name.replace("_", "-")
        if field.type is bool and field.default:
            name = f"no-{name}"
        homes[said["group"]].add_argument(f"--{name}", **options)
    return homes


def flagged(plan: type) -> list:
    """The fields of a dataclass that have flags."""
    return [field for field in dataclasses.fields(plan) if "least" in field.metadata]


def check(plan) -> None:
    """Checks the type and the limits of every value, each by itself.

    Raises:
        ValueError: Naming the first that is not as it must be.
    """
    for field in dataclasses.fields(plan):
        value, kind = getattr(plan, field.name), field.type
        if not (type(value) is kind or (kind is float and type(value) is int)):
            raise ValueError(
                f"`{field.name}` must be of type {kind.__name__}. "
                f"Received: {field.name}={value!r}"
            )
    for field in flagged(plan):
        _check_limits(field.name, getattr(plan, field.name), field.metadata)


def _check_limits(name, value, said):
    least, below, known = said["least"], said["below"], said["choices"]
    if least is not None and not least <= value < math.inf:
        raise ValueError(
            f"`{name}` must be at least {least}, and finite. Received: {name}={value}"
        )
    if below is not None and not value < below:
        raise ValueError(
            f"`{name}` must be less than {below}. Received: {name}={value}"
        )
    if known is not None and value not in known:
        named = ", ".join(map(str, known))
        raise ValueError(f"`{name}` must be one of {named}. Received: {name}={value}")


def _say(value, zero):
    if zero is not None and not value:
        return zero
    return f"{value:g}" if isinstance(value, float) else str(value)
