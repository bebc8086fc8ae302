"""Where the page is, who gets in, and how it is drawn."""

import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from sandbox.around import Around
from sandbox.portal import activity, spans
from sandbox.portal.reading import ASKED, Portal
from sandbox.sessions import SESSION_SECONDS

PATH: Final = "/_portal"
COOKIE: Final = "plumb_portal"
TEMPLATES: Final = Path(__file__).parent / "templates"

CLASSES: Final = ("2xx", "4xx", "409", "429", "5xx")
"""What requests can be narrowed to."""

Page = Callable[[Request], tuple[int, str, dict[str, Any]]]


def routes(around: Around) -> list[BaseRoute]:
    """The page, for a listener on the loopback without TLS.

    Without, since no browser trusts the sandbox's CA, and who is used to clicking a warning away
    is warned for nothing. What travels stays within this machine, and the cookie is worth nothing
    to anybody but this process.
    """
    portal, drawing, sessions = Portal(around), environment(), around.sessions

    def overview(request: Request) -> tuple[int, str, dict[str, Any]]:
        return 200, "overview.html", {"page": portal.overview()}

    def deployments(request: Request) -> tuple[int, str, dict[str, Any]]:
        return 200, "deployments.html", {"page": portal.fleet(_page(request))}

    def resources(request: Request) -> tuple[int, str, dict[str, Any]]:
        group = request.query_params.get("group", "")
        found = portal.inventory(group, _page(request))
        if found is None:
            return 404, "missing.html", {"head": portal.head(), "id": group}
        return 200, "resources.html", {"page": found}

    def requests(request: Request) -> tuple[int, str, dict[str, Any]]:
        wanted = [each for each in request.query_params.getlist("status") if each in CLASSES]
        return (
            200,
            "requests.html",
            {
                "head": portal.head(),
                "wanted": wanted,
                "classes": CLASSES,
                "asked": activity.refused(portal.of_models(ASKED), wanted),
                "asked_arm": activity.refused(portal.of_arm(ASKED), wanted),
            },
        )

    def resource(request: Request) -> tuple[int, str, dict[str, Any]]:
        id = request.query_params.get("id", "")
        found = portal.detail(id)
        if found is None:
            return 404, "missing.html", {"head": portal.head(), "id": id}
        return 200, "resource.html", {"head": portal.head(), "page": found}

    async def guarded(request: Request, page: Page) -> Response:
        place = request.path_params["place"]
        if place != sessions.place or not sessions.knows(request.cookies.get(COOKIE, "")):
            return draw("refused.html", 401)
        status, template, context = page(request)
        return draw(template, status, here=f"{PATH}/{place}/", **context)

    async def enter(request: Request) -> Response:
        session = sessions.redeem(request.query_params.get("token", ""))
        if session is None:
            return draw("refused.html", 401)
        here = f"{PATH}/{sessions.place}/"
        # No redirect: one that began on another site would not carry the strict cookie.
        answer = draw("enter.html", 200, here=here)
        answer.set_cookie(
            COOKIE,
            session,
            max_age=int(SESSION_SECONDS),
            path=here,
            httponly=True,
            samesite="strict",
        )
        return answer

    async def to_door(request: Request) -> Response:
        return RedirectResponse(f"{PATH}/", 303)

    def draw(template: str, status: int, **context: Any) -> Response:
        nonce = secrets.token_urlsafe(16)
        text = drawing.get_template(template).render(nonce=nonce, **context)
        return HTMLResponse(text, status, headers(nonce))

    def shown(page: Page) -> Callable[[Request], Awaitable[Response]]:
        return partial(guarded, page=page)

    inside = [
        Route("/", shown(overview)),
        Route("/deployments", shown(deployments)),
        Route("/resources", shown(resources)),
        Route("/requests", shown(requests)),
        Route("/resource", shown(resource)),
    ]
    return [
        Route("/", to_door),
        Mount(PATH, routes=[Route("/", enter), Mount("/{place}", routes=inside)]),
    ]


def _page(request: Request) -> int:
    """Which page of a list is asked for; the first where that is no number."""
    asked = request.query_params.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1


def headers(nonce: str) -> dict[str, str]:
    """Nothing is loaded, framed, kept or told to anybody."""
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        "img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def environment() -> Environment:
    """The templates. Whatever is filled in is escaped; a misspelled name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["quoted"] = lambda text: quote(str(text), safe="")
    made.globals.update(
        in_words=spans.in_words,
        ago=spans.ago,
        # Our own files, not what anybody typed.
        style=Markup((TEMPLATES / "style.css").read_text()),
        script=Markup((TEMPLATES / "page.js").read_text()),
    )
    return made
