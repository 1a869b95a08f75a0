from . import base_partner_merge
from . import rfm_preset
from . import rfm_preview
