"""Accepted files, and the one worker that goes through them row by row."""

import asyncio
import csv
import time
from collections import deque
from functools import partial

from ..calls import iso
from ..contract.errors import BusinessError
from ..contract.nodes import DROP, Report, leaf
from .files import File, FileError
from .orders import build_order
from .rows import HANDLERS
from .support import LATER, RowError

SLICE = 0.004
SHOWN_PROBLEMS = 200


async def in_slices(rows):
    """The rows, with a pause for everybody else every few milliseconds."""
    pause = time.perf_counter() + SLICE
    for row in rows:
        yield row
        if time.perf_counter() > pause:
            await asyncio.sleep(0)
            pause = time.perf_counter() + SLICE


class Job:
    """One accepted file and what becomes of its rows."""

    def __init__(self, number, operation, call, columns, source):
        self.id, self.operation, self.at = number, operation, call.at
        self.transaction_id, self.query = call.transaction_id, dict(call.query)
        self.columns, self.source = columns, source
        self.state, self.error, self.seconds = "queued", None, 0.0
        self.rows = self.done = self.rejected = self.warnings = self.results = 0
        self.problems = []
        self.memory = {}

    def shown(self):
        keys = (
            "id",
            "operation",
            "transaction_id",
            "query",
            "state",
            "error",
            "rows",
            "done",
            "rejected",
            "results",
            "warnings",
            "problems",
        )
        return {
            "at": iso(self.at),
            "seconds": round(self.seconds, 3),
            "columns": [column.name for column in self.columns],
            **{key: getattr(self, key) for key in keys},
        }

    def fail(self, error):
        self.state, self.error = "failed", error

    def problem(self, row, reason, kind="rejected"):
        if len(self.problems) < SHOWN_PROBLEMS:
            self.problems.append({"row": row, "kind": kind, "reason": reason})

    def warn(self, row, reason):
        self.warnings += 1
        self.problem(row, reason, "warning")

    def reject(self, rows, reason):
        self.rejected += len(rows)
        self.problem(rows[0], reason)

    def cells(self, number, row, project):
        """The clean cells of a row by column name."""
        if len(row) != len(self.columns):
            raise RowError(f"{len(row)} cells, {len(self.columns)} columns")
        report, clean = Report(project), {}
        for place, cell in zip(self.columns, row, strict=False):
            if cell == "":
                if place.required:
                    raise RowError(f"{place.name} is empty")
                continue
            value = leaf(place.check, cell, place.name, report)
            if report.fatal or (place.required and report.dropped):
                why = (report.fatal or report.dropped)[0]
                raise RowError(f"{why['location']}: {why['message']}")
            if value is not DROP:
                clean[place.name] = value
        for note in report.warnings:
            self.warn(number, f"{note['location']}: {note['message']}")
        return clean

    def parts(self, clean, group):
        """{glued-on name: value} of columns such as OrderIds<Name>."""
        return {
            place.parts[group]: clean[place.name]
            for place in self.columns
            if place.parts.get(group) is not None and place.name in clean
        }


class Imports:
    """The queue of accepted files and the one worker that goes through them."""

    def __init__(self, world):
        self.world = world
        self.task = None
        self.all = []

    def reset(self):
        self.stop()
        self.all, self.queue, self.last = [], deque(), 0

    def stop(self):
        if self.task is not None:
            self.task.cancel()
        self.task = None

    @property
    def waiting(self):
        return sum(job.state in ("queued", "processing") for job in self.all[-100:])

    def accept(self, operation, call, raw):
        """Queue a file; what is wrong with it is told at once, or by its task only."""
        strict, content = self.world.project.strict, File(call.query, raw)
        columns, error = (), None
        try:
            columns = content.read_header(operation, strict)
        except FileError as wrong:
            if strict.files == "refused":
                raise
            error = str(wrong)
        self.last += 1
        job = Job(self.last, operation, call, columns, content)
        self.all.append(job)
        if error:
            job.fail(error)
            return
        self.queue.append(job)
        if self.task is None or self.task.done():
            self.task = asyncio.ensure_future(self.work())

    async def work(self):
        while self.queue:
            job = self.queue.popleft()
            began, job.state = time.perf_counter(), "processing"
            try:
                if self.world.project.strict.columns == "listed":
                    await self.check_columns(job)
                await self.run(job)
                job.state = "done"
            except FileError as error:
                job.fail(str(error))
            except csv.Error as error:
                job.fail(f"row {job.rows + 1}: {error}")
            finally:
                job.source, job.memory = None, {}
                job.seconds = time.perf_counter() - began

    async def check_columns(self, job):
        """A column without a single value does not belong into the file; but an empty
        segment means something.
        """
        empty = {
            place
            for place, one in enumerate(job.columns)
            if one.name != "SegmentExternalId"
        }
        async for row in in_slices(job.source.rows()):
            empty -= {place for place in empty if place < len(row) and row[place]}
            if not empty:
                return
        if empty:
            names = ", ".join(job.columns[place].name for place in sorted(empty))
            raise FileError(f"Columns without a value: {names}")

    async def run(self, job):
        handle = partial(HANDLERS[job.operation], self.world, job)
        async for row in in_slices(job.source.rows()):
            job.rows += 1
            self.one(job, handle, row)
        if job.operation == "RetailOrder.Import":
            await self.build_orders(job)

    def one(self, job, handle, row):
        number = job.rows
        try:
            clean = job.cells(number, row, self.world.project)
            if self.world.project.settings["domain"] and handle(number, clean) is LATER:
                return
            job.done += 1
            job.results += 1
        except (RowError, BusinessError) as error:
            job.reject([number], str(error))
            job.memory.setdefault("bad", set()).add(self.order_id(job, row))

    @staticmethod
    def order_id(job, row):
        places = [
            i
            for i, place in enumerate(job.columns)
            if place.name.startswith("OrderIds")
        ]
        return row[places[0]] if places and len(row) > places[0] else None

    async def build_orders(self, job):
        bad = job.memory.pop("bad", ())
        for place, (key, rows) in enumerate(job.memory.items()):
            try:
                if key in bad:
                    raise RowError(f"order {key}: another row of it was rejected")
                build_order(self.world, job, rows)
                job.done += len(rows)
                job.results += 1
            except (RowError, BusinessError) as error:
                job.reject([number for number, _clean in rows], str(error))
            if place % 50 == 49:
                await asyncio.sleep(0)
