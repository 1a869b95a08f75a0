# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the server is like: versions, jobs, scheduled actions, clock, disk."""

import shutil
import time
from datetime import timedelta

from odoo import fields, release
from odoo.tools import SQL, config

from odoo.addons.queue_job.jobrunner import _channels
from odoo.addons.queue_job.jobrunner.channels import ChannelManager
from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID

from ..monitoring.facts import Facts
from ..monitoring.job_runner import BEGINS_WITHIN, find_faults
from .server_words import Found

SERIES = (19, 0)
OLDEST_POSTGRES = 13
# Seconds by which two clocks may differ.
MOST_SKEW = 5
# For how long a scheduled action may be overdue: one worker does them one by one.
MOST_OVERDUE = timedelta(minutes=15)
GIGABYTE = 1024**3
DISK_LOW, DISK_FULL = 2, 0.2
MODULES = ("mindbox_connector", "mindbox_rfm", "queue_job")


def find_versions(env):
    """Is each part of a version that fits the others?"""
    [[number]] = env.execute_query(SQL("SELECT current_setting('server_version_num')"))
    postgres = int(number) // 10_000
    if release.version_info[:2] != SERIES:
        yield Found("other_odoo", {"odoo": release.version})
    if postgres < OLDEST_POSTGRES:
        yield Found("old_postgres", {"postgres": postgres})
    domain = [("name", "in", MODULES), ("state", "=", "installed")]
    for module in env["ir.module.module"].search(domain):
        # Odoo's names: "installed" is the files' one, "latest" the database's.
        files, database = module.installed_version, module.latest_version
        if files != database:
            versions = {"files": files, "database": database}
            yield Found("not_updated", {"module": module.name, **versions})
    connector = env.ref("base.module_mindbox_connector").latest_version
    values = {"odoo": release.version, "postgres": postgres, "connector": connector}
    yield Found("versions", values)


def find_runner(env):
    """Is there somebody who does the jobs?"""
    faults = {fault.code: fault for fault in find_faults(_get_channel(env))}
    endpoints = env["mindbox.endpoint"]
    if fault := faults.get("no_runner"):
        yield Found("no_runner", {"line": fault.line})
    elif not _is_runner_at_work(env):
        yield Found("runner_dead")
    seconds = max(Facts(endpoints.search([])).get_job_seconds().values(), default=0)
    if seconds > BEGINS_WITHIN:
        yield Found("jobs_late", {"age": endpoints._format_seconds(seconds)})
    domain = [("model_name", "=like", "mindbox.%"), ("state", "=", "failed")]
    if count := env["queue.job"].search_count(domain):
        yield Found("jobs_failed", {"count": count})


def _is_runner_at_work(env):
    """Whether a runner holds the lock that it has as long as it is connected."""
    return bool(
        env.execute_query(
            SQL(
                """
                SELECT FROM pg_locks
                 WHERE locktype = 'advisory' AND granted AND objsubid = 1
                   AND (classid::bigint << 32) | objid::bigint = %s
                   AND database = (SELECT oid FROM pg_database
                                    WHERE datname = current_database())
                """,
                PG_ADVISORY_LOCK_ID,
            )
        )
    )


def find_channels(env):
    """Have the deliveries a channel, and visitors a worker?"""
    for fault in find_faults(_get_channel(env)):
        if fault.code not in ("no_runner", "no_cron"):
            yield Found(fault.code, {"line": fault.line})
    jobs, workers = _get_capacity(), config["workers"]
    values = {"jobs": jobs, "workers": workers}
    if workers and jobs >= workers:
        yield Found("crowded", values)
    yield Found("channels", values)


def _get_channel(env):
    return env["mindbox.endpoint"]._get_delivery_channel()


def _get_capacity():
    """Return how many jobs run at once, at most; 0 where it is not to be read."""
    try:
        channels = ChannelManager.parse_simple_config(_channels())
    except (ValueError, KeyError):
        return 0
    capacities = {one["name"]: one["capacity"] for one in channels}
    return capacities.get("root") or 0


def find_crons(env):
    """Are the scheduled actions of the connector done in time?"""
    if not config["max_cron_threads"]:
        yield Found("no_cron", {"line": "max_cron_threads = 1"})
    now = fields.Datetime.now()
    for cron in _get_crons(env):
        late = now - cron.nextcall
        values = {"name": cron.name}
        if not cron.active:
            yield Found("cron_off", values)
        elif late > MOST_OVERDUE:
            age = env["mindbox.endpoint"]._format_seconds(late.total_seconds())
            yield Found("cron_late", {**values, "age": age})
        elif cron.failure_count:
            yield Found("cron_failing", {**values, "count": cron.failure_count})


def _get_crons(env):
    domain = [("module", "=like", "mindbox_%"), ("model", "=", "ir.cron")]
    names = env["ir.model.data"].search(domain)
    return env["ir.cron"].browse(names.mapped("res_id")).exists()


def find_clock(env):
    """Is it as late for Odoo as for the database?"""
    before = time.time()
    [[there]] = env.execute_query(SQL("SELECT extract(epoch FROM clock_timestamp())"))
    after = time.time()
    skew = max(before - float(there), float(there) - after, 0)
    if skew > MOST_SKEW:
        yield Found("clock_differs", {"seconds": round(skew)})


def find_disk(env):
    """Is there room for files?"""
    free = shutil.disk_usage(config["data_dir"]).free / GIGABYTE
    low = "disk_full" if free < DISK_FULL else "disk_low"
    yield Found(low if free < DISK_LOW else "disk", {"free": f"{free:.1f}"})
