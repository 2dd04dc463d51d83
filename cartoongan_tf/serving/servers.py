"""A server of styles on a port: started, told where it is, stopped without loss."""

import asyncio
import ipaddress
import signal
import socket
import sys
from pathlib import Path

from cartoongan_tf.inference import styles
from cartoongan_tf.serving.limits import Limits

SUFFIXES = (".onnx", ".tflite")  # what is drawn with without TensorFlow


def take_styles(wanted: list[str], int8=False) -> dict[str, tuple[list, dict]]:
    """The files of each style, and what a server tells of it.

    Args:
        wanted: Names of styles in the box, or `NAME=FILE` for an `.onnx` or `.tflite`
            of one's own.
        int8: Whether the int8 `.tflite` of styles in the box are to be used.

    Raises:
        ValueError: When there is none of that name, or its file needs TensorFlow.
    """
    found = {}
    names = [entry.partition("=")[0] for entry in wanted]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"A style must be named once. Received: {twice[0]} twice")
    for entry in wanted:
        name, _, file = entry.partition("=")
        if not name or not name.replace("-", "").replace("_", "").isalnum():
            raise ValueError(
                f"A style's name must be of letters, digits, - and _. Received: {entry}"
            )
        known = {**styles.OWN, **styles.STYLES}.get(name)
        if file:
            path, known = Path(file), None
            if path.suffix not in SUFFIXES or not path.is_file():
                raise ValueError(
                    f"A style's file must be an .onnx or .tflite. Received: {file}"
                )
        else:
            weights = styles.find_weights(name)
            path = weights.with_suffix(".onnx")
            if not path.is_file():
                raise ValueError(
                    "A server draws with .onnx and .tflite files, without TensorFlow. "
                    f"Received: {name}, of which there is {weights} alone; export it, "
                    f"and name it as {name}=FILE"
                )
        told = {
            "name": name,
            "source": known.source if known else "a file of this server's owner",
            "terms": known.terms if known else "ask this server's owner",
        }
        more = []
        if int8 and not file:
            more = [file for _, file in styles.list_int8(path.parent / "tflite")]
        found[name] = [str(file.resolve()) for file in (path, *more)], told
    return found


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server at that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bind(host: str, port: int) -> socket.socket:
    """A socket at an address.

    Raises:
        ValueError: When it is taken, or not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        # A server that was killed may be started again at once.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
        return listening
    except (OSError, OverflowError) as error:
        raise ValueError(
            f"`--host` and `--port` must be free to listen at. Received: {host}:{port} "
            f"({getattr(error, 'strerror', None) or error})"
        ) from error


def run(
    found, limits: Limits, listening, painters: int, threads=1, keys=None, page=None
):
    """Serves until it is told to stop, by SIGTERM or Ctrl-C; then finishes its photos.

    Args:
        found: Of `take_styles`.
        limits: What is refused.
        listening: Of `bind`.
        painters: How many processes draw.
        threads: To draw one photo with.
        keys: `Keys`, or None.
        page: The web page's folder, or None.

    Raises:
        ValueError: When a style's file is none that can be drawn with.
        ImportError: When a library of the extra `serve` is missing.
    """
    _allow_connections(limits.connections)
    asyncio.run(_serve(found, limits, listening, painters, threads, keys, page))


async def _serve(found, limits, listening, painters, threads, keys, page):
    try:
        import python_multipart  # noqa: F401  # asked for before a form comes
        import uvicorn

        from cartoongan_tf.serving import apps, protocols
        from cartoongan_tf.serving.pools import Pool
    except ImportError as error:
        raise ImportError(
            f"A server needs more libraries ({error}): "
            "`pip install 'cartoongan-tf[serve]'`"
        ) from error
    files = {name: file for name, (file, _) in found.items()}
    pool = Pool(files, limits, painters, threads)
    await pool.start()
    told = {name: words for name, (_, words) in found.items()}
    config = uvicorn.Config(
        apps.Application(pool, told, keys, page),
        http=protocols.make(limits),
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=int(limits.seconds) + 5,
    )
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(
        f"Serving {', '.join(files)} at http://{shown}:{port}/ "
        f"({painters} painter{'s' * (painters > 1)}; /docs tells what can be asked)",
        flush=True,
    )
    # uvicorn raises the signal again when it is done; that it came is no error.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: None)
    try:
        await uvicorn.Server(config).serve(sockets=[listening])
    finally:
        await pool.stop()
    print("Stopped.", file=sys.stderr)


def _allow_connections(most: int) -> None:
    """Lets this process have that many sockets, where the system lets it."""
    try:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = most + 100
        if soft < wanted:
            soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    except (ImportError, ValueError, OSError):
        pass
