"""The JSON of TensorFlow Serving's REST interface, for pictures in base64."""

import base64
import binascii
import json

INPUT, OUTPUT = "image_bytes", "cartoon_bytes"  # the signature that exports have
MOST = 16  # photos of one request
_NUMBERS = 1000  # commas, from which on it is pixels that are listed: too slow to read


def parse(body: bytes) -> tuple[list[bytes], bool]:
    """The photos of a request.

    Args:
        body: `{"instances": [{"b64": "..."}]}`, with `image_bytes` around or not, or
            `{"inputs": ...}`.

    Returns:
        Their files, and whether they came by `instances`.

    Raises:
        ValueError: For anything else.
    """
    if body.count(b",") > _NUMBERS or body.count(b"[") > _NUMBERS:
        raise _wrong("a list of numbers")
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _wrong("no JSON") from error
    if not isinstance(given, dict):
        raise _wrong(type(given).__name__)
    name = given.get("signature_name", INPUT)
    if name not in (INPUT, "serving_default"):
        raise ValueError(f"`signature_name` must be {INPUT}. Received: another")
    by_rows = "instances" in given
    if by_rows == ("inputs" in given):
        raise _wrong("neither or both")
    listed = given["instances" if by_rows else "inputs"]
    if not by_rows and isinstance(listed, dict) and INPUT in listed:
        listed = listed[INPUT]
    if not by_rows and isinstance(listed, dict):
        listed = [listed]
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST:
        raise ValueError(f"There must be 1 to {MOST} photos. Received: another number")
    return [_photo(entry) for entry in listed], by_rows


def _photo(entry):
    if isinstance(entry, dict) and set(entry) == {INPUT}:
        entry = entry[INPUT]
    text = entry.get("b64") if isinstance(entry, dict) else None
    if not isinstance(text, str) or len(entry) != 1:
        raise _wrong("another value")
    try:
        photo = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"A photo must be base64. Received: {error}") from error
    if not photo:
        raise ValueError("A photo must not be empty. Received: 0 bytes")
    return photo


def _wrong(received):
    return ValueError(
        'A body must be {"instances": [{"image_bytes": {"b64": "..."}}]}, of '
        f"photos' files in base64. Received: {received}",
    )


def request(photos: list[bytes]) -> bytes:
    """The body of a request for these photos' files."""
    rows = [{INPUT: {"b64": base64.b64encode(photo).decode()}} for photo in photos]
    return json.dumps({"signature_name": INPUT, "instances": rows}).encode()


def answer(cartoons: list[bytes], by_rows: bool) -> bytes:
    """The body of an answer with these cartoons' files."""
    listed = [{"b64": base64.b64encode(cartoon).decode()} for cartoon in cartoons]
    return json.dumps({"predictions" if by_rows else "outputs": listed}).encode()


def parse_answer(body: bytes) -> list[bytes]:
    """The cartoons' files of an answer to `request`.

    Raises:
        ValueError: When it is none.
    """
    try:
        rows = json.loads(body)["predictions"]
        rows = [row.get(OUTPUT, row) for row in rows]
        return [base64.b64decode(row["b64"], validate=True) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        told = body[:60].decode("utf-8", "backslashreplace")
        raise ValueError(
            'An answer must be {"predictions": [{"b64": "..."}]}. Received: ' + told
        ) from error


def status(style: str) -> dict:
    """What `GET /v1/models/STYLE` says of a style that can be drawn."""
    state = {"error_code": "OK", "error_message": ""}
    version = {"version": "1", "state": "AVAILABLE", "status": state}
    return {"model_version_status": [version]}


def metadata(style: str) -> dict:
    """What `GET /v1/models/STYLE/metadata` says."""
    any_number = {"dim": [{"size": "-1", "name": ""}], "unknown_rank": False}

    def tensor(name):
        return {name: {"dtype": "DT_STRING", "tensor_shape": any_number, "name": name}}

    signature = {
        "inputs": tensor(INPUT),
        "outputs": tensor(OUTPUT),
        "method_name": "tensorflow/serving/predict",
    }
    return {
        "model_spec": {"name": style, "signature_name": "", "version": "1"},
        "metadata": {"signature_def": {"signature_def": {INPUT: signature}}},
    }
