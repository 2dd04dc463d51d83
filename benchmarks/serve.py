"""What a server of `serve` bears, and what it costs against TensorFlow.

    python benchmarks/serve.py [PHOTO ...] [--seconds 120] [--style paprika]

In one run: a server of `serve`, and one that answers the same REST requests with the
exported SavedModel on TensorFlow, as TensorFlow Serving would, take turns in drawing
the same photos for clients that wait for each answer. Prints pictures a second,
processor time a picture and memory of both. Then requests come to ours at half and at
twice what it can do, whether answers have come or not: what was drawn, what was
refused, how long it took, and its memory along the way.
"""

import argparse
import atexit
import collections
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import hostile  # noqa: E402

from cartoongan_tf.clients import rest  # noqa: E402
from cartoongan_tf.pictures import images  # noqa: E402

CLIENTS, ROUNDS, SECONDS = 4, 3, 8
LARGE = ("--max-draw-size", 4096)
# The work of the SavedModel: the network on all pixels, its own colours.
PLAIN = "?draw-size=full&color=style&no-faces=1"


class TensorFlow(hostile.Server):
    """The exported SavedModel behind HTTP, in a process of its own."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": str(hostile.ROOT)},
        )
        atexit.register(self.process.kill)
        self.port = int(self.process.stdout.readline())


def serve_tensorflow(folder):
    """Answers `:predict` requests, one thread each, as TensorFlow shares them out."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    import tensorflow as tf

    model = tf.saved_model.load(folder)
    draw = model.signatures["image_bytes"]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            photos, by_rows = rest.parse(body)
            cartoons = draw(image_bytes=tf.constant(photos))["cartoon_bytes"].numpy()
            answer = rest.answer(list(cartoons), by_rows)
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_GET(self):  # noqa: N802
            answer = json.dumps(rest.status("any")).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


def processor_seconds(pids):
    """What processes have computed, in all."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def closed_loop(server, requests, seconds):
    """Clients that wait for each answer: pictures a second, CPU seconds a picture."""
    pids = server.pids()
    begin, before = time.perf_counter(), processor_seconds(pids)

    def client(number):
        drawn = 0
        while time.perf_counter() - begin < seconds:
            status, _ = hostile.ask(
                server.port, requests[number % len(requests)], patience=200
            )
            assert status == 200, status
            number += CLIENTS
            drawn += 1
        return drawn

    with ThreadPoolExecutor(CLIENTS) as pool:
        drawn = sum(pool.map(client, range(CLIENTS)))
    spent = time.perf_counter() - begin
    return drawn / spent, (processor_seconds(pids) - before) / drawn


def open_loop(server, requests, rate, seconds):
    """Requests at a rate, come what may; prints what became of them."""
    count = int(rate * seconds)
    begin = time.perf_counter() + 0.1
    memory = []

    def send(number):
        due = begin + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        status, _ = hostile.ask(server.port, requests[number % len(requests)])
        return status, time.perf_counter() - due

    stop = threading.Event()

    def watch():
        while not stop.wait(seconds / 8):
            memory.append(server.memory() / 1e6)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(send, range(count)))
    spent = time.perf_counter() - begin
    stop.set()
    watcher.join()
    statuses = dict(sorted(collections.Counter(s for s, _ in answers).items()))
    drawn = sorted(s for status, s in answers if status == 200)
    p50, p95, p99 = (drawn[int(share * len(drawn))] for share in (0.5, 0.95, 0.99))
    refused = sorted(s for status, s in answers if status == 429)
    print(f"  asked {rate:.1f}/s for {spent:.0f} s: {statuses}")
    print(f"  drawn {len(drawn) / spent:.1f}/s; p50 {p50:.2f} p95 {p95:.2f} "
          f"p99 {p99:.2f} s")  # fmt: skip
    if refused:
        print(f"  refused within {refused[len(refused) // 2]:.3f} s (median)")
    print("  memory_MB along the way:", *(f"{m:.0f}" for m in memory))


def enlarge(photo, long_side):
    """A photo's file, as large as cameras make them."""
    pixels = images.decode(photo).pixels
    share = long_side / max(pixels.shape[:2])
    height, width = (round(side * share) for side in pixels.shape[:2])
    return images.encode(images.resize(pixels, height, width), ".jpg")


