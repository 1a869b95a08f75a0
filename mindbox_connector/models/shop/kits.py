# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What one kit consists of. Only called where `mrp` is installed."""

# A bill of materials rounds up the quantities of its components; so many kits at once
# need hardly more than as many times one.
MANY_KITS = 1000


def get_kit_needs(product, company_id, bom_line_ids):
    """Return {ID of a line of the bill of materials: quantity in one kit}.

    As it was when the kit was planned, where that bill is still there.

    :param product: the kit
    :param bom_line_ids: IDs of the lines by which something has moved
    """
    product = product.sudo()
    lines = product.env["mrp.bom.line"].browse(bom_line_ids).exists()
    bom = _get_bom(product, company_id, lines)
    if not bom:
        return {line.id: _in_unit(line, line.product_qty) for line in lines}
    kits = product.uom_id._compute_quantity(MANY_KITS, bom.product_uom_id, round=False)
    _boms, parts = bom.explode(product, kits / bom.product_qty)
    needs = {
        line.id: _in_unit(line, data["qty"]) / MANY_KITS
        for line, data in parts
        if line.product_id.type != "service"
    }
    return {line_id: need for line_id, need in needs.items() if need}


def _get_bom(product, company_id, lines):
    """Return the bill by which a kit was planned, else the one of today."""
    template = product.product_tmpl_id
    own = lines.bom_id.filtered(
        lambda bom: product == bom.product_id
        or (not bom.product_id and bom.product_tmpl_id == template)
    )
    if own:
        return own[:1]
    return lines.bom_id._bom_find(product, company_id=company_id, bom_type="phantom")[
        product
    ]


def _in_unit(line, quantity):
    unit = line.product_id.uom_id
    return line.product_uom_id._compute_quantity(quantity, unit, round=False)
