# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The way out: proxies and certificates of the environment, as requests reads it."""

import os

import requests
import urllib3


def read_settings(url):
    """Return what the environment says about connections to an address."""
    return requests.Session().merge_environment_settings(url, {}, True, None, None)


def select_proxy(url, settings):
    """Return the proxy for an address, None for none."""
    return requests.utils.select_proxy(url, settings["proxies"])


def make_manager(proxy, settings, **options):
    """Return urllib3's manager of connections, through the proxy where there is one."""
    options |= _trust(settings["verify"])
    if not proxy:
        return urllib3.PoolManager(**options)
    user, password = requests.utils.get_auth_from_url(proxy)
    if user:
        options["proxy_headers"] = urllib3.make_headers(
            proxy_basic_auth=f"{user}:{password}"
        )
    return urllib3.proxy_from_url(proxy, **options)


def _trust(verify):
    """Return urllib3's options for whom to trust, as requests decides it."""
    place = requests.certs.where() if verify is True else verify
    if not place:
        return {"cert_reqs": "CERT_NONE"}
    kind = "ca_cert_dir" if os.path.isdir(place) else "ca_certs"
    return {"cert_reqs": "CERT_REQUIRED", kind: place}
