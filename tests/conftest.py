"""What several tests share."""

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "PYTEST_XDIST_WORKER" in os.environ:
    # A worker for each core: threads of theirs on the same cores wait for each other.
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


def pytest_collection_modifyitems(items):
    """The long tests begin first: no worker is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def shared():
    """The folder of real photos and published weights, which not everybody has."""
    if not SHARED.is_dir():
        pytest.skip(f"real photos and published weights are not here: {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def hostile():
    """benchmarks/hostile.py: a real server, and requests byte by byte."""
    pytest.importorskip("uvicorn")
    path = ROOT / "benchmarks" / "hostile.py"
    spec = importlib.util.spec_from_file_location("hostile", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def server(hostile):
    """A server of two styles, of little patience."""
    found = hostile.Server(
        *("--styles", "pepper", "paprika", "--painters", 1),
        *("--patience", 2, "--max-megabytes", 4, "--max-megapixels", 4),
    )
    yield found
    code, said = found.stop()
    assert (code, said.splitlines()[-1:]) == (0, ["Stopped."]), said


@pytest.fixture(scope="session")
def get(hostile, server):
    """The JSON at an address of the server."""

    def ask(path, *headers):
        head = "\r\n".join([f"GET {path} HTTP/1.1", "Host: x", *headers, "", ""])
        status, body = hostile.ask(server.port, head.encode())
        return status, json.loads(body) if body[:1] == b"{" else body.decode()

    return ask


@pytest.fixture(autouse=True)
def fresh_policy():
    """No test leaves its dtype policy to the next."""
    yield
    keras = sys.modules.get("keras")
    if keras is not None:
        keras.config.set_dtype_policy("float32")


class Result:
    """What a command said and how it ended."""

    def __init__(self, returncode, stdout, stderr):
        self.returncode, self.stdout, self.stderr = returncode, stdout, stderr


@pytest.fixture
def command(tmp_path, monkeypatch, capfd):
    """Runs a command with these arguments in an empty folder, within this process."""
    from cartoongan_tf import terminal
    from cartoongan_tf.inference import styles

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(styles, "HOME", tmp_path / "nowhere")

    def run(name, *arguments):
        main = importlib.import_module(f"cartoongan_tf.{name}").main
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            terminal.run(main, [str(argument) for argument in arguments])
        return Result(ended.value.code, *capfd.readouterr())

    return run


@pytest.fixture
def process(tmp_path):
    """Runs `python -m cartoongan_tf.NAME ...` in an empty folder, as a user would."""

    def run(name, *arguments, cwd=tmp_path):
        return subprocess.run(
            [sys.executable, "-m", f"cartoongan_tf.{name}", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=600,
        )

    return run


@pytest.fixture
def refused():
    """Checks that a command said no as it should."""

    def check(result, *words):
        assert result.returncode == 2, result.stderr
        lines = result.stderr.strip().splitlines()
        assert len(lines) == 1, result.stderr
        assert lines[0].startswith("error: ")
        for word in words:
            assert str(word) in lines[0], lines[0]

    return check


@pytest.fixture
def folder(tmp_path):
    """A style's folder of pictures of many sizes and formats."""
    from cartoongan_tf.pictures import images
    from cartoongan_tf.samples import samples

    for number in range(5):
        size = (48 + 16 * number, 70)
        photo = samples.draw_photo(number, *size)
        images.write(tmp_path / "photos" / "sub" / f"{number}.jpg", photo)
    for number in range(4):
        cartoon = samples.draw_cartoon(number, "hayao", 60, 64 + 10 * number)
        images.write(tmp_path / "cartoons" / f"{number}.png", cartoon)
    return tmp_path
