from . import test_card
from . import test_cart
from . import test_customer
from . import test_i18n
from . import test_lists_and_consent
from . import test_order
from . import test_tours
