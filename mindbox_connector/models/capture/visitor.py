# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose request this is: website, device and address of the shopper."""

import re

from odoo.http import request

DEVICE_COOKIE = "mindboxDeviceUUID"
# What a device ID of Mindbox's tracker looks like; anything else in the cookie is none.
DEVICE_FORMAT = re.compile(r"[0-9A-Za-z-]{8,64}")


def get_website():
    """Return the website of the current request, None outside of one."""
    return getattr(request, "website", None) if request else None


def get_device():
    """Return the device ID that Mindbox's tracker has given the visitor, or None."""
    device = request.cookies.get(DEVICE_COOKIE) or ""
    return device if DEVICE_FORMAT.fullmatch(device) else None


def get_visitor():
    """Return device and address of the shopper on whose request this happens.

    Back-office people have devices too, but those are not the customer's.
    """
    nobody = {"device_uuid": None, "customer_ip": None}
    if not request or not getattr(request, "env", None):
        return nobody
    if request.env.uid and not request.env.user.share:
        return nobody
    return {
        "device_uuid": get_device(),
        "customer_ip": request.httprequest.remote_addr,
    }
