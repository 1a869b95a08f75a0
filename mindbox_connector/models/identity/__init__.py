"""Whose an e-mail or a phone is: one customer's at each integration point.

Mindbox knows a contact once. Who of several customers owns it is decided here, kept,
and told: whoever is not the owner is sent without it. Calls capture and the rooms below
it; the shop, above, asks it whom a body names and with which contacts.
"""

from . import mindbox_contact
from . import mindbox_contact_settle
from . import mindbox_person
from . import mindbox_scope
from . import mindbox_endpoint
from . import res_partner
from . import res_users
