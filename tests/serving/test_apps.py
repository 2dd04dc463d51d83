"""Facts about what a server answers: a real one, on a free port."""

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def photo():
    return images.encode(samples.draw_photo(3, 72, 100), ".png")


def pixels(data):
    return images.decode(data).pixels


def test_a_photo_comes_back_as_the_cartoonizer_draws_it(server, hostile, photo):
    status, body = hostile.ask(server.port, hostile.post(photo, "/v1/styles/paprika"))
    assert status == 200
    expected = Cartoonizer("paprika")(pixels(photo))
    assert np.abs(pixels(body).astype(int) - expected).max() <= 1
    assert np.abs(pixels(body).astype(int) - pixels(photo)).mean() > 3


@pytest.mark.parametrize(
    "query, same",
    [
        ("strength=0.5", {"strength": 0.5}),
        ("keep-color=1", {"keep_color": True}),
    ],
)
def test_options_do_what_they_do_in_python(server, hostile, photo, query, same):
    request = hostile.post(photo, f"/v1/styles/pepper?{query}")
    status, body = hostile.ask(server.port, request)
    expected = Cartoonizer("pepper")(pixels(photo), **same)
    assert status == 200
    assert np.abs(pixels(body).astype(int) - expected).max() <= 1


def test_a_form_has_the_photo_and_options_as_fields(server, hostile, photo):
    parts = [
        ('name="photo"; filename="me.png"', photo),
        ('name="strength"', b"0"),
        ('name="format"', b"webp"),
        ('name="max-size"', b""),
    ]
    kind = "Content-Type: multipart/form-data; boundary=b"
    request = hostile.post(hostile.form(*parts), "/v1/styles/pepper", kind)
    status, body = hostile.ask(server.port, request)
    assert status == 200 and body[8:12] == b"WEBP"
    assert np.abs(pixels(body).astype(int) - pixels(photo)).mean() < 6


@pytest.mark.parametrize(
    "kind, query, begins",
    [
        ("JPEG", "", b"\xff\xd8\xff"),
        ("PNG", "", b"\x89PNG"),
        ("BMP", "", b"\x89PNG"),
        ("BMP", "?format=jpg", b"\xff\xd8\xff"),
    ],
)
def test_a_result_has_the_photos_format_or_the_one_asked_for(
    server, hostile, kind, query, begins
):
    request = hostile.post(hostile.photo(kind), f"/v1/styles/pepper{query}")
    status, body = hostile.ask(server.port, request)
    assert status == 200 and body.startswith(begins)


def test_a_photo_is_turned_upright_and_keeps_its_alpha(server, hostile):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = hostile.photo("JPEG", (96, 64), exif=exif.tobytes())
    _, body = hostile.ask(server.port, hostile.post(turned))
    assert Image.open(io.BytesIO(body)).size == (64, 96)
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 30), (200, 30, 30, 77)).save(buffer, "PNG")
    _, body = hostile.ask(server.port, hostile.post(buffer.getvalue()))
    assert Image.open(io.BytesIO(body)).getpixel((5, 5))[3] == 77


def test_it_speaks_the_rest_of_tensorflow_serving(server, hostile, photo, get):
    text = base64.b64encode(photo).decode()
    expected = Cartoonizer("pepper")(pixels(photo))
    for given, listed in (
        ({"instances": [{"image_bytes": {"b64": text}}] * 2}, "predictions"),
        ({"instances": [{"b64": text}] * 2}, "predictions"),
        ({"inputs": {"image_bytes": [{"b64": text}] * 2}}, "outputs"),
    ):
        body = json.dumps({"signature_name": "image_bytes", **given}).encode()
        path = "/v1/models/pepper/versions/1:predict"
        status, answer = hostile.ask(server.port, hostile.post(body, path))
        assert status == 200
        rows = json.loads(answer)[listed]
        assert len(rows) == 2
        for row in rows:
            cartoon = pixels(base64.b64decode(row["b64"]))
            assert np.abs(cartoon.astype(int) - expected).max() <= 1
    status, told = get("/v1/models/pepper")
    assert told["model_version_status"][0]["state"] == "AVAILABLE"
    assert "image_bytes" in json.dumps(get("/v1/models/pepper/metadata")[1])


def test_an_unknown_style_is_a_404_that_names_those_that_there_are(get):
    status, told = get("/v1/models/none")
    assert status == 404
    line = "A style must be one of pepper, paprika. Received: none"
    assert told == {"error": line}


def test_styles_are_listed_with_their_terms(get):
    status, told = get("/v1/styles")
    assert [style["name"] for style in told["styles"]] == ["pepper", "paprika"]
    assert "free for all" in told["styles"][0]["terms"]
    assert "non-commercial" in told["styles"][1]["terms"]


def test_it_tells_of_its_health_and_counts_what_it_answers(get, server, hostile, photo):
    assert get("/healthz")[0] == get("/readyz")[0] == 200
    figure = 'cartoongan_requests_total{status="200",style="paprika"} '

    def count():
        found = re.search(re.escape(figure) + r"(\S+)", get("/metrics")[1])
        return float(found[1]) if found else 0

    before = count()
    hostile.ask(server.port, hostile.post(photo, "/v1/styles/paprika"))
    assert count() == before + 1
    # No client makes up names of figures.
    hostile.ask(server.port, hostile.post(photo, "/v1/styles/made-up"))
    assert "made-up" not in get("/metrics")[1]


def test_its_pages_need_nothing_from_elsewhere(get):
    for path in ("/docs", "/form"):
        status, page = get(path)
        assert status == 200
        assert not re.search(r"(src|href)=[\"']?(https?:)?//", page)
    status, document = get("/openapi.json")
    assert document["openapi"].startswith("3.1")
    assert "/v1/styles/{style}" in document["paths"]


def test_what_openapi_names_is_there(get, server, hostile, photo):
    for path, methods in get("/openapi.json")[1]["paths"].items():
        path = path.replace("{style}", "pepper")
        for method in methods:
            if method == "get":
                assert get(path)[0] == 200, path
            else:
                status, _ = hostile.ask(server.port, hostile.post(photo, path))
                assert status in (200, 400), path


def test_neither_server_nor_painters_load_tensorflow(server, hostile, photo):
    hostile.ask(server.port, hostile.post(photo))
    pids = server.pids()
    assert len(pids) == 2
    for pid in pids:
        assert "tensorflow" not in Path(f"/proc/{pid}/maps").read_text()


def test_many_at_once_are_all_drawn_or_told_when_to_come_again(server, hostile, photo):
    from concurrent.futures import ThreadPoolExecutor

    request = hostile.post(photo)
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: hostile.ask(server.port, request), range(40)))
    statuses = {status for status, _ in answers}
    assert statuses == {200, 429}
    assert sum(status == 200 for status, _ in answers) >= 17  # one drawn, 16 wait
    refused = next(body for status, body in answers if status == 429)
    assert json.loads(refused) == {"error": "The server is busy; try again later"}
