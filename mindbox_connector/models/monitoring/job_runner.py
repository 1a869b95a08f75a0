# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Why no job is done: what this server's ``odoo.conf`` lacks, with the line to add.

Contract: the README of OCA's ``queue_job``, "Configuration".
"""

from typing import NamedTuple

from odoo.tools import LazyTranslate, config

from odoo.addons.queue_job.jobrunner import _channels
from odoo.addons.queue_job.jobrunner.channels import ChannelManager

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

# Seconds after which a job that nobody has begun tells of a runner that is dead.
BEGINS_WITHIN = 60

WORDS = {
    "no_runner": _lt(
        "The job runner is not loaded with the server: nothing is sent to Mindbox."
    ),
    "unreadable": _lt(
        "The channels of the job runner cannot be read: nothing is sent to Mindbox."
    ),
    "no_channel": _lt(
        "The deliveries have no channel of their own: any other job keeps them waiting."
    ),
    "no_capacity": _lt(
        "The channel of the deliveries has a capacity of 0, which says nothing."
    ),
    "no_cron": _lt(
        "No thread does the scheduled actions: nobody is warned, and what a crash has "
        "left lying stays there."
    ),
    "no_workers": _lt(
        "Jobs run in the process that answers the visitors: they slow each other down."
    ),
}


class Fault(NamedTuple):
    """A fault of the configuration: its code in ``WORDS``, and the line that helps."""

    code: str
    line: str


def find_faults(channel, options=config, channels=None):
    """Yield what keeps jobs of a channel from being done on this server.

    :param str channel: complete name of the channel, ``root.mindbox``
    :param options: what Odoo was started with
    :param channels: the channels of the runner in its notation, ``root:2,root.sub:1``
    """
    channels = _channels() if channels is None else channels
    loaded = options["server_wide_modules"]
    if "queue_job" not in loaded:
        line = ",".join([*loaded, "queue_job"])
        yield Fault("no_runner", f"server_wide_modules = {line}")
    yield from _find_faults_of_channels(channel, channels)
    if not options["max_cron_threads"]:
        yield Fault("no_cron", "max_cron_threads = 1")
    if not options["workers"]:
        yield Fault("no_workers", "workers = 4")


def _find_faults_of_channels(channel, channels):
    helps = f"[queue_job] channels = root:3,{channel}:2"
    try:
        capacities = {
            one["name"]: one["capacity"]
            for one in ChannelManager.parse_simple_config(channels)
        }
    except (ValueError, KeyError):
        yield Fault("unreadable", helps)
        return
    if channel not in capacities:
        yield Fault("no_channel", helps)
    elif not capacities[channel]:
        yield Fault("no_capacity", helps)
