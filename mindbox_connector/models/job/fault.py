# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is told of a fault of the connector itself: its kind and its place."""

import logging
import traceback


def log_fault(logger, what, error, level=logging.ERROR):
    """Log that something has failed, but not the text of the exception.

    The text may hold personal data: a name, an e-mail address, a whole body.

    :param what: what has failed, as the beginning of a sentence
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = frames[-1] if frames else "an unknown place"
    logger.log(level, "%s: %s in %s", what, type(error).__name__, place)
