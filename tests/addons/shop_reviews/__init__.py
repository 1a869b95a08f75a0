from . import review, survey
