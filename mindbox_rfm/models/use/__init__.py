"""What segments are good for: on contacts, in programs and pricelists, in Mindbox.

On top: it calls all other rooms and the connector, and nobody calls it. What follows a
run within its transaction is added to ``_after_run`` here.
"""

from . import mindbox_catalogue
from . import mindbox_reason
from . import rfm_segment
from . import rfm_rule
from . import rfm_alert
from . import rfm_scheme
from . import rfm_experiment
from . import rfm_told_field
from . import rfm_demo
from . import res_partner
from . import res_partner_forecast
from . import mindbox_endpoint
from . import mindbox_configuration
from . import mindbox_guide
from . import mindbox_import
from . import mindbox_ledger
from . import res_partner_told
from . import mindbox_operation
from . import mindbox_request
from . import loyalty_program
from . import product_pricelist
from . import sale_order
