"""What the website shows to whom: blocks for segments and for groups of experiments.

On top of all: it asks for the segment of a visitor and for their group, and nobody
calls it. Who is not to see a block does not get its HTML.
"""

from . import mindbox_recommendation
from . import res_partner
from . import ir_qweb
from . import ir_qweb_field_html
from . import ir_ui_view
from . import rfm_segment
from . import website_page
