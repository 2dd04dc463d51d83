"""Facts about the command that serves styles; what it answers: tests/serving/."""

import shutil
import socket
from pathlib import Path

import pytest

STYLES = Path(__file__).resolve().parent.parent / "saved_models"


@pytest.mark.parametrize(
    "flags, words",
    [
        (["--host", "0.0.0.0"], ["--keys", "other machines"]),
        (["--host", "::"], ["--keys"]),
        (["--host", "example.org"], ["--keys"]),
        (["--styles", "nobody"], ["nobody", "must be one of"]),
        (["--styles", "pepper", "pepper"], ["once"]),
        (["--styles", "a/b"], ["letters"]),
        (["--styles", "mine=no.onnx"], ["no.onnx"]),
        (["--styles", "mine=x.keras"], [".onnx or .tflite"]),
        (["--port", "99999"], ["--port"]),
        (["--painters", "0"], ["--painters"]),
        (["--max-megapixels", "0"], ["--max-megapixels"]),
        (["--queue", "-1"], ["--queue"]),
        (["--keys", "none.txt"], ["none.txt"]),
        (["--page", "."], ["make web-build"]),
    ],
)
def test_what_cannot_be_served_is_one_line(command, refused, flags, words):
    refused(command("serve", "--port", 0, *flags), *words)


def test_an_address_that_is_taken_is_one_line(command, refused):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(command("serve", "--port", port), port, "in use")


@pytest.mark.slow
def test_weights_that_are_damaged_are_one_line(process, refused, tmp_path):
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    result = process("serve", "--styles", "bad=bad.onnx", "--port", 0)
    refused(result, "bad.onnx", "whole .onnx")


@pytest.mark.slow
def test_weights_of_ones_own_are_served(hostile, tmp_path):
    shutil.copy(STYLES / "hayao" / "light.onnx", tmp_path / "own.onnx")
    server = hostile.Server("--styles", f"mine={tmp_path / 'own.onnx'}")
    request = hostile.post(hostile.photo(), "/v1/styles/mine")
    assert hostile.ask(server.port, request)[0] == 200
    assert server.stop()[0] == 0


@pytest.mark.slow
def test_others_need_a_key(hostile, tmp_path):
    (tmp_path / "keys.txt").write_text("0123456789abcdef\n")
    server = hostile.Server("--host", "0.0.0.0", "--keys", tmp_path / "keys.txt")

    def ask(*headers):
        request = hostile.post(hostile.photo(), "/v1/styles/pepper", *headers)
        return hostile.ask(server.port, request)

    status, body = ask()
    assert status == 401 and b"API key" in body
    assert ask("X-API-Key: 0123456789abcdeF")[0] == 401
    assert ask("X-API-Key: 0123456789abcdef")[0] == 200
    assert ask("Authorization: Bearer 0123456789abcdef")[0] == 200
    for path, status in (("/metrics", 401), ("/healthz", 200), ("/form", 200)):
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        assert hostile.ask(server.port, request)[0] == status
    assert server.stop()[0] == 0


@pytest.mark.slow
def test_int8_files_draw_nearly_the_same(hostile):
    pytest.importorskip("ai_edge_litert")
    import numpy as np

    from cartoongan_tf.inference.cartoonizer import Cartoonizer
    from cartoongan_tf.pictures import images
    from cartoongan_tf.samples import samples

    photo = samples.draw_photo(2, 200, 256)
    server = hostile.Server("--styles", "pepper", "--int8", "--painters", 1)
    request = hostile.post(images.encode(photo))
    cartoon = images.decode(hostile.ask(server.port, request)[1]).pixels
    expected = Cartoonizer("pepper")(photo)
    assert 0 < np.abs(cartoon.astype(int) - expected).mean() < 10
    assert server.stop()[0] == 0


@pytest.mark.slow
def test_a_page_of_the_web_is_served_at_the_root_and_nothing_beside_it(
    hostile, tmp_path
):
    page = tmp_path / "dist"
    page.mkdir()
    (page / "index.html").write_text("<p>the page</p>")
    (page / "models.json").write_text("{}")
    (tmp_path / "secret.txt").write_text("secret")
    server = hostile.Server("--page", page, "--painters", 1)

    def get(path):
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        return hostile.ask(server.port, request)

    assert get("/") == (200, b"<p>the page</p>")
    assert get("/models.json") == (200, b"{}")
    assert b"<form>" in get("/form")[1]
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/none"):
        status, body = get(path)
        assert status == 404 and b"secret" not in body.replace(b"/secret", b"")
    assert server.stop()[0] == 0
