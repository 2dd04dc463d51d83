"""API keys, from a file: who may ask a server that others can reach."""

import hashlib
import hmac
import os
from pathlib import Path

SHORTEST = 16  # letters: shorter keys can be guessed


class Keys:
    """The keys of a file.

    Args:
        path: A text file, one key a line; `#` begins a comment.

    Raises:
        ValueError: When it cannot be read, has none, or one that is too short.
    """

    def __init__(self, path: str | os.PathLike):
        try:
            lines = Path(path).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(
                f"`--keys` must be a text file. Received: {path} ({error})"
            ) from error
        keys = [line.partition("#")[0].strip() for line in lines]
        keys = [key for key in keys if key]
        if not keys:
            raise ValueError(
                f"`--keys` must have a key a line. Received: {path}, empty"
            )
        short = [n for n, key in enumerate(keys, 1) if len(key) < SHORTEST]
        if short:
            raise ValueError(
                f"A key must have at least {SHORTEST} letters. Received: fewer, key "
                f"{short[0]} of {path}"
            )
        self._digests = [_digest(key) for key in keys]

    def allow(self, headers) -> bool:
        """Whether a request has one, as `Authorization: Bearer KEY` or `X-API-Key`."""
        given = headers.get("x-api-key", "")
        scheme, _, rest = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            given = rest.strip()
        digest = _digest(given)
        # All are compared: the time it takes says nothing.
        return sum([hmac.compare_digest(digest, own) for own in self._digests]) > 0


def _digest(key):
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
