# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An example of a record of any model, in any company."""

import itertools

from odoo import fields

# No two examples have the same number.
NUMBERS = itertools.count(1)
VALUES = {
    "boolean": lambda field: False,
    "char": lambda field: f"example{next(NUMBERS)}",
    "date": lambda field: fields.Date.today(),
    "datetime": lambda field: fields.Datetime.now(),
    "float": lambda field: 1.0,
    "integer": lambda field: next(NUMBERS),
    "json": lambda field: {},
    "monetary": lambda field: 1.0,
    "text": lambda field: "example",
}


class Examples:
    """Records of a company, each made when it is asked for, with all it belongs to.

    :param env: of the superuser
    :param company: whose records they are
    :param dict makers: {model: function of these examples} of what takes more than its
        required fields
    """

    def __init__(self, env, company, makers=None):
        self.env = env(context={**env.context, "allowed_company_ids": company.ids})
        self.company = company
        self.makers = {**MAKERS, **(makers or {})}
        self.made = {"res.company": company}

    def get(self, model):
        """Return the example of a model."""
        if model not in self.made:
            maker = self.makers.get(model)
            self.made[model] = maker(self) if maker else self.make(model)
        return self.made[model]

    def make(self, model, **values):
        """Create an example with the values that it must have."""
        for name, field in self.env[model]._fields.items():
            if self.is_needed(model, field) and name not in values:
                values[name] = self.get_value(field)
        record = self.env[model].create(values)
        record.flush_recordset()
        return record

    def is_needed(self, model, field):
        if not field.store or field.compute or field.inherited:
            return False
        of_company = field.type == "many2one" and field.comodel_name in self.makers
        return field.required and (field.default is None or of_company)

    def get_value(self, field):
        if field.type == "many2one":
            return self.get(field.comodel_name).id
        if field.type in ("selection", "reference"):
            return field.get_values(self.env)[0]
        return VALUES[field.type](field)


def make_endpoint(examples):
    return examples.make(
        "mindbox.endpoint",
        company_id=examples.company.id,
        url="http://127.0.0.1:9",
        endpoint_code="Shop.Website",
        secret_key="key",
    )


def make_website(examples):
    company = examples.company
    values = {"name": company.name, "company_id": company.id}
    return examples.env["website"].create(values)


def make_action_field(examples):
    action = examples.env["ir.actions.server"].create(
        {
            "name": "Example",
            "model_id": examples.env["ir.model"]._get_id("res.partner"),
            "state": "mindbox",
            "mindbox_operation": "Website.Example",
        }
    )
    values = {"action_id": action.id, "target": "order.a", "text": "x"}
    return examples.env["mindbox.action.field"].create(values)


def make_partner(examples):
    return examples.make("res.partner", name="Example", company_id=examples.company.id)


MAKERS = {
    "mindbox.action.field": make_action_field,
    "mindbox.field.map": lambda made: made.make("mindbox.field.map", path="city"),
    "mindbox.endpoint": make_endpoint,
    "mindbox.operation": lambda made: made.get("mindbox.endpoint").operation_ids[0],
    "mindbox.order.status": lambda made: made.get("mindbox.endpoint").status_ids[0],
    "res.partner": make_partner,
    "website": make_website,
}
