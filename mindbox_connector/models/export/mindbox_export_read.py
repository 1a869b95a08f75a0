# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How the files of an export are read: row by row, commit by commit.

A file is never held as a whole and never written down. After a kill it is fetched
again, and the rows that were read are passed over.
"""

import time

from odoo import models
from odoo.tools import config

from ...download import open_file
from ...exceptions import MindboxError
from ..endpoint.address import find_problem

# Rows that are taken at once.
CHUNK = 2000
# Rows from one look at the clock to the next.
LOOK_EVERY = 20
# Seconds that a worker must outlive the reading: the next bytes may take so long.
RESERVE = 35
# Seconds of reading where a worker has no limits.
LONGEST = 85


class MindboxExport(models.Model):
    _name = "mindbox.export"
    _inherit = ["mindbox.export"]

    def _read(self):
        """Read on, for as long as a job may take; return the seconds until the next.

        :raise MindboxError: a file cannot be fetched or read
        """
        deadline = Deadline()
        while self.file_number < self.file_count:
            before = self.row_number
            if not self._read_file(deadline):
                if self.row_number - before <= CHUNK < before:
                    # Nearly all the time has gone into passing over what is known.
                    raise MindboxError("export_long")
                return 1
        self._committed(self._finish)
        return 0

    def _finish(self):
        if finish := getattr(self, f"_finish_{self.kind}", None):
            finish()
        self._end("done")
        self._ask_on()

    def _read_file(self, deadline):
        """Read a file from where it was left; return whether that was its end.

        :raise MindboxError: it cannot be fetched or read
        """
        url = self.sudo().urls[self.file_number]
        self._check_address(url)
        self._commit()
        with open_file(url, self.endpoint_id.timeout) as file:
            # No transaction is open while the file comes in.
            self._commit()
            rows = self._get_kind().read_rows(file)
            known = self.row_number
            while known and (chunk := _take(rows, known, deadline)):
                known -= len(chunk)
            while not known and (chunk := _take(rows, CHUNK, deadline)):
                self._committed(lambda chunk=chunk: self._record(chunk))
            if deadline.is_over():
                return False
        self._committed(
            lambda: self.write({"file_number": self.file_number + 1, "row_number": 0})
        )
        return True

    def _check_address(self, url):
        """Check that a file lies where the calls could go, too.

        :raise MindboxError: nobody should be asked at this address
        """
        scheme, _, rest = url.partition("://")
        host = rest.partition("/")[0]
        if find_problem(f"{scheme}://{host}")[0]:
            raise MindboxError("export_address")

    def _record(self, chunk):
        """Take some rows by the method of the kind, and note how far it was read."""
        matched = getattr(self, f"_record_{self.kind}")(chunk) if chunk else 0
        self.write(
            {
                "row_number": self.row_number + len(chunk),
                "rows_read": self.rows_read + len(chunk),
                "rows_matched": self.rows_matched + matched,
            }
        )


class Deadline:
    """When a job has to end, by the clock or by the processor's time it has used.

    A file has a million rows, whatever else the machine is busy with: it is worth more
    of the clock than other jobs have, as far as the limits of the worker allow.
    """

    def __init__(self):
        real, cpu = config["limit_time_real"], config["limit_time_cpu"]
        self.clock = time.monotonic() + (max(1, real - RESERVE) if real else LONGEST)
        self.used = time.thread_time() + (cpu / 2 if cpu else LONGEST)

    def is_over(self):
        """Return whether it is time to end."""
        return time.monotonic() > self.clock or time.thread_time() > self.used


def _take(rows, number, deadline):
    """Return the next rows, fewer at their end and when the time is over."""
    taken = []
    while len(taken) < min(number, CHUNK):
        if len(taken) % LOOK_EVERY == 0 and deadline.is_over():
            break
        try:
            taken.append(next(rows))
        except StopIteration:
            break
    return taken
