"""Consents, blacklists, and customers who want to be forgotten.

Calls the shop and the rooms below it: a decision is captured like any other event.
"""

from . import mindbox_blacklist
from . import mindbox_consent
from . import mindbox_consent_newest
from . import mindbox_consent_text
from . import mindbox_topic
from . import mindbox_erasure
from . import mail_blacklist
from . import phone_blacklist
from . import res_partner
from . import res_partner_moved
from . import res_users
from . import website
from . import res_config_settings
