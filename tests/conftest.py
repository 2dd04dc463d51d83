"""What several tests share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture
def shared():
    """The folder of real photos and published weights, which not everybody has."""
    if not SHARED.is_dir():
        pytest.skip(f"real photos and published weights are not here: {SHARED}")
    return SHARED


@pytest.fixture(autouse=True)
def fresh_policy():
    """No test leaves its dtype policy to the next."""
    yield
    keras = sys.modules.get("keras")
    if keras is not None:
        keras.config.set_dtype_policy("float32")


@pytest.fixture
def command(tmp_path):
    """Runs `python -m cartoongan_tf.NAME ...` in an empty folder, as a user would."""

    def run(name, *arguments, cwd=tmp_path, env=None):
        return subprocess.run(
            [sys.executable, "-m", f"cartoongan_tf.{name}", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
            capture_output=True,
            text=True,
            timeout=600,
        )

    return run


def assert_refused(result, *words):
    """One clear line on stderr, exit code 2, no traceback."""
    assert result.returncode == 2, result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("error: ")
    for word in words:
        assert word in lines[0], lines[0]


@pytest.fixture
def refused():
    return assert_refused
