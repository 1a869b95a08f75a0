# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The key by which Mindbox shows that it is Mindbox that calls."""

import hmac
import secrets
from datetime import timedelta

from odoo import api, fields, models

# Bytes of chance in a key.
KEY_BYTES = 32
# How long the key before is taken, too, so that both sides need not change at once.
ROTATION = timedelta(days=14)
# Where the header of a public module of Mindbox's has it.
SCHEME = "WebHookSecretKey"


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]

    inbound_active = fields.Boolean(
        string="Listen to Mindbox",
        copy=False,
        help="Take calls from Mindbox: what happens there is known here. It takes a "
        "key, too.",
    )
    inbound_key = fields.Char(
        string="Key of Mindbox's Calls",
        groups="base.group_system",
        copy=False,
        readonly=True,
        help="Mindbox shows it with each call. An environment variable or odoo.conf "
        "entry, where set, wins.",
    )
    inbound_old_key = fields.Char(
        string="Key Before",
        groups="base.group_system",
        copy=False,
        readonly=True,
        help="Still taken, until everything in Mindbox shows the new one.",
    )
    inbound_old_key_until = fields.Datetime(
        string="Taken Until", groups="base.group_system", copy=False, readonly=True
    )
    inbound_key_source = fields.Char(
        compute="_compute_inbound_key_source", groups="base.group_system"
    )

    @api.depends("endpoint_code")
    def _compute_inbound_key_source(self):
        for endpoint in self:
            outside = endpoint._get_outside("inbound_key")
            endpoint.inbound_key_source = outside and self.env._(
                "The key comes from the environment or odoo.conf."
            )

    # === BUTTONS === #

    def action_make_inbound_key(self):
        """Make a new key; the one before is taken for two more weeks.

        :raise AccessError: the user is no system administrator
        """
        self._check_key_access()
        for endpoint in self.sudo():
            before = endpoint.inbound_key
            endpoint.write(
                {
                    "inbound_key": secrets.token_urlsafe(KEY_BYTES),
                    "inbound_old_key": before,
                    "inbound_old_key_until": before
                    and fields.Datetime.now() + ROTATION,
                }
            )
        return True

    def action_forget_inbound_key(self):
        """Take the key before no longer.

        :raise AccessError: the user is no system administrator
        """
        self._check_key_access()
        self.sudo().write({"inbound_old_key": False, "inbound_old_key_until": False})
        return True

    def _check_key_access(self):
        self.check_access("write")
        self._check_field_access(self._fields["inbound_key"], "read")

    # === WHO CALLS === #

    def _is_listening(self):
        """Whether calls from Mindbox are taken: it is switched on, and has a key."""
        self.ensure_one()
        return bool(
            self.inbound_active
            and self.active
            and self.state != "draft"
            and self._get_inbound_keys()
        )

    def _get_inbound_keys(self):
        """Return the keys that are taken, two at most.

        The environment and odoo.conf name the one before after a space.
        """
        self.ensure_one()
        if outside := self._get_outside("inbound_key"):
            return outside.split()[:2]
        # The route has no user; no user reads a key through this.
        mine = self.sudo()
        until = mine.inbound_old_key_until
        is_over = not until or until <= fields.Datetime.now()
        keys = (mine.inbound_key, not is_over and mine.inbound_old_key)
        return [key for key in keys if key]

    def _is_from_mindbox(self, header):
        """Whether a header ``Authorization`` shows one of the keys.

        It takes as long whatever is wrong with it.
        """
        shown = header.encode("utf-8", "replace")
        matches = [
            hmac.compare_digest(shown, f"{SCHEME} {key}".encode())
            for key in self._get_inbound_keys()
        ]
        return any(matches)
