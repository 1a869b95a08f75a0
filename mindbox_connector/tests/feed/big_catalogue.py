# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A catalogue of any size, made in SQL."""

from odoo.tools import SQL

# Names that have broken feeds: quotes, markup, CDATA's end, emoji, right-to-left, …
ODD_NAMES = (
    'A "quoted" & <b>marked-up</b> name',
    "end ]]> of CDATA <![CDATA[",
    "chair 🪑👩‍👩‍👧‍👦 of the family",
    "كرسي للمكتب ‏(أسود)‏",
    "control \x01\x02\x0b\x1f\x7f\ufffe characters",
    "two\nlines\tand a tab\u2028and another",
    "  ",
    "long " + "very " * 2500 + "long",
    "Кресло «Офисное», 5½″ | чёрное",
    "-- '; DROP TABLE product_product; %s %(x)s {0} ${x}",
)
STATEMENTS = (
    # Every fourth template has two variants: with them n products make 4/5 n templates.
    """
    CREATE TEMP TABLE made ON COMMIT DROP AS
    SELECT n, nextval('product_template_id_seq')::int AS id, n %% 4 = 0 AS twins
      FROM generate_series(1, %(templates)s) n
    """,
    """
    INSERT INTO product_template (
        id, name, type, service_tracking, tracking, uom_id, categ_id, list_price,
        sale_ok, purchase_ok, active, is_published, publish_date, base_unit_count,
        is_storable, allow_out_of_stock_order, description_ecommerce, create_date,
        write_date
    )
    SELECT id,
           jsonb_build_object('en_US', CASE WHEN n %% 50 = 0
               THEN (%(names)s::text[])[1 + n / 50 %% %(odd)s]
               ELSE 'Product number ' || n END),
           CASE WHEN n %% 10 = 0 THEN 'service' ELSE 'consu' END, 'no', 'none',
           %(uom)s, %(category)s, 5 + n %% 1000 + 0.99, TRUE, TRUE, TRUE, n %% 20 <> 0,
           now(), 1, n %% 10 <> 0 AND n %% 2 = 0, n %% 6 <> 0,
           CASE WHEN n %% 5 <> 0 THEN jsonb_build_object('en_US',
               '<p>A <b>fine</b> thing, number ' || n || '.</p>'
               || repeat('<p>It is made with care, from wood of the forest.</p>', 4))
           END, now(), now()
      FROM made
    """,
    """
    INSERT INTO product_template_attribute_line (product_tmpl_id, attribute_id, active,
                                                 sequence, value_count)
    SELECT id, %(attribute)s, TRUE, 10, 2 FROM made WHERE twins
    """,
    """
    INSERT INTO product_attribute_value_product_template_attribute_line_rel
                (product_template_attribute_line_id, product_attribute_value_id)
    SELECT l.id, v FROM made JOIN product_template_attribute_line l
           ON l.product_tmpl_id = made.id, unnest(%(values)s) v
    """,
    """
    INSERT INTO product_template_attribute_value (
        product_attribute_value_id, attribute_line_id, product_tmpl_id, attribute_id,
        ptav_active, price_extra
    )
    SELECT v, l.id, made.id, %(attribute)s, TRUE, 0
      FROM made JOIN product_template_attribute_line l ON l.product_tmpl_id = made.id,
           unnest(%(values)s) v
    """,
    """
    INSERT INTO product_product (product_tmpl_id, active, base_unit_count, default_code,
                                 barcode, combination_indices, create_date, write_date)
    SELECT made.id, TRUE, 1, 'SKU-' || n || COALESCE('-' || v.id, ''),
           'B' || n || COALESCE('-' || v.id, ''), COALESCE(v.id::text, ''), now(), now()
      FROM made LEFT JOIN product_template_attribute_value v
           ON v.product_tmpl_id = made.id
    """,
    """
    INSERT INTO product_variant_combination
    SELECT p.id, v.id FROM made
      JOIN product_product p ON p.product_tmpl_id = made.id
      JOIN product_template_attribute_value v
           ON v.product_tmpl_id = made.id AND p.combination_indices = v.id::text
    """,
    """
    INSERT INTO product_public_category_product_template_rel
                (product_template_id, product_public_category_id)
    SELECT id, (%(categories)s)[1 + n %% array_length(%(categories)s, 1)] FROM made
    """,
    """
    INSERT INTO product_taxes_rel (prod_id, tax_id)
    SELECT id, %(tax)s FROM made WHERE n %% 3 = 0
    """,
    """
    INSERT INTO stock_quant (product_id, location_id, company_id, quantity,
                             reserved_quantity, in_date)
    SELECT p.id, %(location)s, %(company)s, n %% 7, 0, now()
      FROM made JOIN product_product p ON p.product_tmpl_id = made.id
     WHERE n %% 10 <> 0 AND n %% 2 = 0
    """,
    """
    INSERT INTO ir_attachment (name, type, res_model, res_field, res_id, mimetype)
    SELECT 'image_1920', 'binary', 'product.template', 'image_1920', id, 'image/png'
      FROM made WHERE n %% 3 <> 0
    """,
)


def make_products(env, count):
    """Make about ``count`` product variants of all kinds; return how many."""
    before = env["product.product"].with_context(active_test=False).search_count([])
    attribute = env["product.attribute"].create(
        {
            "name": "Colour | shade",
            "value_ids": [(0, 0, {"name": "red | dark"}), (0, 0, {"name": "blue"})],
        }
    )
    categories = env["product.public.category"].create(
        [{"name": "Furniture"}, {"name": "Lamps"}]
    )
    tax = env["account.tax"].create({"name": "20 %", "amount": 20})
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)])[0]
    values = {
        "templates": count * 4 // 5,
        "names": [name.replace("\x00", "") for name in ODD_NAMES],
        "odd": len(ODD_NAMES),
        "uom": env.ref("uom.product_uom_unit").id,
        "category": env["product.category"].search([], limit=1).id,
        "attribute": attribute.id,
        "values": attribute.value_ids.ids,
        "categories": categories.ids,
        "tax": tax.id,
        "location": warehouse.lot_stock_id.id,
        "company": env.company.id,
    }
    env.flush_all()
    for statement in STATEMENTS:
        env.cr.execute(SQL(statement, **values))
    env.invalidate_all()
    products = env["product.product"].with_context(active_test=False)
    return products.search_count([]) - before
