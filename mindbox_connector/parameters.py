# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""System parameters of the add-on that are whole numbers."""

# Days of a hundred years: with more than that no calendar reckons.
MOST = 36_500


def get_number(env, name, default):
    """Return the system parameter ``mindbox_connector.<name>``, from 0 to ``MOST``.

    Parameters are edited by hand. What is no number counts as if nobody had said it, so
    that no job stands still for a slip of the pen.
    """
    parameters = env["ir.config_parameter"].sudo()
    value = parameters.get_param(f"mindbox_connector.{name}", default)
    try:
        return min(max(0, int(value)), MOST)
    except ValueError:
        return default
