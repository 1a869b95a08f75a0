# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where the calls of an integration point go, and the key they carry."""

import os
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import config

from ...client import MindboxClient
from ...fields import SYSTEM_NAME
from .address import find_problem

# Writing one of these sends the secret key somewhere else.
KEY_GOES_TO = frozenset({"url", "endpoint_code"})


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    url = fields.Char(
        string="URL",
        required=True,
        default="https://api.mindbox.ru",
        tracking=True,
        help="Address of the API without a path. Copy it from your project: "
        "Campaigns, Operations, any operation, View description.",
    )
    endpoint_code = fields.Char(
        string="Endpoint ID",
        tracking=True,
        help="Mindbox's endpointId of the integration point, e.g. Shop.Website.",
    )
    secret_key = fields.Char(
        groups="base.group_system",
        copy=False,
        help="Goes into the Authorization header, nowhere else. An environment "
        "variable or odoo.conf entry, where set, wins.",
    )
    secret_key_source = fields.Char(
        compute="_compute_secret_key_source", groups="base.group_system"
    )
    auth_scheme = fields.Selection(
        [
            ("secret_key", "SecretKey …"),
            ("mindbox", 'Mindbox secretKey="…"'),
        ],
        string="Authorization",
        required=True,
        default="secret_key",
        help="SecretKey is the current scheme; the other one is for old projects.",
    )

    # === ADDRESS === #

    @api.constrains("url")
    def _check_url(self):
        for endpoint in self:
            problem, detail = find_problem(endpoint.url or "")
            if problem:
                raise ValidationError(endpoint._explain_address(detail)[problem])

    def _explain_address(self, detail):
        """Return {problem: what is wrong with an address}.

        :param str detail: the part of the address that is wrong
        """
        return {
            "spaces": self.env._("The URL must not contain spaces."),
            "no_url": self.env._("This is not a URL: %s", detail),
            "scheme": self.env._(
                "The URL must start with https:// and a host, like "
                "https://api.mindbox.ru"
            ),
            "credentials": self.env._(
                "The URL must not contain a user name or password."
            ),
            "path": self.env._(
                "The URL must end after the host: the connector adds the path "
                "/v3/operations by itself."
            ),
            "inner": self.env._(
                "%s leads into an inner network, and Mindbox is not there. Enter the "
                "host name that Mindbox has given you.",
                detail,
            ),
            "unencrypted": self.env._(
                "http:// sends the key unencrypted. Use https:// for any host but "
                "this computer."
            ),
        }

    def write(self, vals):
        self._check_address_access(vals)
        return super().write(vals)

    def _check_address_access(self, vals):
        """Who sets the address gets to know the key: it is sent there."""
        if self.env.su or self.env.user.has_group("base.group_system"):
            return
        for name in KEY_GOES_TO & vals.keys():
            if any(endpoint[name] != vals[name] for endpoint in self):
                raise AccessError(
                    self.env._(
                        "Only system administrators may change where the secret key "
                        "is sent to."
                    )
                )

    # === KEY === #

    @api.constrains("endpoint_code", "secret_key", "state")
    def _check_credentials(self):
        for endpoint in self.sudo():
            code, key = endpoint.endpoint_code, endpoint.secret_key
            if code and not SYSTEM_NAME.fullmatch(code):
                raise ValidationError(
                    self.env._(
                        "The endpoint ID may contain only Latin letters, digits, "
                        "dots, hyphens and underscores."
                    )
                )
            if key and not re.fullmatch(r"[\x21\x23-\x7e]+", key):
                raise ValidationError(
                    self.env._(
                        "The secret key may not contain spaces, quotes or letters "
                        "other than Latin. Copy it again from Mindbox."
                    )
                )
            if endpoint.state == "running":
                endpoint._check_complete()

    def _check_complete(self):
        if not self.endpoint_code:
            raise ValidationError(
                self.env._("Fill in the endpoint ID of the integration point first.")
            )
        if not self._get_secret_key():
            raise ValidationError(
                self.env._("Fill in the secret key of the integration point first.")
            )

    @api.depends("endpoint_code", "secret_key")
    def _compute_secret_key_source(self):
        for endpoint in self:
            outside = endpoint._get_outside_secret_key()
            endpoint.secret_key_source = outside and self.env._(
                "The key comes from the environment or odoo.conf."
            )

    def _get_outside_secret_key(self):
        """Return the key that the server's environment or odoo.conf gives."""
        return self._get_outside("secret_key")

    def _get_outside(self, name):
        """Return a secret that the server's environment or odoo.conf gives.

        :param str name: ``secret_key`` is MINDBOX_SECRET_KEY_… in the environment
        """
        suffix = re.sub(r"\W", "_", self.endpoint_code or "")
        return (
            os.environ.get(f"MINDBOX_{name.upper()}_{suffix.upper()}")
            or config.get(f"mindbox_{name}_{suffix.lower()}")
            or ""
        )

    def _get_secret_key(self):
        self.ensure_one()
        # Delivery runs without a user; no user reads the key through this.
        return self._get_outside_secret_key() or self.sudo().secret_key or ""

    def _get_client(self, timeout=None, **options):
        """Return a :class:`MindboxClient` of this integration point."""
        self.ensure_one()
        return MindboxClient(
            self.url,
            self.endpoint_code,
            self._get_secret_key(),
            self.auth_scheme,
            timeout=timeout or self.timeout,
            **{"width": self.concurrency, **options},
        )
