"""What requests that mean harm do to a server of `serve`: nothing but 4xx.

    python benchmarks/hostile.py [PHOTO ...] [--requests 1000] [--at-once 12]

Starts a server, asks it for good pictures one by one, then does so again while hostile
requests come at the same time: truncated and lying pictures, bombs, wrong types, large
and slow bodies, broken HTTP, path tricks. Prints how each kind was answered, what the
good requests took with and without them, and what became of the server's memory.
"""

import argparse
import atexit
import base64
import collections
import functools
import io
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 2.0  # seconds that the server has with slow clients


# ---------------------------------------------------------------- a server


class Server:
    """A real server on a free port of this machine.

    Args:
        flags: Of `serve`.
        port: Or 0 for any.
    """

    def __init__(self, *flags, port=0):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cartoongan_tf.serve", "--port", str(port)]
            + [str(flag) for flag in flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
        )
        atexit.register(self.process.kill)  # whatever goes wrong here
        self.line = self.process.stdout.readline()
        found = re.search(r":(\d+)/", self.line)
        if not found:
            raise RuntimeError(self.process.communicate()[1])
        self.port = int(found[1])
        self._said = []
        self._reader = threading.Thread(
            target=lambda: self._said.extend(self.process.stderr), daemon=True
        )
        self._reader.start()

    def stop(self, how=signal.SIGTERM):
        """Sends a signal; returns the exit code and what stderr said."""
        self.process.send_signal(how)
        code = self.process.wait(60)
        self._reader.join(5)
        self.process.stdout.close()
        self.process.stderr.close()
        return code, "".join(self._said)

    def pids(self):
        """The server's processes, painters with it."""
        own = self.process.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
        return [own, *map(int, children)]

    def memory(self):
        """Bytes of its processes together, shared ones counted once (PSS)."""
        total = 0
        for pid in self.pids():
            try:
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:
                continue
            total += int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1]) * 1024
        return total


def ask(port, *pieces, pause=0.0, shut=False, patience=30.0):
    """Sends bytes as they are; returns the status and the body of the answer.

    0 stands for a connection that was closed without an answer, -1 for none of both.
    """
    with socket.create_connection(("127.0.0.1", port), patience) as connection:
        stop = threading.Event()

        def send():
            try:
                for piece in pieces:
                    connection.sendall(piece)
                    if pause and stop.wait(pause):
                        return
                if shut:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the answer says why

        sender = threading.Thread(target=send)
        sender.start()
        data = b""
        try:
            while part := connection.recv(65536):
                data += part
                if is_whole(data):
                    break
        except TimeoutError:
            return -1, b""
        except OSError:
            pass
        finally:
            stop.set()
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sender.join()
    head, _, body = data.partition(b"\r\n\r\n")
    found = re.match(rb"HTTP/1\.1 (\d+)", head)
    length = re.search(rb"content-length: (\d+)", head.lower())
    if length:  # what was sent beside may have had an answer of its own
        body = body[: int(length[1])]
    return (int(found[1]) if found else 0), body


def is_whole(data):
    head, split, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    return bool(split and length) and len(body) >= int(length[1])


def post(body, path="/v1/styles/pepper", *headers, length=None):
    """The bytes of a request."""
    length = len(body) if length is None else length
    head = [f"POST {path} HTTP/1.1", "Host: localhost", *headers]
    if length != "":
        head.append(f"Content-Length: {length}")
    return "\r\n".join([*head, "", ""]).encode("latin1") + body


def form(*parts, boundary="b", end=True):
    """The body of a form."""
    text = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode()
        + body
        + b"\r\n"
        for head, body in parts
    )
    return text + (f"--{boundary}--\r\n".encode() if end else b"")


# ---------------------------------------------------------------- pictures


def photo(kind="JPEG", size=(96, 64), seed=0, **more):
    """A good picture's file."""
    levels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3))
    buffer = io.BytesIO()
    Image.fromarray(levels.astype(np.uint8)).save(buffer, kind, **more)
    return buffer.getvalue()


