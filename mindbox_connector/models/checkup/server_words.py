# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What may be found by the health check, and what helps: data only.

A check finds one thing at least. Each has a level:

* ``ok``: as it should be
* ``note``: worth knowing, no fault
* ``warning``: it works, but not well, or not for long
* ``error``: something does not work
"""

from typing import Any, NamedTuple

from odoo.tools import LazyTranslate

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

LEVELS = ("ok", "note", "warning", "error")


class Found(NamedTuple):
    """Something that a check has found: a key of its table, and what its words name."""

    code: str
    values: dict = {}


class Words(NamedTuple):
    """What is said of something found.

    * ``level``: one of :data:`LEVELS`
    * ``text``: one sentence with the names of the values, as ``%(days)s``
    * ``helps``: what to do about it
    """

    level: str
    text: Any
    helps: Any = ""


FINE = Words("ok", _lt("Nothing is wrong."))
BROKEN = Words(
    "error",
    _lt("The check itself has failed (%(kind)s)."),
    _lt("Look for the fault in the server's log."),
)
RESTART = _lt("Put it in odoo.conf, then restart Odoo: %(line)s")

# === THE SERVER === #

VERSIONS = {
    "versions": Words(
        "ok", _lt("Odoo %(odoo)s, PostgreSQL %(postgres)s, connector %(connector)s.")
    ),
    "other_odoo": Words(
        "error",
        _lt("This is Odoo %(odoo)s; the connector is made for 19.0."),
        _lt("Take the release of the connector for your Odoo."),
    ),
    "old_postgres": Words(
        "error",
        _lt("PostgreSQL %(postgres)s is older than 13."),
        _lt("Update PostgreSQL."),
    ),
    "not_updated": Words(
        "error",
        _lt(
            "The files of %(module)s are of version %(files)s, the database is at "
            "%(database)s."
        ),
        _lt("Update the add-on: odoo -u %(module)s --stop-after-init"),
    ),
}
RUNNER = {
    "runner": Words("ok", _lt("Loaded with the server, and at work.")),
    "no_runner": Words(
        "error",
        _lt("The job runner is not loaded with the server: nothing is sent."),
        RESTART,
    ),
    "runner_dead": Words(
        "error",
        _lt("No job runner is at work for this database: nothing is sent."),
        _lt(
            "Start Odoo with queue_job in server_wide_modules and with this database; "
            "its log says “queue job runner ready”."
        ),
    ),
    "jobs_late": Words(
        "error",
        _lt("Nobody has begun the delivery for %(age)s."),
        _lt("The runner is dead or its channel is full: restart Odoo, read its log."),
    ),
    "jobs_failed": Words(
        "warning",
        _lt("Jobs of the connector that have failed for good: %(count)s."),
        _lt("Open Jobs, read why, mend it, then requeue them."),
    ),
}
CHANNELS = {
    "channels": Words(
        "ok", _lt("Jobs at once: %(jobs)s. Workers of the server: %(workers)s.")
    ),
    "unreadable": Words(
        "error", _lt("The channels of the job runner cannot be read."), RESTART
    ),
    "no_channel": Words(
        "warning",
        _lt("The deliveries have no channel of their own: any job keeps them waiting."),
        RESTART,
    ),
    "no_capacity": Words(
        "warning", _lt("The channel of the deliveries has a capacity of 0."), RESTART
    ),
    "no_workers": Words(
        "warning",
        _lt("Jobs run in the process that answers the visitors: both are slowed down."),
        RESTART,
    ),
    "crowded": Words(
        "warning",
        _lt(
            "Jobs at once: %(jobs)s, workers: %(workers)s. When all jobs run, no "
            "visitor gets a page."
        ),
        _lt("Give the server more workers than the channel root has jobs."),
    ),
}
CRON = {
    "cron": Words("ok", _lt("The scheduled actions run in time.")),
    "no_cron": Words(
        "error",
        _lt("No thread does the scheduled actions: nobody is warned of anything."),
        RESTART,
    ),
    "cron_off": Words(
        "warning",
        _lt("The scheduled action “%(name)s” is switched off."),
        _lt("Switch it on in Settings, Technical, Scheduled Actions."),
    ),
    "cron_late": Words(
        "error",
        _lt("The scheduled action “%(name)s” is overdue for %(age)s."),
        _lt("Look whether Odoo runs with max_cron_threads, and at its log."),
    ),
    "cron_failing": Words(
        "warning",
        _lt("The scheduled action “%(name)s” has failed %(count)s times in a row."),
        _lt("Look for the fault in the server's log."),
    ),
}
CLOCK = {
    "clock": Words("ok", _lt("Odoo and the database have the same time.")),
    "clock_differs": Words(
        "error",
        _lt("The clocks of Odoo and of the database differ by %(seconds)s seconds."),
        _lt("Set both servers by NTP: what is due, and when, is judged by both."),
    ),
}
DISK = {
    "disk": Words("ok", _lt("Free for files of Odoo: %(free)s GB.")),
    "disk_low": Words(
        "warning",
        _lt("Only %(free)s GB are left for files of Odoo."),
        _lt("Make room: imports and product feeds are kept as files."),
    ),
    "disk_full": Words(
        "error",
        _lt("The disk is full: %(free)s GB are left for files of Odoo."),
        _lt("Make room at once: Odoo and the database stop where nothing is left."),
    ),
}
STORAGE = {
    "storage": Words("ok", _lt("All indexes are there, and rows are cleaned up.")),
    "index_missing": Words(
        "error",
        _lt("Indexes of the requests that are missing or broken: %(names)s."),
        _lt("Update the add-on: odoo -u mindbox_connector --stop-after-init"),
    ),
    "autovacuum_off": Words(
        "error",
        _lt("PostgreSQL does not clean up by itself: autovacuum is off."),
        _lt("Switch autovacuum on in postgresql.conf: each delivery gets slower."),
    ),
    "autovacuum_unset": Words(
        "warning",
        _lt("The requests are cleaned up too seldom: the table has lost its settings."),
        _lt("Update the add-on: odoo -u mindbox_connector --stop-after-init"),
    ),
    "bloated": Words(
        "warning",
        _lt("Old versions of rows that nobody has cleaned up: %(count)s."),
        _lt(
            "Look in the database for a transaction that has been open for hours: "
            "it keeps PostgreSQL from cleaning up."
        ),
    ),
}
