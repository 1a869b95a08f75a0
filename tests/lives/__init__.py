"""Random lives of customers: in the end Mindbox holds what Odoo holds.

Odoo runs inside the test process, the strict sandbox in a thread of it: thirty things
happen within seconds. What should be at Mindbox is computed from Odoo's own records by
rules of :mod:`truth`, which share nothing with the connector. The same lives, told to
an empty Mindbox by the import of history alone, end alike: see :mod:`imported`.

    make lives                      500 lives of 30 steps, as many imported
    MINDBOX_SEED=7 make lives       the same ones again
"""
