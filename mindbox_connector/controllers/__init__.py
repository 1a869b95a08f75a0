from . import cart
from . import feed
from . import health
from . import home
from . import import_file
from . import portal
from . import signup
from . import views
