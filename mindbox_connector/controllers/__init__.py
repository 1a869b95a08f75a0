from . import health
from . import home
from . import portal
from . import signup
from . import views
