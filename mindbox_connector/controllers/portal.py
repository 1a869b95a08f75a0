# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from werkzeug.exceptions import NotFound

from odoo import fields
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..labels import get_labels
from .views import MAX_CALL_BYTES

MAX_FAVORITE_NAME = 64


def decide_by_mail(partner, source):
    """Record that somebody has ticked the box for e-mails, a customer or not."""
    consents = request.env["mindbox.consent"].sudo()
    consents._decide(
        partner._mindbox_contact(),
        {("email", ""): True},
        source=source,
        website_id=request.website.id,
    )


def _is_date(value):
    try:
        fields.Date.to_date(value)
    except ValueError:
        return False
    return True


def _get_input(topic):
    return f"topic-{topic.id}"


class MindboxPortal(CustomerPortal):
    # === FAVOURITE ORDERS === #

    @route(
        "/my/orders/<int:order_id>/favorite",
        type="jsonrpc",
        auth="user",
        max_content_length=MAX_CALL_BYTES,
    )
    def favorite_order(self, order_id, favorite, name=None):
        """Mark an own order as favourite, unmark it, or name it.

        :param bool favorite: whether it is one
        :param str name: how the customer calls it; None leaves it as it is
        :raise NotFound: it is nobody's order, or somebody else's
        """
        partner = request.env.user.partner_id
        domain = Domain(self._prepare_orders_domain(partner)) & Domain(
            "id", "=", order_id
        )
        # Customers may not write on orders; which ones are theirs was just decided.
        order = request.env["sale.order"].sudo().search(domain)
        if not order:
            raise NotFound()
        vals = {"is_favorite": bool(favorite)}
        if name is not None:
            vals["favorite_name"] = str(name).strip()[:MAX_FAVORITE_NAME] or False
        order.write(vals)
        return {"favorite": order.is_favorite, "name": order.favorite_name or ""}

    def _prepare_orders_domain(self, partner):
        domain = super()._prepare_orders_domain(partner)
        if request.params.get("filterby") == "favorite":
            domain = [*domain, ("is_favorite", "=", True)]
        return domain

    def _prepare_sale_portal_rendering_values(self, quotation_page=False, **kwargs):
        values = super()._prepare_sale_portal_rendering_values(
            quotation_page=quotation_page, **kwargs
        )
        if not quotation_page:
            values["only_favorites"] = request.params.get("filterby") == "favorite"
            if values["only_favorites"]:
                values["pager"] = self._make_favorites_pager(values, **kwargs)
        return values

    def _make_favorites_pager(
        self, values, page=1, date_begin=None, date_end=None, **kwargs
    ):
        """Return the pager of the list; its links keep the filter."""
        domain = Domain(self._prepare_orders_domain(request.env.user.partner_id))
        if date_begin and date_end:
            domain &= Domain("create_date", ">", date_begin)
            domain &= Domain("create_date", "<=", date_end)
        return pager(
            url=values["default_url"],
            total=request.env["sale.order"].search_count(domain),
            page=page,
            step=self._items_per_page,
            url_args={
                "date_begin": date_begin,
                "date_end": date_end,
                "filterby": "favorite",
            },
        )

    # === PROFILE AND CHECKOUT === #

    def _parse_form_data(self, form_data):
        """A birthday that is no date, or a sex that is none, is left as it was."""
        if form_data.get("sex") not in (None, "", "male", "female"):
            form_data.pop("sex")
        if "birthday" in form_data and not _is_date(form_data["birthday"]):
            form_data.pop("birthday")
        return super()._parse_form_data(form_data)

    def _create_or_update_address(self, partner_sudo, **form_data):
        """A tick in the checkout is a decision; no tick is none."""
        agreed = form_data.pop("mindbox_consent", None)
        partner_sudo, feedback = super()._create_or_update_address(
            partner_sudo, **form_data
        )
        if agreed and partner_sudo and not feedback.get("invalid_fields"):
            decide_by_mail(partner_sudo, "checkout")
        return partner_sudo, feedback

    # === SUBSCRIPTIONS === #

    @route("/my/subscriptions", type="http", auth="user", website=True)
    def subscriptions(self, **kwargs):
        """Show and save what the customer wants to hear of, channel by channel."""
        partner = request.env.user.partner_id
        if request.httprequest.method == "POST":
            self._save_subscriptions(partner, kwargs)
            return request.redirect("/my/subscriptions?saved=1")
        state = request.env["mindbox.consent"].sudo()._get_state(partner)
        topics = self._get_topics()
        values = self._prepare_portal_layout_values() | {
            "page_name": "mindbox_subscriptions",
            "channels": [
                {
                    "name": code,
                    "label": label,
                    "agreed": state.get((code, "")),
                    "topics": [
                        (_get_input(topic), topic.name, state.get((code, topic.code)))
                        for topic in topics
                        if topic.portal_channel == code
                    ],
                }
                for code, label in self._get_channels().items()
            ],
            "saved": bool(kwargs.get("saved")),
            "text": self._get_text(),
        }
        return request.render("mindbox_connector.portal_my_subscriptions", values)

    def _get_text(self):
        texts = request.env["mindbox.consent.text"]
        return texts._read_shown(request.website, "portal")

    def _get_channels(self):
        """Return {code: label} of the channels that the shop offers, in their order."""
        offered = request.website._mindbox_get_channels()
        labels = get_labels(request.env["mindbox.consent"], "channel")
        return {code: label for code, label in labels.items() if code in offered}

    def _get_topics(self):
        """Return the topics that customers find on the page, in their language."""
        domain = [
            ("portal_channel", "in", list(self._get_channels())),
            ("company_id", "in", [False, request.website.company_id.id]),
        ]
        return request.env["mindbox.topic"].sudo().search(domain)

    def _save_subscriptions(self, partner, form):
        if form.get("all_off"):
            return self._refuse_all(partner)
        wording = self._get_text()["wording"]
        wanted = {(code, ""): form.get(code) == "on" for code in self._get_channels()}
        self._decide(partner, wanted, wording)
        for topic in self._get_topics():
            agreed = form.get(_get_input(topic)) == "on"
            wanted = {(topic.portal_channel, topic.code): agreed}
            self._decide(partner, wanted, f"{wording}\n{topic.name}")

    def _refuse_all(self, partner):
        """No to all that is offered, and to whatever else was agreed to before."""
        consents = request.env["mindbox.consent"].sudo()
        state = consents._get_state(partner)
        wanted = {key: False for key, agreed in state.items() if agreed}
        wanted |= {(code, ""): False for code in self._get_channels()}
        website_id = request.website.id
        consents._decide(partner, wanted, source="portal", website_id=website_id)

    def _decide(self, partner, wanted, wording):
        request.env["mindbox.consent"].sudo()._decide(
            partner,
            # Never asked and not ticked is no decision.
            self._leave_undecided(partner, wanted),
            source="portal",
            website_id=request.website.id,
            wording=wording,
        )

    def _leave_undecided(self, partner, wanted):
        state = request.env["mindbox.consent"].sudo()._get_state(partner)
        return {key: agreed for key, agreed in wanted.items() if agreed or key in state}
