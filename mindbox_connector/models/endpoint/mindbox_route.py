# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which integration point a record's events leave by, and as which operation.

Looked up in caches at every change in the shop.
"""

from odoo import api, models
from odoo.tools import ormcache

# Writing one of these changes what is captured, and where it goes.
ROUTE_FIELDS = frozenset(
    "state active company_id website_id sequence send_time_zone".split()
)
# What happens in the shop is recorded in these.
LIVE_STATES = ("running", "paused")


class MindboxEndpoint(models.Model):
    _name = "mindbox.endpoint"
    _inherit = ["mindbox.endpoint"]
    _mindbox_cached_fields = ROUTE_FIELDS

    @api.model
    @ormcache()
    def _get_routes(self):
        """Return (endpoint, website, company) IDs of all that record events.

        Running ones come first: where two serve the same website, the running one
        gets the events.
        """
        live = self.sudo().search([("state", "in", LIVE_STATES)])
        live = live.sorted(lambda endpoint: endpoint.state == "paused")
        return tuple(
            (endpoint.id, endpoint.website_id.id, endpoint.company_id.id)
            for endpoint in live
        )

    @api.model
    def _get_route(self, website_id, company_id):
        """Return the ID of the endpoint for a website, else for its company.

        :param website_id: ID or False for what did not happen on a website
        :param company_id: ID or False for records shared by all companies
        :return: ID or False
        """
        routes = self._get_routes()
        own = next((e for e, site, _c in routes if site and site == website_id), False)
        if own:
            return own
        if website_id and not company_id:
            company_id = self.env["website"].sudo().browse(website_id).company_id.id
        shared = [
            e for e, site, company in routes if not site and company == company_id
        ]
        if shared or website_id:
            return shared[0] if shared else False
        # Not bound to a website: the only one there is must be meant.
        possible = [e for e, _site, owner in routes if company_id in (False, owner)]
        return possible[0] if len(possible) == 1 else False

    @api.model
    def _has_several_shops(self):
        """Whether a customer can buy by several integration points, or by none."""
        routes = self._get_routes()
        return len(routes) > 1 or any(
            website for _endpoint, website, _company in routes
        )

    @api.model
    def _get_home(self, company_id):
        """Return the IDs of the endpoint of a company's back office: one or none."""
        routes = self._get_routes()
        return [e for e, _site, owner in routes if owner == company_id][:1]

    def _get_websites(self):
        """Return the websites whose events leave by this integration point."""
        self.ensure_one()
        websites = (
            self.env["website"].sudo().search([("company_id", "=", self.company_id.id)])
        )
        return websites.filtered(
            lambda website: self._get_route(website.id, self.company_id.id) == self.id
        )

    @ormcache("self.id")
    def _get_operations(self):
        """Return {ID: operation values} of the active operations."""
        # Not through the field: its value may be from before one was switched on.
        domain = [("endpoint_id", "=", self.id), ("active", "=", True)]
        operations = self.env["mindbox.operation"].sudo().search(domain)
        return {operation.id: operation._get_route_values() for operation in operations}

    @ormcache("self.id")
    def _get_usual_operations(self):
        """Return {(event, for guests): operation values}.

        Of several for an event it is the one that is for no special case.
        """
        operations = self._get_operations().values()
        special_first = sorted(operations, key=lambda values: not values["special"])
        return {
            (values["event"], values["for_guests"]): values for values in special_first
        }

    def _add_operations(self, codes):
        """Make the default operations of events that have none here yet.

        :param set codes: of the events
        """
        for endpoint in self.with_context(active_test=False):
            missing = codes.difference(endpoint.operation_ids.mapped("event"))
            endpoint.operation_ids = endpoint.operation_ids._default_commands(missing)

    @api.model
    def _listens_to(self, event):
        """Whether anybody wants to hear of an event that is switched off at most."""
        return any(
            self.browse(endpoint_id)._get_operation(event)
            for endpoint_id, _website, _company in self._get_routes()
        )

    @ormcache("self.id")
    def _get_statuses(self):
        """Return {milestone: status} of the Mindbox project."""
        return {status.milestone: status.status for status in self.sudo().status_ids}

    def _get_operation(self, event, for_guests=False):
        """Return the active operation's values for an event, or None."""
        operations = self._get_usual_operations()
        return (
            for_guests
            and operations.get((event, True))
            or operations.get((event, False))
        )