def export(style, folder):
    """Writes the style's SavedModel, in a process that goes."""
    code = (
        "import sys; from cartoongan_tf import terminal; terminal.load_tensorflow();"
        "from cartoongan_tf.inference.weights import load_generator;"
        "from cartoongan_tf.exporting import saved_model, signatures;"
        "from pathlib import Path;"
        "generator = signatures.as_float32(load_generator(sys.argv[1]));"
        "saved_model.write_saved_model(generator, Path(sys.argv[2]), sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", code, style, str(folder)], check=True,
                   cwd=hostile.ROOT)  # fmt: skip


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", nargs="*", type=Path)
    parser.add_argument("--seconds", type=float, default=120, help="of each open loop")
    parser.add_argument("--style", default="paprika")
    parser.add_argument("--long-side", type=int, help="enlarge the photos to it")
    parser.add_argument("--serve", metavar="FOLDER", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        return serve_tensorflow(args.serve)
    photos = [path.read_bytes() for path in args.photos]
    if args.long_side:
        photos = [enlarge(photo, args.long_side) for photo in photos]
    photos = photos or [hostile.photo(size=(480, 320), seed=n) for n in range(4)]
    path = f"/v1/models/{args.style}:predict"
    bodies = [rest.request([photo]) for photo in photos]
    plain = [hostile.post(body, path + PLAIN) for body in bodies]
    usual = [hostile.post(photo, f"/v1/styles/{args.style}") for photo in photos]
    plainly = [hostile.post(body, path) for body in bodies]
    print("processor:", processor())
    with tempfile.TemporaryDirectory() as folder:
        export(args.style, Path(folder) / "1")
        ours = hostile.Server("--styles", args.style)
        same = hostile.Server("--styles", args.style, *LARGE)
        int8 = hostile.Server("--styles", args.style, "--int8", *LARGE)
        one = hostile.Server("--styles", args.style, "--painters", 1)
        theirs = TensorFlow(Path(folder) / "1")
        rounds = collections.defaultdict(list)
        for number in range(ROUNDS + 1):  # the first warms up
            for name, server, requests in (
                ("tensorflow", theirs, plainly),
                ("ours_same_work", same, plain),
                ("ours_as_is_usual", ours, usual),
                ("int8_same_work", int8, plain),
                ("int8_as_is_usual", int8, usual),
                ("one_painter_as_is_usual", one, usual),
            ):
                measured = closed_loop(server, requests, SECONDS if number else 3)
                if number:
                    rounds[name].append(measured)
        servers = {"tensorflow": theirs, "ours": ours, "int8": int8, "one": one}
        memory = {name: server.memory() for name, server in servers.items()}
        int8.stop()
        one.stop()
        same.stop()
        theirs.process.kill()
        theirs.process.wait()
    middle = {
        name: tuple(sorted(values)[ROUNDS // 2] for values in zip(*found, strict=True))
        for name, found in rounds.items()
    }
    for name, (rate, cost) in middle.items():
        print(f"{name}: {rate:.2f} pictures/s, {cost:.3f} CPU s a picture")
    base = middle["tensorflow"]
    for name in [name for name in middle if name != "tensorflow"]:
        rate, cost = middle[name]
        print(f"{name}_ratio: {rate / base[0]:.2f} times the pictures a second, "
              f"{cost / base[1]:.2f} of the CPU time")  # fmt: skip
    for name, found in memory.items():
        print(f"{name}_memory_MB: {found / 1e6:.0f}")
        print(f"{name}_memory_ratio: {found / memory['tensorflow']:.2f}")
    capacity = middle["ours_as_is_usual"][0]
    if not args.seconds:
        return ours.stop()
    for title, share in (("half", 0.5), ("twice", 2.0)):
        print(f"open loop at {title} of {capacity:.1f}/s:")
        open_loop(ours, usual, share * capacity, args.seconds)
    status, body = hostile.ask(ours.port, b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status == 200 and json.loads(body)["status"] == "ready"
    code, said = ours.stop()
    print("exit code", code, "stderr:", said.strip())


def processor():
    """Its name and what counts here of its features."""
    text = Path("/proc/cpuinfo").read_text()
    name = next((line.partition(":")[2].strip() for line in text.splitlines()
                 if line.startswith("model name")), "?")  # fmt: skip
    features = [f for f in ("avx2", "avx512f", "avx512_vnni") if f" {f} " in text]
    return f"{name}, {os.cpu_count()} cores, {' '.join(features)}"


if __name__ == "__main__":
    main()
