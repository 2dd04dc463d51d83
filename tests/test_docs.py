"""What the pages name is there: links, headings, commands with their flags, files."""

import argparse
import contextlib
import importlib
import io
import re
import shlex
from collections import Counter
from functools import cache
from pathlib import Path
from unittest import mock

import pytest

import cartoongan_tf

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "cartoongan_tf"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("mobile/*.md"),
        *ROOT.glob("mobile/*/*.md"),
        *ROOT.glob("serving/*.md"),
        ROOT / "saved_models" / "README.md",
    ]
)
COMMANDS = {
    path.stem
    for path in PACKAGE.glob("*.py")
    if "terminal.run(main)" in path.read_text()
}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# What may stand before a command in a line of shell.
RUN = re.compile(r"(?:^|[\s/(])(cartoongan|make|python3? (?:-m \S+|\S+\.py))(?=\s|$)")


def faults(page, text=None):
    """Everything that a page names and that is not there, in words."""
    text = page.read_text() if text is None else text
    blocks = BLOCK.findall(text)
    prose = BLOCK.sub("", text)
    yield from faults_of_links(page, SPAN.sub("", prose))
    for language, block in blocks:
        if language == "python":
            yield from faults_of_python(block)
        elif language in ("", "sh", "bash", "yaml"):
            for line in block.replace("\\\n", " ").splitlines():
                yield from faults_of_line(line)
    for _, span in SPAN.findall(prose):
        span = " ".join(span.split())
        yield from faults_of_line(span, is_whole=False)
        yield from faults_of_flags(span)
        if re.fullmatch(r"[\w/.-]+\.py", span) and "NAME" not in span:
            if not is_file(page, span):
                yield f"no such file: {span}"


def is_file(page, name):
    """Whether a file that prose names is in the tree: by its path, or its name."""
    homes = (ROOT, PACKAGE, page.parent)
    if any((home / name).is_file() for home in homes):
        return True
    return "/" not in name and any(PACKAGE.glob(f"*/{name}"))


def faults_of_links(page, prose):
    """Links to files, folders and headings that are not there."""
    for link in LINK.findall(prose):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists():
            yield f"no such file: {link}"
        elif anchor and anchor not in anchors(target):
            yield f"no such heading: {link}"


def anchors(page):
    """The anchors that GitHub gives a page's headings."""
    found = Counter()
    for heading in re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text()), re.M):
        heading = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading.strip().lower())
        name = re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")
        found[name] += 1
        if found[name] > 1:
            found[f"{name}-{found[name] - 1}"] += 1
    return set(found)


def faults_of_python(block):
    """Names of the public API that it has not."""
    compile(block, "a page", "exec")
    for name in re.findall(r"\bcg\.(\w+)", block):
        if name not in cartoongan_tf.__all__:
            yield f"no such name: cg.{name}"


def faults_of_line(line, is_whole=True):
    """Commands, flags, values, make targets and scripts that there are not.

    Args:
        line: Of shell.
        is_whole: Whether a command stands there with all that it needs; in prose often
            only a flag of it does.
    """
    found = RUN.search(line)
    if not found or line.lstrip().startswith("#"):
        return
    try:
        words = shlex.split(line[found.start(1) :], comments=True)
    except ValueError:  # a quotation that goes on in the next line
        return
    ends = [n for n, word in enumerate(words) if word in ("&&", "||", "|", ";")]
    rest = words[ends[0] + 1 :] if ends else []
    words = words[: ends[0]] if ends else words
    if words[0] == "make":
        for target in words[1:]:
            if not ("=" in target or target[0] in "-$" or target in TARGETS):
                yield f"no such make target: {target}"
    elif words[1:2] and words[1].endswith(".py"):
        if not (ROOT / words[1]).is_file():
            yield f"no such script: {words[1]}"
    elif words[0] == "cartoongan":
        yield from faults_of_command(words[1:], is_whole)
    elif words[2] == "cartoongan_tf":
        yield from faults_of_command(words[3:], is_whole)
    elif words[2].startswith("cartoongan_tf."):
        name = words[2].removeprefix("cartoongan_tf.")
        yield from faults_of_command([name, *words[3:]], is_whole)
    yield from faults_of_line(" ".join(rest), is_whole)


def faults_of_flags(span):
    """Flags in prose: `train --seed 1`, or `--seed` alone, which some command has."""
    words = span.split()
    if words[0] in COMMANDS:
        yield from faults_of_command(words, is_whole=False)
    elif words[0].startswith("--"):
        for word in words:
            if word.startswith("--") and word.partition("=")[0] not in all_flags():
                yield f"no such flag of any command: {word}"


@cache
def all_flags():
    """The flags of all commands together."""
    return {flag for name in COMMANDS for flag in flags_of(name)}


@cache
def flags_of(name):
    """The flags of a command."""
    return set(parse(name, None)._option_string_actions)


