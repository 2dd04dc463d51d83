"""The painters of a server, and the photos that wait for them: a bounded queue."""

import asyncio
import math
import os
import sys
import time

from cartoongan_tf.serving import painters, pipes
from cartoongan_tf.serving.limits import Limits
from cartoongan_tf.serving.options import Options
from cartoongan_tf.serving.refusals import Refusal

START_SECONDS = 60.0  # until a painter has loaded its styles; it takes one or two
STOP_SECONDS = 5.0


class Pool:
    """Some painters, each a process, and a queue before them.

    Args:
        styles: The files of each style, as a `Painter` has them.
        limits: Of the server.
        count: How many painters.
        threads: To draw one photo with.
    """

    def __init__(self, styles, limits: Limits, count: int, threads: int = 1):
        self.limits, self.count = limits, count
        self.waiting = self.busy = self.restarts = 0
        self.mean = 0.5  # seconds a photo, lately
        self._config = painters.describe(styles, limits, threads)
        self._idle: asyncio.Queue = asyncio.Queue()
        self._painters: set[_Process] = set()
        self._tasks: set[asyncio.Task] = set()
        self._stopping = False

    async def start(self) -> None:
        """Starts all painters, and waits until each is ready.

        Raises:
            ValueError: When one cannot draw; the message is its own.
        """
        begun = (self._add() for _ in range(self.count))
        # All are waited for: a process that is left behind would say so on stderr.
        ended = await asyncio.gather(*begun, return_exceptions=True)
        errors = [error for error in ended if error is not None]
        if errors:
            await self.stop()
            raise errors[0]

    async def stop(self) -> None:
        """Ends the painters."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*(painter.stop() for painter in self._painters))

    @property
    def ready(self) -> bool:
        """Whether there is a painter at all, idle or not."""
        return bool(self._painters)

    @property
    def pids(self) -> list[int]:
        """The process numbers of the painters."""
        return [painter.pid for painter in self._painters]

    def check_room(self) -> None:
        """Refuses, with 429, where the queue is full."""
        if self._idle.empty() and self.waiting >= self.limits.queue:
            wait = math.ceil((self.waiting + 1) * self.mean / self.count)
            raise Refusal(
                429, "The server is busy; try again later", min(max(1, wait), 60)
            )

    async def draw(self, style: str, options: Options, data: bytes):
        """Waits for a painter, and has it draw a photo.

        Returns:
            Its header, with `type` and `seconds`, and the cartoon's file.

        Raises:
            Refusal: When the queue is full, or as the painter says.
        """
        self.check_room()
        begin = time.monotonic()
        self.waiting += 1
        try:
            painter = await asyncio.wait_for(self._idle.get(), self.limits.seconds)
        except asyncio.TimeoutError:
            raise Refusal(429, "The server is busy; try again later", 5) from None
        finally:
            self.waiting -= 1
        left = max(0.1, self.limits.seconds - (time.monotonic() - begin))
        # In a task of its own: a client that goes must not leave an answer in the pipe.
        work = self._begin(self._work(painter, style, options, data, left))
        header, written = await asyncio.shield(work)
        if header["status"] != 200:
            raise Refusal(header["status"], header["error"])
        return header, written

    async def _work(self, painter, style, options, data, seconds):
        self.busy += 1
        begin = time.monotonic()
        asked = {"style": style, "options": options.as_dict()}
        try:
            return await painter.ask(asked, data, seconds)
        finally:
            self.busy -= 1
            self.mean += 0.1 * (time.monotonic() - begin - self.mean)
            if painter.alive:
                self._idle.put_nowait(painter)
            else:
                self._painters.discard(painter)
                self.restarts += 1
                if not self._stopping:
                    self._begin(self._replace())

    async def _replace(self):
        pause = 0.1
        while not self._stopping:
            try:
                return await self._add()
            except (ValueError, OSError) as error:
                print(f"warning: a painter did not start: {error}", file=sys.stderr)
                await asyncio.sleep(pause)
                pause = min(2 * pause, 30.0)

    async def _add(self):
        painter = _Process()
        await painter.start(self._config)
        self._painters.add(painter)
        self._idle.put_nowait(painter)

    def _begin(self, work):
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)
        return task

    def _end(self, task):
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # told to whoever waits; if nobody does, nobody asked


class _Process:
    """One painter's process, seen from the server."""

    def __init__(self):
        self._process = None
        self.alive = False

    @property
    def pid(self):
        return self._process.pid

    async def start(self, config):
        own = {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            painters.__name__,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **own},
            start_new_session=True,  # Ctrl-C is for the server, which lets it finish
        )
        try:
            header, _ = await asyncio.wait_for(
                self._exchange(config, b""), START_SECONDS
            )
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError) as error:
            await self.kill()
            raise ValueError(
                "A painter must start. Received: its process ended, see above"
            ) from error
        except asyncio.CancelledError:
            await self.kill()
            raise
        if "error" in header:
            await self.stop()
            raise ValueError(header["error"])
        self.alive = True

    async def ask(self, asked, data, seconds):
        try:
            return await asyncio.wait_for(self._exchange(asked, data), seconds)
        except asyncio.TimeoutError:
            await self.kill()
            raise Refusal(
                413, f"A photo must be drawn within {seconds:.0f} s. Received: one "
                "that takes longer",
            ) from None  # fmt: skip
        except (OSError, asyncio.IncompleteReadError):
            code = await self.kill()
            print(f"warning: a painter ended by {code}", file=sys.stderr)
            raise Refusal(
                422, "A photo must be whole. Received: one that its reader fails on"
            ) from None
        except asyncio.CancelledError:
            await self.kill()
            raise

    async def _exchange(self, header, data):
        await pipes.send(self._process.stdin, header, data)
        return await pipes.receive(self._process.stdout)

    async def kill(self):
        self.alive = False
        if self._process.returncode is None:
            try:
                self._process.kill()
            except ProcessLookupError:
                pass
        return await self._process.wait()

    async def stop(self):
        self.alive = False
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except asyncio.TimeoutError:
            await self.kill()
