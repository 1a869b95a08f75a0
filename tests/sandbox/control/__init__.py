"""The control listener: what tests and the page ask and switch, JSON over HTTP."""

from aiohttp import web

from .happenings import Happenings
from .live import Live
from .looking import Looking
from .replies import plain_errors
from .switching import Switching
from .webhooks import Webhooks


def control_app(box):
    app = web.Application(middlewares=[plain_errors], client_max_size=16 * 1024 * 1024)
    for part in (Happenings, Live, Looking, Switching, Webhooks):
        app.add_routes(part(box).routes())
    return app
