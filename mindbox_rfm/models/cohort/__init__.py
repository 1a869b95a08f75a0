"""Cohorts: of those who first ordered in the same month, who came back, and when.

It may call runs and all below them.
"""

from . import rfm_cohort
from . import rfm_scheme
