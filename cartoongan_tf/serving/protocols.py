"""HTTP/1.1 as uvicorn speaks it, with deadlines for clients that are slow or silent."""

import http

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from cartoongan_tf.serving import refusals
from cartoongan_tf.serving.limits import Limits

LINGER = 3.0  # seconds in which a refused client may read why, still sending
DROPPED = 256 * 2**20  # bytes that are dropped meanwhile
READING = 60.0  # seconds for a client to take what it was sent


def make(limits: Limits) -> type:
    """The protocol class of a server with these limits."""
    return type("BoundProtocol", (Protocol,), {"limits": limits})


class Protocol(H11Protocol):
    """One connection.

    A request's head must be whole within `limits.patience` seconds of the connection's
    begin, or of its first byte on a connection that is kept. An answer that nobody
    reads is dropped. A client that is refused while it sends may finish for a moment:
    if the connection were closed at once, it would see no answer but a reset.
    """

    limits = Limits()

    def connection_made(self, transport):
        self._real, self._ending, self._dropped = transport, False, 0
        self._head = self._reading = None
        self._has_come = False
        super().connection_made(_Transport(transport, self))
        if len(self.connections) > self.limits.connections:
            self._refuse(429, "The server has too many connections; try again later")
        else:
            self._await_head()

    def connection_lost(self, exc):
        self._ending = True
        self._cancel("_head")
        self._cancel("_reading")
        super().connection_lost(exc)

    def data_received(self, data):
        if self._ending:
            self._dropped += len(data)
            if self._dropped > DROPPED:
                self._real.abort()
            return
        self._has_come = True
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._await_head()
        else:
            self._cancel("_head")

    def pause_writing(self):
        super().pause_writing()
        if self._reading is None:
            self._reading = self.loop.call_later(READING, self._real.abort)

    def resume_writing(self):
        super().resume_writing()
        if not self._ending:
            self._cancel("_reading")

    def on_response_complete(self):
        super().on_response_complete()
        self._has_come = False

    def send_400_response(self, msg):
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._refuse(400, "A request must be whole HTTP/1.1. Received: another")
        else:
            self.end()

    def shutdown(self):
        if self._ending:
            return
        if self.conn.our_state is h11.ERROR or self.cycle is None:
            self.end()
        else:
            super().shutdown()

    def end(self):
        """Closes the connection, once what was written has been sent."""
        if self._ending or self._real.is_closing():
            return
        self._ending = True
        self._cancel("_head")
        self._cancel("_reading")
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # so that nothing more is sent
            self.cycle.message_event.set()
        sends = self.conn.their_state in (h11.SEND_BODY, h11.ERROR)
        if sends and self._real.can_write_eof():
            self._reading = self.loop.call_later(LINGER, self._real.abort)
            try:
                self._real.resume_reading()
                self._real.write_eof()
            except OSError:  # the client has gone
                self._real.abort()
        else:
            self._reading = self.loop.call_later(READING, self._real.abort)
            self._real.close()

    def _await_head(self):
        if self._head is None and not self._ending:
            self._head = self.loop.call_later(self.limits.patience, self._give_up)

    def _give_up(self):
        self._head = None
        if self.cycle is not None and not self.cycle.response_complete:
            return
        if self._has_come:
            self._refuse(408, "A request must be whole. Received: a part, slowly")
        else:
            self.end()

    def _refuse(self, status, line):
        body = refusals.body(line)
        reason = http.HTTPStatus(status).phrase
        head = [
            f"HTTP/1.1 {status} {reason}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "Connection: close",
        ]
        if status == 429:
            head.append("Retry-After: 5")
        self._real.write("\r\n".join([*head, "", ""]).encode() + body)
        self.end()

    def _cancel(self, name):
        timer = getattr(self, name)
        if timer is not None:
            timer.cancel()
            setattr(self, name, None)


class _Transport:
    """A transport whose `close` is the protocol's `end`."""

    def __init__(self, transport, protocol):
        self._transport, self._protocol = transport, protocol

    def __getattr__(self, name):
        return getattr(self._transport, name)

    def close(self):
        self._protocol.end()

    def is_closing(self):
        return self._protocol._ending or self._transport.is_closing()
