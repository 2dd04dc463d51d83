"""What a request brings: its bytes, within limits; the photo in them."""

import asyncio
import time

from cartoongan_tf.serving.refusals import Refusal, shown

TOGETHER = 15  # times a photo's limit that all bodies may have in memory together
FIELDS = 20  # of a form


class Ledger:
    """How many bytes of bodies are in memory, of all requests together.

    Args:
        most: That may be.
    """

    def __init__(self, most: int):
        self.most, self.taken = most, 0

    def take(self, count: int) -> None:
        """Notes bytes that came.

        Raises:
            Refusal: 429, when they are too many.
        """
        if self.taken + count > self.most:
            raise Refusal(429, "The server is busy with uploads; try again later", 2)
        self.taken += count

    def give(self, count: int) -> None:
        """Notes bytes that are gone."""
        self.taken -= count


async def read(request, most: int, limits, ledger: Ledger) -> bytes:
    """A request's body, if it is not too large and not too slow.

    What is taken from the ledger is the caller's to give back: as many bytes as come.

    Args:
        request: Starlette's.
        most: Bytes.
        limits: Of the server.
        ledger: Of the server.

    Raises:
        Refusal: 413 for more bytes, 408 for slow ones, 415 for packed ones.
    """
    if "content-encoding" in request.headers:
        raise Refusal(
            415, "A body must not be packed. Received: content-encoding "
            f"{shown(request.headers['content-encoding'])}",
        )  # fmt: skip
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most:
        raise _too_many(most, f"{announced[:20]} bytes")
    body = bytearray()
    begin = time.monotonic()
    try:
        while True:
            due = limits.patience + len(body) / (1000 * limits.speed)
            left = begin + due - time.monotonic()
            if left <= 0:
                raise asyncio.TimeoutError
            message = await asyncio.wait_for(request.receive(), left)
            if message["type"] == "http.disconnect":
                raise Refusal(400, "A body must be whole. Received: less")
            part = message.get("body", b"")
            if len(body) + len(part) > most:
                raise _too_many(most, "more")
            ledger.take(len(part))
            body += part
            if not message.get("more_body", False):
                request.scope["body_is_read"] = True
                return bytes(body)
    except asyncio.TimeoutError:
        ledger.give(len(body))
        raise Refusal(
            408,
            f"A body must come at {limits.speed:g} kB/s, after {limits.patience:g} s. "
            f"Received: {len(body)} bytes in {time.monotonic() - begin:.0f} s",
        ) from None
    except BaseException:
        ledger.give(len(body))
        raise


def _too_many(most, received):
    return Refusal(413, f"A photo must have at most {most} bytes. Received: {received}")


def photo_of(body: bytes, content_type: str) -> tuple[bytes, list[tuple[str, str]]]:
    """The photo in a body, and the fields beside it.

    Args:
        body: The photo itself, or a form with one file.
        content_type: Of the request. All but `multipart/form-data` means the photo
            itself: what it is its first bytes tell, and curl calls it a form of its
            own.

    Raises:
        Refusal: 400.
    """
    kind, _, rest = content_type.partition(";")
    if kind.strip().lower() == "multipart/form-data":
        return _of_form(body, rest)
    if not body:
        raise Refusal(400, "A photo must not be empty. Received: 0 bytes")
    return body, []


def _of_form(body, parameters):
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import MultipartParser, parse_options_header

    _, options = parse_options_header(f"x;{parameters}")
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise Refusal(400, "A form must name its boundary. Received: none")
    form = _Form(parse_options_header)
    try:
        parser = MultipartParser(boundary, form.callbacks())
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        if isinstance(error, Refusal):
            raise
        raise Refusal(400, f"A form must be whole. Received: {error}") from error
    if len(form.files) != 1 or not form.is_whole:
        told = len(form.files) if form.is_whole else "one that is cut off"
        raise Refusal(400, f"A form must have one file. Received: {told}")
    if not form.files[0]:
        raise Refusal(400, "A photo must not be empty. Received: 0 bytes")
    return form.files[0], form.fields


class _Form:
    """Collects what the parser finds."""

    def __init__(self, parse_header):
        self.files, self.fields, self.is_whole = [], [], False
        self._parse_header = parse_header
        self._parts = 0

    def callbacks(self):
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda d, s, e: self._name.extend(d[s:e]),
            "on_header_value": lambda d, s, e: self._value.extend(d[s:e]),
            "on_header_end": self._header,
            "on_part_data": lambda d, s, e: self._data.extend(d[s:e]),
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self):
        self._parts += 1
        if self._parts > FIELDS:
            raise Refusal(400, f"A form must have at most {FIELDS} fields")
        self._name, self._value, self._data = bytearray(), bytearray(), bytearray()
        self._disposition = {}

    def _header(self):
        if bytes(self._name).lower() == b"content-disposition":
            self._disposition = self._parse_header(bytes(self._value))[1]
        self._name, self._value = bytearray(), bytearray()

    def _end(self):
        if b"filename" in self._disposition:
            self.files.append(bytes(self._data))
        else:
            name = self._disposition.get(b"name", b"")
            pair = name, bytes(self._data[:100])
            self.fields.append(tuple(part.decode("utf-8", "replace") for part in pair))

    def _finish(self):
        self.is_whole = True
