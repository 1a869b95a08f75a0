"""A small real HTTP server that plays the Mindbox HTTP API v3 by its contract."""

from .box import Sandbox

__all__ = ["Sandbox"]
