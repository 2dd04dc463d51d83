"""The addresses of a server, and what is answered there: an ASGI application."""

import asyncio
import mimetypes
import time
import traceback

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from cartoongan_tf import __version__
from cartoongan_tf.clients import rest
from cartoongan_tf.serving import bodies, openapi, options, pages, refusals
from cartoongan_tf.serving.metrics import TYPE, Metrics
from cartoongan_tf.serving.refusals import Refusal, shown

mimetypes.add_type("application/manifest+json", ".webmanifest")
_HEADERS = 100  # of a request; browsers send twenty
_KEYED = ("/v1/", "/metrics")  # where a key is asked for, where there are any


class Application:
    """Answers requests with pictures of a pool.

    Args:
        pool: Of painters.
        styles: What `GET /v1/styles` tells of each: name to dictionary.
        keys: `Keys`, or None where nobody needs one.
        page: The web page's folder, or None for a form.
    """

    def __init__(self, pool, styles: dict[str, dict], keys=None, page=None):
        self._pool, self._styles, self._keys = pool, styles, keys
        self._limits = pool.limits
        self._ledger = bodies.Ledger(bodies.TOGETHER * self._limits.bytes)
        self._metrics = Metrics(pool, self._ledger)
        document = openapi.describe(__version__, list(styles), keys is not None)
        form = HTMLResponse(pages.form(list(styles), keys is not None))
        told = HTMLResponse(openapi.page(document))
        described = Response(openapi.as_json(document), media_type="application/json")
        routes = [
            Route("/v1/styles", self._list),
            Route("/v1/styles/{style}", self._draw, methods=["POST"]),
            Route("/v1/models/{style}:predict", self._predict, methods=["POST"]),
            Route(
                "/v1/models/{style}/versions/{version}:predict",
                self._predict,
                methods=["POST"],
            ),
            Route("/v1/models/{style}", self._state),
            Route("/v1/models/{style}/versions/{version}", self._state),
            Route("/v1/models/{style}/metadata", self._metadata),
            Route("/healthz", self._health),
            Route("/readyz", self._readiness),
            Route("/metrics", self._tell),
            Route("/openapi.json", lambda request: described),
            Route("/docs", lambda request: told),
            Route("/form", lambda request: form),
        ]
        if page is None:
            routes.append(Route("/", lambda request: form))
        else:
            routes.append(Mount("/", StaticFiles(directory=page, html=True)))
        self._inner = Starlette(
            routes=routes,
            exception_handlers={
                HTTPException: _on_http,
                Refusal: _on_refusal,
                Exception: _on_error,
            },
        )
        self._inner.router.redirect_slashes = False  # no address is another's

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        begin = time.monotonic()
        status = 0

        async def sending(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": _headers(scope, message)}
            await send(message)

        try:
            await self._answer(scope, receive, sending)
        except Exception:
            # Starlette has answered it already, and told nobody why.
            traceback.print_exc()
        finally:
            style = scope.get("path_params", {}).get("style", "-")
            style = style if style in self._styles else "-"
            seconds = time.monotonic() - begin if "is_drawn" in scope else None
            self._metrics.note(style, status or 499, seconds)

    async def _answer(self, scope, receive, send):
        if len(scope["headers"]) > _HEADERS:
            refusal = Refusal(431, f"A request must have at most {_HEADERS} headers")
            return await _on_refusal(None, refusal)(scope, receive, send)
        if self._keys is not None and scope["path"].startswith(_KEYED):
            if not self._keys.allow(Headers(scope=scope)):
                refusal = Refusal(
                    401,
                    "An API key is needed: Authorization: Bearer KEY",
                    headers={"WWW-Authenticate": "Bearer"},
                )
                return await _on_refusal(None, refusal)(scope, receive, send)
        await self._inner(scope, receive, send)

    # ---------------------------------------------------------------- pictures

    async def _draw(self, request):
        style = self._find(request)
        asked = options.parse(_query(request), self._limits.draw_size)
        self._pool.check_room()
        # What a form has beside the photo is little.
        most = self._limits.bytes + 10_000
        body = await bodies.read(request, most, self._limits, self._ledger)
        try:
            content_type = request.headers.get("content-type", "")
            photo, fields = bodies.photo_of(body, content_type)
            if fields:
                given = [*_query(request), *fields]
                asked = options.parse(given, self._limits.draw_size)
            size = len(photo)
            if size > self._limits.bytes:
                raise Refusal(
                    413,
                    f"A photo must have at most {self._limits.bytes} bytes. "
                    f"Received: {size}",
                )
            header, cartoon = await _unless_gone(
                request, self._pool.draw(style, asked, photo)
            )
        finally:
            self._ledger.give(len(body))
        request.scope["is_drawn"] = True
        suffix = next(s for s, kind in options.TYPES.items() if kind == header["type"])
        return Response(
            cartoon,
            media_type=header["type"],
            headers={
                "Cache-Control": "no-store",
                "Content-Disposition": f'inline; filename="cartoon{suffix}"',
                "Server-Timing": f"draw;dur={1000 * header['seconds']:.0f}",
            },
        )

    async def _predict(self, request):
        style = self._find(request)
        given = [("format", "png"), *_query(request)]
        asked = options.parse(given, self._limits.draw_size)
        self._pool.check_room()
        most = self._limits.bytes * 4 // 3 + 10_000
        body = await bodies.read(request, most, self._limits, self._ledger)
        try:
            try:
                photos, by_rows = rest.parse(body)
            except ValueError as error:
                raise Refusal(400, str(error)) from error
            cartoons = []
            for photo in photos:
                drawn = self._pool.draw(style, asked, photo)
                cartoons.append((await _unless_gone(request, drawn))[1])
        finally:
            self._ledger.give(len(body))
        request.scope["is_drawn"] = True
        answer = rest.answer(cartoons, by_rows)
        return Response(answer, media_type="application/json")

    def _find(self, request):
        style = request.path_params["style"]
        version = request.path_params.get("version", "1")
        if style not in self._styles or version != "1":
            known = ", ".join(self._styles)
            wanted = style if version == "1" else f"{style}, version {version}"
            raise Refusal(
                404, f"A style must be one of {known}. Received: {shown(wanted)}"
            )
        return style

    # ---------------------------------------------------------------- the rest

    async def _list(self, request):
        return JSONResponse({"styles": list(self._styles.values())})

    async def _state(self, request):
        return JSONResponse(rest.status(self._find(request)))

    async def _metadata(self, request):
        return JSONResponse(rest.metadata(self._find(request)))

    async def _health(self, request):
        return JSONResponse({"status": "alive"})

    async def _readiness(self, request):
        ready = self._pool.ready
        told = {"status": "ready" if ready else "no painter yet"}
        return JSONResponse(told, 200 if ready else 503)

    async def _tell(self, request):
        return Response(self._metrics.text(), headers={"Content-Type": TYPE})


def _query(request):
    return request.query_params.multi_items()


def _headers(scope, message):
    headers = [*message["headers"], (b"x-content-type-options", b"nosniff")]
    # What a refused client still sends is not waited for.
    if message["status"] >= 400 and not scope.get("body_is_read"):
        headers.append((b"connection", b"close"))
    return headers


async def _unless_gone(request, work):
    """What work comes to; it is given up when the client goes."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Refusal(400, "The client has gone")
        return task.result()
    finally:
        gone.cancel()
        task.cancel()


def _on_refusal(request, refusal):
    headers = dict(refusal.headers)
    if refusal.wait is not None:
        headers["Retry-After"] = str(refusal.wait)
    return Response(
        refusals.body(refusal.line),
        refusal.status,
        headers,
        media_type="application/json",
    )


def _on_http(request, error):
    lines = {
        404: "An address must be one of /docs. Received: another",
        405: "A method must be one of /docs. Received: another",
    }
    line = lines.get(error.status_code, error.detail)
    refusal = Refusal(error.status_code, line, headers=error.headers or ())
    return _on_refusal(request, refusal)


def _on_error(request, error):
    line = "The server has a fault; its log says more"
    return _on_refusal(request, Refusal(500, line))
