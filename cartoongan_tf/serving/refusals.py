"""Why a request was not answered with a picture: a status and one line."""

import json


class Refusal(ValueError):
    """A request that is answered with an error.

    Args:
        status: Of HTTP.
        line: What the client is told, in one line.
        wait: Seconds after which it may try again, or None.
        headers: More of them.
    """

    def __init__(self, status: int, line: str, wait: int | None = None, headers=()):
        super().__init__(line)
        self.status, self.line, self.wait = status, line, wait
        self.headers = dict(headers)


def body(line: str) -> bytes:
    """An error as TensorFlow Serving and this server tell it: JSON, one line."""
    text = " ".join(line.split())
    text = text if len(text) <= 500 else f"{text[:497]}..."
    return json.dumps({"error": text}, ensure_ascii=True).encode() + b"\n"


def shown(text: str) -> str:
    """What a client sent, for a line that tells of it: short, and of plain letters."""
    text = text if len(text) <= 40 else f"{text[:37]}..."
    return text.encode("ascii", "backslashreplace").decode()
