"""Facts about the front door: `python -m cartoongan_tf` and the script `cartoongan`."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cartoongan_tf.__main__ import COMMANDS, FIRST, describe

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = """\
import sys
from cartoongan_tf.__main__ import main
if __name__ == "__main__":
    sys.exit(main())
"""


@pytest.fixture
def run(tmp_path):
    """Runs the package with these words, as a module or as pip's script."""
    script = tmp_path / "bin" / "cartoongan"
    script.parent.mkdir()
    script.write_text(SCRIPT)

    def call(*words, how="module"):
        front = ["-m", "cartoongan_tf"] if how == "module" else [str(script)]
        return subprocess.run(
            [sys.executable, "-X", "importtime", *front, *map(str, words)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=300,
        )

    return call


def said(result):
    """What went to stderr beside the times of imports."""
    lines = result.stderr.splitlines()
    return [line for line in lines if not line.startswith("import time:")]


def loaded(result):
    """The packages that a process imported."""
    names = {line.split("|")[-1].strip() for line in result.stderr.splitlines()}
    return {name.split(".")[0] for name in names}


def test_the_list_is_that_of_the_files():
    files = {path.stem for path in (ROOT / "cartoongan_tf").glob("*.py")}
    assert files - {"__init__", "__main__", "terminal"} == set(COMMANDS)


def test_what_to_try_first_are_commands():
    assert len(FIRST) == 3
    assert {line.split()[0] for line, _ in FIRST} <= set(COMMANDS)


@pytest.mark.parametrize("how", ("module", "script"))
@pytest.mark.parametrize("words", ((), ("--help",)))
def test_without_a_command_all_are_listed_at_once(run, how, words):
    result = run(*words, how=how)
    called = "python -m cartoongan_tf" if how == "module" else "cartoongan"
    assert (result.returncode, said(result)) == (0, [])
    assert result.stdout.strip() == describe(called)
    assert not loaded(result) & {"tensorflow", "keras", "numpy"}


@pytest.mark.parametrize("how", ("module", "script"))
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_command_shows_its_help_without_loading_anything(run, how, name):
    result = run(name, "--help", how=how)
    assert (result.returncode, said(result)) == (0, [])
    called = "python -m cartoongan_tf" if how == "module" else "cartoongan"
    assert result.stdout.startswith(f"usage: {called} {name} ")
    assert "examples:" in result.stdout
    assert not loaded(result) & {"tensorflow", "keras", "numpy", "PIL", "cv2"}


def test_a_command_does_what_it_does_by_itself(run, tmp_path):
    result = run("draw", "--photos", 1, "--cartoons", 1, "--out", "set")
    assert (result.returncode, said(result)) == (0, [])
    assert len(list((tmp_path / "set").rglob("*.*"))) == 2


def test_a_commands_error_keeps_its_exit_code(run):
    result = run("cartoonize", "nothing.jpg", how="script")
    assert result.returncode == 2
    assert len(said(result)) == 1 and said(result)[0].startswith("error: ")


def test_another_word_is_one_line_that_names_the_nearest(run):
    result = run("cartonize", "photo.jpg")
    assert result.returncode == 2 and result.stdout == ""
    assert said(result) == [
        "error: The first word must be a command. Received: cartonize. Did you mean "
        "cartoonize? For a list: python -m cartoongan_tf"
    ]


def test_a_next_step_is_named_as_the_user_called(run, tmp_path):
    from cartoongan_tf.pictures import images

    images.write(tmp_path / "photo.png", np.zeros((8, 8, 3), np.uint8))
    (tmp_path / "data" / "mine").mkdir(parents=True)
    result = run("cartoonize", "photo.png", "--style", "mine", how="script")
    assert result.returncode == 2
    (line,) = said(result)
    assert "Train it: `cartoongan train --style mine --install`. Convert" in line


def test_the_version_is_said(run):
    from cartoongan_tf import __version__

    assert run("--version").stdout == f"cartoongan_tf {__version__}\n"
