"""Photos to a server and cartoons back: by REST, as TensorFlow Serving speaks it."""

import http.client
import json
import random
import time
import urllib.parse

from cartoongan_tf import terminal
from cartoongan_tf.clients import rest

FIRST_WAIT = 0.5  # seconds before the second try; each further wait is twice as long
LONGEST_WAIT = 20.0  # seconds, also where a server asks for more
MOST = 2**29  # bytes of an answer


class Unanswered(ValueError):
    """A server that is down, or has not this style: no photo will fare better."""


class Passing(ValueError):
    """What may be better in a moment.

    Args:
        line: What to tell when it is not.
        wait: Seconds that the server asks for, or None.
        is_down: Whether the server was not there at all.
    """

    def __init__(self, line: str, wait: float | None = None, is_down: bool = False):
        super().__init__(line)
        self.wait, self.is_down = wait, is_down


def insist(attempt, retries: int, sleep=time.sleep):
    """Calls a function until it does not raise `Passing`.

    Args:
        attempt: The function.
        retries: How often after the first time.
        sleep: Waits so many seconds.

    Raises:
        Unanswered: When the server was not there the last time.
        ValueError: When it was busy then.
    """
    for number in range(retries + 1):
        try:
            return attempt()
        except Passing as error:
            if number == retries:
                tried = "once" if retries == 0 else f"{retries + 1} times"
                kind = Unanswered if error.is_down else ValueError
                raise kind(f"{error}. Tried {tried}") from error
            wait = FIRST_WAIT * 2**number
            wait = max(error.wait or 0.0, wait * random.uniform(0.75, 1.25))
            sleep(min(wait, LONGEST_WAIT))


class RestClient:
    """Asks a server of ours, or TensorFlow Serving.

    Args:
        server: `HOST:PORT`, or an address with http:// or https:// before it.
        style: What the server has drawn.
        seconds: For an answer to come.
        retries: How often to try again where a server is down or busy.
        key: An API key, or None.

    Raises:
        ValueError: When `server` is no address.
    """

    def __init__(self, server: str, style: str, seconds=60.0, retries=4, key=None):
        whole = server if "://" in server else f"http://{server}"
        try:
            parts = urllib.parse.urlsplit(whole)
            self._port = parts.port
        except ValueError:
            parts = None
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(
                "`--server` must be HOST:PORT, or begin with http:// or https://. "
                f"Received: {server}"
            )
        secure = parts.scheme == "https"
        self._kind = (
            http.client.HTTPSConnection if secure else http.client.HTTPConnection
        )
        self._host, self._server = parts.hostname, server
        name = urllib.parse.quote(style, safe="")
        self._path = f"{parts.path.rstrip('/')}/v1/models/{name}"
        self._style, self._seconds, self._retries = style, seconds, retries
        self._headers = {"Content-Type": "application/json"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {key}"

    def check(self) -> None:
        """Asks whether the style is there.

        Raises:
            Unanswered: When it is not, or the server is down.
            ValueError: When the server is busy all the time.
        """
        body = insist(lambda: self._ask("GET", self._path), self._retries)
        try:
            versions = json.loads(body)["model_version_status"]
            states = [version["state"] for version in versions]
        except (ValueError, KeyError, TypeError):
            raise Unanswered(
                f"{self._server} must be a server of styles. Received: another answer"
            ) from None
        if "AVAILABLE" not in states:
            raise Unanswered(
                f"The server {self._server} has the style {self._style}, but cannot "
                f"draw it yet: {', '.join(states)}"
            )

    def draw(self, photo: bytes) -> bytes:
        """Has a photo drawn.

        Args:
            photo: A JPEG or PNG file's content; a server of ours takes other kinds too.

        Returns:
            The cartoon, a PNG file's content.

        Raises:
            Unanswered: When the server is down, or has not the style.
            ValueError: When the server is busy or refuses the photo.
        """
        body = rest.request([photo])
        path = f"{self._path}:predict"
        answer = insist(lambda: self._ask("POST", path, body), self._retries)
        (cartoon,) = rest.parse_answer(answer)
        return cartoon

    def _ask(self, method, path, body=None):
        connection = self._kind(self._host, self._port, timeout=self._seconds)
        try:
            try:
                connection.request(method, path, body, self._headers)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it may have answered before it had read all
            response = connection.getresponse()
            answer = response.read(MOST + 1)
        except TimeoutError:
            raise Passing(
                f"The server {self._server} must answer within {self._seconds:g} s. "
                "Received: nothing"
            ) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or terminal.one_line(error)
            raise Passing(
                f"There must be a server at {self._server}. Received: {reason} (one "
                f"starts by `{terminal.command('serve')} --styles {self._style}`)",
                is_down=True,
            ) from None
        finally:
            connection.close()
        if len(answer) > MOST:
            raise ValueError(
                f"An answer must have at most {MOST} bytes. Received: more"
            )
        if response.status != 200:
            self._refuse(response, answer)
        return answer

    def _refuse(self, response, answer):
        try:
            told = str(json.loads(answer)["error"])
        except (ValueError, KeyError, TypeError):
            told = answer[:200].decode("utf-8", "backslashreplace")
        told = terminal.one_line(ValueError(told or response.reason))
        status = response.status
        if status in (429, 502, 503, 504):
            wait = response.headers.get("Retry-After", "")
            raise Passing(
                f"The server {self._server} is busy ({status}): {told}",
                float(wait) if wait.isdecimal() else None,
            )
        if status == 404:
            raise Unanswered(
                f"The server {self._server} must have the style {self._style}. "
                f"Received: {told}"
            )
        if status in (401, 403):
            raise Unanswered(
                f"The server {self._server} wants a key that it knows: --key-file. "
                f"Received: {told}"
            )
        raise ValueError(f"The server {self._server} refuses ({status}): {told}")
