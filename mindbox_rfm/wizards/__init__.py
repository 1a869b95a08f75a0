from . import rfm_preset
from . import rfm_preview
