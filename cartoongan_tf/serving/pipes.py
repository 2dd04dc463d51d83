"""How server and painters talk: a line of JSON about bytes, and the bytes."""

import asyncio
import json
import struct

_SIZES = struct.Struct(">II")  # of the JSON and of the bytes


def pack(header: dict, data: bytes = b"") -> bytes:
    """A message, but for its bytes, which follow it."""
    text = json.dumps(header).encode()
    return _SIZES.pack(len(text), len(data)) + text


def read(file) -> tuple[dict, bytes] | None:
    """The next message from a file; None at its end."""
    sizes = file.read(_SIZES.size)
    if len(sizes) < _SIZES.size:
        return None
    text, data = _SIZES.unpack(sizes)
    return json.loads(file.read(text)), file.read(data)


def write(file, header: dict, data: bytes = b"") -> None:
    """Writes a message to a file."""
    file.write(pack(header, data))
    file.write(data)
    file.flush()


async def receive(reader: asyncio.StreamReader) -> tuple[dict, bytes]:
    """The next message from a stream.

    Raises:
        asyncio.IncompleteReadError: When the other side has gone.
    """
    text, data = _SIZES.unpack(await reader.readexactly(_SIZES.size))
    header = json.loads(await reader.readexactly(text))
    return header, await reader.readexactly(data)


async def send(writer: asyncio.StreamWriter, header: dict, data: bytes = b"") -> None:
    """Writes a message to a stream.

    Raises:
        OSError: When the other side has gone.
    """
    writer.write(pack(header, data))
    if data:
        writer.write(data)
    await writer.drain()
