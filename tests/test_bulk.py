"""Facts about the command that draws many pictures."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

ROOT = Path(__file__).resolve().parent.parent
MANY = 500
needs_beam = pytest.mark.skipif(
    find_spec("apache_beam") is None,
    reason="Apache Beam is not here: pip install '.[beam]' pytest, in a new venv",
)


@pytest.fixture
def photos(tmp_path):
    """A folder of 500 small photos, three of them bad."""
    home = tmp_path / "photos"
    kinds = [images.encode(samples.draw_photo(n, 32, 40), ".jpg") for n in range(5)]
    for number in range(MANY):
        path = home / f"{number % 7}" / f"{number:03}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(kinds[number % 5])
    for name, data in (
        ("0/bad.jpg", kinds[0][:99]),
        ("1/bad.jpg", b""),
        ("b.jpg", b"x"),
    ):
        (home / name).write_bytes(data)
    return home


def begin(cwd, *words):
    """Starts the command in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "cartoongan_tf.bulk", *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def made(out):
    return {str(path.relative_to(out)) for path in out.rglob("*.jpg")}


def wait_for(out, count):
    until = time.monotonic() + 200
    while len(made(out)) < count:
        assert time.monotonic() < until
        time.sleep(0.05)


def workers_of(process):
    """The processes that draw: grandchildren of the command."""
    found = []
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"sdk_worker_main as worker" in status.read_bytes():
                found.append(int(status.parent.name))
        except OSError:
            continue  # it has ended
    family = {process.pid}
    for _ in range(4):
        for pid in (int(p.name) for p in Path("/proc").glob("[0-9]*")):
            try:
                parent = int(
                    Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
                )
            except (OSError, ValueError):
                continue
            if parent in family:
                family.add(pid)
    return [pid for pid in found if pid in family]


WORDS = "--input", "photos/**/*.jpg", "--output", "out", "--style", "paprika"


@needs_beam
@pytest.mark.slow
def test_500_photos_a_killed_worker_a_killed_command_and_a_rerun(photos, tmp_path):
    out = tmp_path / "out"
    wanted = {str(p.relative_to(photos)) for p in photos.rglob("[0-9][0-9][0-9].jpg")}
    # a worker is killed: others take its place
    process = begin(tmp_path, *WORDS, "--workers", "2")
    wait_for(out, 20)
    workers = workers_of(process)
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    wait_for(out, 60)
    # the command is killed: its processes end with it, what is there is whole
    workers = workers_of(process)
    process.kill()
    process.communicate()
    until = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < until
        time.sleep(0.05)
    before = {path: path.read_bytes() for path in out.rglob("*.jpg")}
    for path in before:
        assert images.read(path).pixels.shape == (32, 40, 3)
    # the same command goes on
    process = begin(tmp_path, *WORDS, "--workers", "2")
    said, told = process.communicate(timeout=400)
    assert process.returncode == 2, told
    assert made(out) == wanted and len(wanted) == MANY
    counts = [
        int(word.strip(".,")) for word in said.split() if word.strip(".,").isdigit()
    ]
    drawn, there, failed = counts
    assert drawn + there == MANY and there >= len(before) and failed == 3
    assert all(path.read_bytes() == data for path, data in before.items())
    # nothing else lies about, and each bad one has its reason
    assert {path.name for path in out.iterdir()} == {*"0123456", "failed.jsonl"}
    lines = [json.loads(x) for x in (out / "failed.jsonl").read_text().splitlines()]
    bad = {"photos/0/bad.jpg", "photos/1/bad.jpg", "photos/b.jpg"}
    assert {line["photo"] for line in lines} == bad
    errors = told.strip().splitlines()
    assert len(errors) == 3 and all(line.startswith("error: ") for line in errors)
    # a third time there is nothing to draw
    process = begin(tmp_path, *WORDS)
    said, told = process.communicate(timeout=400)
    assert said.startswith(f"Drawn: 0, there already: {MANY}, failed: 3.")


@needs_beam
@pytest.mark.slow
def test_a_killed_worker_is_told_and_the_run_goes_to_its_end(photos, tmp_path):
    process = begin(tmp_path, *WORDS, "--workers", "2")
    wait_for(tmp_path / "out", 20)
    os.kill(workers_of(process)[0], signal.SIGKILL)
    _, told = process.communicate(timeout=400)
    lines = told.strip().splitlines()
    assert process.returncode == 2
    assert lines[0].startswith("warning: A worker was ended") and len(lines) == 4, told
    assert len(made(tmp_path / "out")) == MANY


@needs_beam
@pytest.mark.slow
def test_results_are_those_of_cartoonize(process, tmp_path):
    images.write(tmp_path / "photos" / "a" / "p.png", samples.draw_photo(1, 60, 80))
    words = "--input", "photos", "--output", "out", "--workers", 1
    result = process("bulk", *words, "--style", "hosoda")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Drawn: 1, there already: 0, failed: 0. out\n"
    process("cartoonize", "photos", "--out", "own", "--style", "hosoda")
    ours = (
        images.read(tmp_path / home / "a" / "p.png").pixels for home in ("out", "own")
    )
    assert next(ours).tobytes() == next(ours).tobytes()


@needs_beam
@pytest.mark.parametrize(
    "words, rules",
    [
        (("--input", "nowhere/*.jpg"), ("--input", "nowhere/*.jpg")),
        (("--style", "nobody"), ("--style", "nobody")),
        (("--weights", "none.onnx"), ("none.onnx",)),
        (("--output", "photo.jpg"), ("photo.jpg", "is a file")),
        (("--runner", "NoRunner"), ("NoRunner",)),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(
    command, tmp_path, refused, words, rules
):
    images.write(tmp_path / "photo.jpg", samples.draw_photo(1, 32, 40))
    given = {"--input": "photo.jpg", "--output": "out"}
    if "--runner" in words:
        given["--workers"] = "1"
    if "--style" not in words:
        given["--weights"] = str(ROOT / "saved_models" / "paprika" / "light.onnx")
    given[words[0]] = words[1]
    refused(command("bulk", *(x for pair in given.items() for x in pair)), *rules)
    assert not list(tmp_path.glob("out/*"))


@pytest.mark.parametrize(
    "words, rule",
    [
        (("--style", "a", "--weights", "b.onnx"), "must not both"),
        (("--weights", "b.keras"), ".onnx or a .tflite"),
        (("--strength", "2"), "0..1"),
        (("--workers", "0"), "at least 1"),
        (("--max-size", "0"), "at least 1"),
    ],
)
def test_bad_flags_are_refused_without_beam(command, refused, words, rule):
    refused(command("bulk", "--input", "a", "--output", "b", *words), rule)


def test_without_beam_it_says_what_to_install(command, refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    result = command("bulk", "--input", "a", "--output", "b")
    refused(result, "Apache Beam", "pip install 'cartoongan-tf[beam]'")