def faults_of_command(words, is_whole):
    """What a command does not take; `...` and variables of the shell it does."""
    if not words or words[0] in ("...", "NAME", "COMMAND", "--help", "--version"):
        return
    name, *argv = words
    if name not in COMMANDS:
        yield f"no such command: {name}"
        return
    if name == "bulk" and "--" in argv:  # what follows is Beam's
        argv = argv[: argv.index("--")]
    flags = [word.partition("=")[0] for word in argv if word.startswith("--")]
    odd = [flag for flag in flags if flag not in flags_of(name)]
    if odd:
        yield f"no such flag of {name}: {odd[0]}"
        return
    left_out = [word for word in argv if word == "..." or word.startswith("$")]
    argv = [word for word in argv if word not in left_out]
    if is_whole and "..." not in left_out:
        said = parse(name, argv)
        if said:
            yield f"{name} {' '.join(argv)}: {said}"


class Parsed(Exception):
    """The command has its parser, and would begin."""


def parse(name, argv):
    """What a command's own parser says of arguments; nothing is run.

    Args:
        name: Of the command.
        argv: Its arguments; None asks for the parser itself.

    Returns:
        The error message, or None where there is none.
    """
    real = argparse.ArgumentParser.parse_args

    def stop(parser, args=None, namespace=None):
        if argv is None:
            raise Parsed(parser)
        real(parser, args, namespace)
        raise Parsed

    main = importlib.import_module(f"cartoongan_tf.{name}").main
    told = io.StringIO()
    with mock.patch.object(argparse.ArgumentParser, "parse_args", stop):
        with contextlib.redirect_stderr(told), contextlib.redirect_stdout(told):
            try:
                main(argv or [])
            except Parsed as parsed:
                return parsed.args[0] if argv is None else None
            except SystemExit as stopped:
                return None if stopped.code == 0 else told.getvalue().strip()
    raise AssertionError(f"{name} does not parse its arguments")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page):
    assert list(faults(page)) == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_examples_of_a_commands_help_are_ones_that_it_takes(name):
    examples = importlib.import_module(f"cartoongan_tf.{name}").EXAMPLES
    assert f"cartoongan_tf.{name}" in examples
    assert list(faults(ROOT / "README.md", shell(examples))) == []


def test_every_page_of_docs_can_be_reached_from_the_readme():
    linked, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        for link in LINK.findall(page.read_text()):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target in PAGES and target not in linked:
                linked.add(target)
                todo.append(target)
    unlinked = set(PAGES) - linked - {ROOT / "CHANGELOG.md"}
    assert not {page.name for page in unlinked if page.parent == ROOT / "docs"}


def test_the_readme_is_short_enough_to_be_read():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 170


def shell(line):
    return f"```\n{line}\n```"


@pytest.mark.parametrize(
    "text, fault",
    [
        ("[a](nowhere.md)", "no such file: nowhere.md"),
        ("[a](docs/light.md#nothing)", "no such heading: docs/light.md#nothing"),
        ("[a](#not-here)", "no such heading: #not-here"),
        ("![a](docs/no.jpg)", "no such file: docs/no.jpg"),
        ("`recoloured.py`", "no such file: recoloured.py"),
        ("`python -m cartoongan_tf.paint`", "no such command: paint"),
        ("`python -m cartoongan_tf paint`", "no such command: paint"),
        (shell("cartoongan paint a.jpg"), "no such command: paint"),
        ("`python -m\ncartoongan_tf.train --epoch 3`", "no such flag of train: --ep"),
        ("`train --epoch 3`", "no such flag of train: --epoch"),
        ("`--epoches 3`", "no such flag of any command: --epoches"),
        ("`cartoongan train ... --stile x`", "no such flag of train: --stile"),
        (
            shell("python -m cartoongan_tf.train --seed 1 \\\n  --epoch 3  # so"),
            "no such flag of train: --epoch",
        ),
        (shell("cd x && cartoongan export --onyx"), "no such flag of export: --onyx"),
        (shell("make -j2 lint && make cake A=b"), "no such make target: cake"),
        ("`make cake`", "no such make target: cake"),
        (shell("python benchmarks/no.py"), "no such script: benchmarks/no.py"),
        ("```python\nimport cartoongan_tf as cg\ncg.Car\n```", "no such name: cg.Car"),
    ],
)
def test_a_page_that_names_what_is_not_there_is_found_out(text, fault):
    (found,) = faults(ROOT / "README.md", text)
    assert found.startswith(fault)


@pytest.mark.parametrize(
    "line, fault",
    [
        ("cartoongan evaluate --style hosoda --out DIR", "required: --photos"),
        ("cartoongan train --epochs many", "--epochs: invalid int value"),
        ("cartoongan export --quantize int4", "invalid choice: 'int4'"),
    ],
)
def test_a_whole_line_must_be_one_that_the_command_takes(line, fault):
    (found,) = faults(ROOT / "README.md", shell(line))
    assert fault in found
    assert not list(faults(ROOT / "README.md", shell(f"{line} ...")))


def test_headings_have_the_anchors_that_github_gives_them():
    found = anchors(ROOT / "docs" / "training.md")
    assert {
        "why-the-default-is-not-the-papers",
        "vgg19-vgg16",
        "a-runs-folder",
    } <= found
