# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    begin_cards_anew(env)
    forget_gift_cards(env)
    keep_what_projects_take(env)


def begin_cards_anew(env):
    """The owners of cards had a file of their own; now they stand in the cards' rows.

    Importing a card twice changes nothing.
    """
    chunks = env["mindbox.import.chunk"].search(
        [("file", "=", "card_owners"), ("state", "in", ("open", "frozen"))]
    )
    chunks._forget_files()
    chunks.write({"file": "cards", "state": "open"})


def forget_gift_cards(env):
    """Gift cards are no discount cards any more, so nothing is compared of them."""
    env.cr.execute(
        """
        DELETE FROM mindbox_ledger USING loyalty_card card, loyalty_program program
         WHERE mindbox_ledger.kind = 'cards' AND card.id = mindbox_ledger.res_id
           AND program.id = card.program_id
           AND program.program_type = 'gift_card'
        """
    )


def keep_what_projects_take(env):
    """What was always sent is a setting now: who has it set up so far keeps it."""
    endpoints = env["mindbox.endpoint"].with_context(active_test=False).search([])
    endpoints.write(
        {
            "balance_card": True,
            "balance_order": True,
            "send_ewallets": True,
            "line_status": "none",
        }
    )
