"""A forecast of what each customer will order, and how right such forecasts were.

A statistical model is fitted to when customers ordered, tried on the shop's own past,
and shown only where it was right there. It may call runs and all below them.
"""

from . import rfm_forecast
from . import rfm_forecast_job
from . import rfm_profile
from . import rfm_scheme