def chunk(name, body):
    check = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + check


def png(width, height, body=None, before=()):
    """A PNG of these sizes, of one bit a pixel."""
    if body is None:
        body = zlib.compress(bytes(((width + 7) // 8 + 1) * height))
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = [chunk(b"IHDR", head), *before, chunk(b"IDAT", body), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@functools.cache
def packed(megabytes):
    """Zeros, packed."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(bytes(10**6)) for _ in range(megabytes)]
    return b"".join([*parts, packer.flush()])


def with_size(data, width, height):
    """A JPEG whose head lies of its size."""
    at = re.search(rb"\xff\xc0..\x08", data, re.S).end()
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def scans(count):
    """A progressive JPEG whose last scan comes again and again."""
    data = photo(progressive=True)
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * count + data[-2:]


def frames(kind, count):
    """An animation of many frames that differ."""
    if kind == "GIF":
        made = [Image.new("P", (8, 8), n % 251) for n in range(count)]
    else:
        made = [
            Image.new("RGB", (8, 8), (37 * n % 256, n % 256, 0)) for n in range(count)
        ]
    for n, frame in enumerate(made):
        frame.putpixel((n % 8, n // 8 % 8), 1 if kind == "GIF" else (n % 256, 1, 2))
    buffer = io.BytesIO()
    made[0].save(buffer, kind, save_all=True, append_images=made[1:])
    return buffer.getvalue()


# ---------------------------------------------------------------- kinds


@functools.cache
def kinds():
    """Every kind of hostile request: a function of a port and random numbers."""
    found = {}
    good = photo()
    big = 100 * 10**6

    def one(name, *pieces, **how):
        found[name] = lambda port, rng: ask(port, *pieces, **how)

    def cut(name, data, least=0.2, most=0.9):
        def run(port, rng):
            return ask(port, post(data[: int(len(data) * rng.uniform(least, most))]))

        found[f"truncated {name}"] = run

    for kind, more in {"JPEG": {}, "PNG": {}, "WebP": {}, "TIFF": {}, "BMP": {},
                       "GIF": {}, "AVIF": {}}.items():  # fmt: skip
        cut(kind, photo(kind, **more))
    cut("progressive JPEG", photo(progressive=True))
    cut("head of a PNG", photo("PNG")[:60])
    # -- that lie
    one("JPEG that says 65500x65500", post(with_size(good, 65500, 65500)))
    one("JPEG that says 7000x7000", post(with_size(good, 7000, 7000)))
    one("PNG of 20000x20000", post(png(20000, 20000)))
    one("PNG that says 2^31", post(png(2**31 - 1, 2**31 - 1, b"x")))
    one("PNG without pixels", post(png(64, 64, b"")))
    one("PNG of too few pixels", post(png(640, 640, packed(1)[:30])))
    one(
        "BMP that says 50000x50000",
        post(photo("BMP")[:18] + struct.pack("<ii", 50000, 50000) + photo("BMP")[26:]),
    )
    one("JPEG's first bytes", post(b"\xff\xd8\xff\xe0" + bytes(1000)))
    one("PNG's first bytes", post(b"\x89PNG\r\n\x1a\n" + bytes(1000)))
    one("WebP's first bytes", post(b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(1000)))
    one(
        "TIFF that points into itself",
        post(
            b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHII", 256, 4, 1, 8) + b"\x08\0\0\0"
        ),
    )
    one("HEIC of nothing", post(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500)))
    # -- bombs
    one("zTXt bomb", post(png(8, 8, before=[chunk(b"zTXt", b"a\0\0" + packed(300))])))
    one(
        "iTXt bomb",
        post(png(8, 8, before=[chunk(b"iTXt", b"a\0\1\0\0\0" + packed(300))])),
    )
    one("ICC bomb", post(png(8, 8, before=[chunk(b"iCCP", b"a\0\0" + packed(300))])))
    exif = b"Raw profile type exif\0\0" + packed(300)
    one("EXIF bomb", post(png(8, 8, before=[chunk(b"zTXt", exif)])))
    many = [chunk(b"zTXt", b"a\0\0" + packed(8))] * 60
    one("many zTXt", post(png(8, 8, before=many)))
    one("PNG of 20000 parts", post(png(8, 8, before=[chunk(b"abCd", b"")] * 20000)))
    one("GIF of 3000 frames", post(frames("GIF", 3000)))
    one("APNG of 300 frames", post(frames("PNG", 300)))
    one("WebP of 300 frames", post(frames("WebP", 300)))
    one("JPEG of 2000 scans", post(scans(2000)))
    # -- of another kind
    others = {
        "text": b"hello " * 100, "HTML": b"<html>" * 50, "SVG": b"<svg xmlns='x'/>",
        "ZIP": b"PK\3\4" + bytes(99), "PDF": b"%PDF-1.7\n" * 9, "nothing": b"",
        "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n", "MP4": b"\0\0\0\x18ftypisom" + bytes(99),
        "zeros": bytes(5000), "script": b"#!/bin/sh\nrm -rf /\n",
    }  # fmt: skip
    for name, data in others.items():
        one(f"{name} as a photo", post(data))
    # -- large, slow, half open
    megabyte = bytes(10**6)
    one("100 MB", post(b"", length=big), *[megabyte] * 100)
    pieces = [b"f4240\r\n" + megabyte + b"\r\n"] * 100
    chunked = post(b"", "/v1/styles/pepper", "Transfer-Encoding: chunked", length="")
    one("100 MB in chunks", chunked, *pieces)
    one(
        "100 MB to predict",
        post(b"", "/v1/models/pepper:predict", length=big),
        *[megabyte] * 100,
    )
    one(
        "100 MB to no style",
        post(b"", "/v1/styles/none", length=big),
        *[megabyte] * 100,
    )
    head = post(good)
    one("slow body", head[: -len(good)], *[bytes([b]) for b in good[:200]], pause=0.1)
    one("slow head", *[bytes([b]) for b in head[:100]], pause=0.1)
    one("body that stops", head[:-50])
    one("head that stops", head[:30])
    one("half-open body", head[:-50], shut=True)
    one("half-open head", head[:30], shut=True)
    one("silence")
    # -- HTTP
    one(
        "gzip", post(zlib.compress(good), "/v1/styles/pepper", "Content-Encoding: gzip")
    )
    one("brotli", post(good, "/v1/styles/pepper", "Content-Encoding: br"))
    one("length too large", post(good, length=len(good) + 1000))
    one("length too small", post(good, length=100))
    for wrong in ("-1", "1e3", "0x10", "9" * 400, "12, 13"):
        one(f"length {wrong[:8]}", post(good, length=wrong))
    one("two lengths", post(good, "/v1/styles/pepper", "Content-Length: 5"))
    one("chunk of size x", chunked, b"xyz\r\n")
    one("chunk of 2^70", chunked, b"fffffffffffffffffff\r\n" + good)
    one("head of 1 MB", post(good, "/v1/styles/pepper", "X: " + "a" * 10**6))
    one("9000 headers", post(good, "/v1/styles/pepper", *["A: b"] * 9000))
    one("no HTTP", b"hello\r\n\r\n")
    one("TLS", b"\x16\x03\1\2\0\1\0\1\xfc\3\3" + bytes(300))
    one("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    one("zero bytes", bytes(1000))
    one("no Host", b"POST /v1/styles/pepper HTTP/1.1\r\n\r\n")
    one("another method", b"DELETE /v1/styles/pepper HTTP/1.1\r\nHost: x\r\n\r\n")
    one(
        "upgrade",
        b"GET /v1/styles/pepper HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
        b"Upgrade: websocket\r\n\r\n",
    )
    # -- names and options
    for path in ("..", "../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..",
                 "pepper%00", "pepper/../pepper", "%252e%252e", "PEPPER", "%ff%fe",
                 "a" * 5000, "pepper.onnx", "%E2%80%AEpepper", ""):  # fmt: skip
        one(f"style {path[:20]!r}", post(good, f"/v1/styles/{path}"))
    one("file /etc", b"GET /../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n")
    one("file %2e", b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n")
    one("model ../", post(b"{}", "/v1/models/..%2f..:predict"))
    one("version 9", post(b"{}", "/v1/models/pepper/versions/9:predict"))
    for query in ("strength=nan", "strength=1e999", "strength=-1", "draw-size=99999999",
                  "draw-size=4", "draw-size=" + "9" * 3000, "format=exe", "cmd=ls",
                  "color=style&color=photo", "max-size=0", "max-size=%00",
                  "keep-color=2", "format=../png"):  # fmt: skip
        one(f"?{query[:24]}", post(good, f"/v1/styles/pepper?{query}"))
    # -- JSON
    text = base64.b64encode(good).decode()
    bodies = {
        "100,000 brackets": b"[" * 100_000,
        "100,000 braces": b'{"a":' * 100_000,
        "2,000,000 numbers": b'{"instances":[' + b"1," * 2_000_000 + b"1]}",
        "a number of 1 MB": b'{"instances":' + b"1" * 10**6 + b"}",
        "no base64": json.dumps({"instances": [{"b64": "%%%"}]}).encode(),
        "no picture": json.dumps({"instances": [{"b64": "aGVsbG8="}]}).encode(),
        "other keys": json.dumps({"instances": [{"b64": text, "x": 1}]}).encode(),
        "17 photos": json.dumps({"instances": [{"b64": text}] * 17}).encode(),
        "no photos": b'{"instances": []}',
        "both": json.dumps({"instances": [], "inputs": []}).encode(),
        "a list": b"[]", "null": b"null", "nothing": b"", "bytes": bytes(range(256)),
        "another signature": b'{"signature_name": "x", "instances": [{"b64": "aa=="}]}',
        "pixels": b'{"instances": [{"image": [[[0.5, 0.5, 0.5]]]}]}',
    }  # fmt: skip
    for name, body in bodies.items():
        one(f"predict: {name}", post(body, "/v1/models/pepper:predict"))
    # -- forms
    kind = "Content-Type: multipart/form-data; boundary=b"
    file = 'name="photo"; filename="a.jpg"'
    forms = {
        "two files": form((file, good), (file, good)),
        "no file": form(('name="a"', b"b")),
        "1000 fields": form(*[(f'name="a{n}"', b"b") for n in range(1000)]),
        "cut off": form((file, good), end=False)[:-20],
        "empty": b"",
        "an empty file": form((file, b"")),
        "another option": form((file, good), ('name="cmd"', b"ls")),
        "no picture": form((file, b"hello")),
        "a head of 1 MB": form((f'name="{"a" * 10**6}"', b"b")),
        "a path": form(('name="photo"; filename="../../etc/passwd"', b"root")),
    }
    for name, body in forms.items():
        one(f"form: {name}", post(body, "/v1/styles/pepper", kind))
    one(
        "form: no boundary",
        post(good, "/v1/styles/pepper", "Content-Type: multipart/form-data"),
    )
    one(
        "form: boundary of 5000", post(good, "/v1/styles/pepper", f"{kind}{'b' * 5000}")
    )
    return found


def is_refusal(status, body):
    """Whether an answer is a 4xx of one line."""
    return 400 <= status < 500 and 0 < len(body.strip()) and b"\n" not in body.strip()


# What is closed without an answer: there was nobody to answer.
CLOSED = ("silence", "half-open body", "half-open head")


def run(port, count, at_once, seed=0):
    """Sends hostile requests; returns kind, status, body and seconds of each.

    Every kind comes as often as any other; all of them in an order of chance.
    """
    all_kinds = kinds()
    order = [name for _ in range(-(-count // len(all_kinds))) for name in all_kinds]
    random.Random(seed).shuffle(order)
    order = order[:count]

    def send(pair):
        number, name = pair
        begin = time.perf_counter()
        status, body = all_kinds[name](port, random.Random(number))
        return name, status, body, time.perf_counter() - begin

    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(send, enumerate(order)))


def good_requests(port, photos, stop, pause=0.2):
    """Asks for pictures one by one until told to stop; returns status and seconds."""
    found, n = [], 0
    while not stop.is_set():
        begin = time.perf_counter()
        status, _ = ask(port, post(photos[n % len(photos)]))
        found.append((status, time.perf_counter() - begin))
        n += 1
        stop.wait(pause)
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", nargs="*", type=Path)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=12)
    parser.add_argument("--stderr", type=Path, help="a file for what the server says")
    args = parser.parse_args()
    photos = [path.read_bytes() for path in args.photos]
    photos = photos or [photo(size=(480, 320), seed=n) for n in range(3)]
    server = Server("--patience", PATIENCE, "--min-speed", 16)
    alone, beside = [], []
    with ThreadPoolExecutor(1) as pool:
        for found, work in ((alone, lambda: time.sleep(30)), (beside, None)):
            stop = threading.Event()
            good = pool.submit(good_requests, server.port, photos, stop)
            before = server.memory()
            begin = time.perf_counter()
            if work:
                work()
            else:
                answers, memory = [], []
                share = -(-args.requests // 8)
                for part in range(8):
                    answers += run(server.port, share, args.at_once, part)
                    memory.append(server.memory())
            spent = time.perf_counter() - begin
            stop.set()
            found.extend(good.result())
    metrics = ask(server.port, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")[1].decode()
    restarts = re.search(r"painter_restarts (\d+)", metrics)[1]
    code, said = server.stop()

    statuses = collections.Counter(status for _, status, _, _ in answers)
    print(f"hostile: {len(answers)} of {len(kinds())} kinds in {spent:.0f} s")
    print("statuses:", *(f"{status}: {n}" for status, n in sorted(statuses.items())))
    odd = collections.Counter(
        (name, status, body[:80])
        for name, status, body, _ in answers
        if not is_refusal(status, body) and not (name in CLOSED and status == 0)
    )
    print(f"neither a 4xx of one line nor silence answered by a close: {odd.total()}")
    for (name, status, body), n in odd.items():
        print(f"  {name}: {status} {body} ({n} times)")
    slowest = sorted(answers, key=lambda answer: -answer[3])[:5]
    print("slowest:", *(f"{name} {seconds:.1f} s;" for name, _, _, seconds in slowest))
    for title, found in (("alone", alone), ("beside", beside)):
        seconds = sorted(s for status, s in found if status == 200)
        others = collections.Counter(status for status, _ in found if status != 200)
        middle, late = (seconds[int(share * len(seconds))] for share in (0.5, 0.95))
        print(
            f"good_{title}: {len(seconds)} drawn, p50 {middle:.2f} s, p95 {late:.2f} "
            f"s, slowest {seconds[-1]:.2f} s; others {dict(others)}"
        )
    told = " ".join(f"{each / 1e6:.0f}" for each in memory)
    print(f"memory_MB: {before / 1e6:.0f} before; after each eighth {told}")
    print(f"painters replaced: {restarts}; exit code {code}; stderr lines:",
          len(said.splitlines()))  # fmt: skip
    for line, n in collections.Counter(said.splitlines()).most_common(8):
        print(f"  {n} times: {line}")
    if args.stderr:
        args.stderr.write_text(said)


if __name__ == "__main__":
    main()
