# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from lxml import etree

from odoo import Command
from odoo.tests import HttpCase

from ..common import TODAY
from ..experiment.common import ExperimentCase


def make_block(text, **conditions):
    """Return a block as the website editor writes it.

    :param conditions: records that were chosen, and rules, by the end of the name
    """
    attributes = {"data-visibility": "conditional"}
    for name, value in conditions.items():
        if not isinstance(value, str):
            value = json.dumps([{"id": r.id, "display_name": r.name} for r in value])
        attributes[f"data-visibility-value-rfm-{name.replace('_', '-')}"] = value
    block = etree.Element("section", attributes)
    etree.SubElement(block, "p").text = text
    return etree.tostring(block, encoding="unicode")


class SiteCase(ExperimentCase, HttpCase):
    """A website of the company, and people of six kinds who look at its pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].search([], limit=1)
        cls.website.company_id = cls.company
        cls.website.language_ids += cls.env["res.lang"]._activate_lang("ru_RU")
        cls.buying, cls.rest = cls.scheme.segment_ids
        cls.experiment._start(TODAY)
        portal, employee = (
            cls.env.ref("base.group_portal"),
            cls.env.ref("base.group_user"),
        )
        editor = cls.env.ref("website.group_website_designer") | employee
        cls.make_user("bought, in test", portal, cls.find(cls.buying, "test"))
        cls.make_user("bought, in control", portal, cls.find(cls.buying, "control"))
        cls.make_user("no orders, in test", portal, cls.find(cls.rest, "test"))
        cls.make_user("employee", employee)
        cls.make_user("editor", editor)

    @classmethod
    def find(cls, segment, arm):
        """Return a customer of a segment and of a group of the experiment."""
        members = cls.experiment.member_ids.filtered(
            lambda member: member.segment_id == segment and member.arm == arm
        )
        return members[0].partner_id

    @classmethod
    def make_user(cls, login, groups, partner=None):
        partner = partner or cls.make_customer(login, ref=False)
        return cls.env["res.users"].create(
            {
                "login": login,
                "password": login,
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [Command.set(groups.ids)],
            }
        )

    @classmethod
    def make_page(cls, url, content):
        arch = f'<t t-call="website.layout"><div id="wrap">{content}</div></t>'
        return cls.env["website.page"].create(
            {
                "name": "Page",
                "url": url,
                "type": "qweb",
                "is_published": True,
                "website_id": cls.website.id,
                "key": f"website.{url.strip('/')}",
                "arch": arch,
            }
        )

    def open_page(self, login, url):
        """Open a page as a user, or as a guest; return its HTML."""
        self.authenticate(login, login)
        response = self.url_open(url)
        response.raise_for_status()
        return response.text
