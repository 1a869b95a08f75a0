"""Exports by the documented protocol: start, ask, download."""

import asyncio
import shutil
import tempfile
import time
import uuid
from itertools import islice
from pathlib import Path

from aiohttp import web

from ..calls import iso
from ..contract.errors import BusinessError
from . import conditions, files, tables

AT_ONCE = 2
KEPT = 20
CHUNK = 64 * 1024
# Seconds of writing before calls get their turn.
SLICE = 0.004

CONTENT_TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".xml": "text/xml",
}


class Export:
    def __init__(self, wanted, step):
        self.id, self.step = str(uuid.uuid4()), step
        self.wanted, self.at = wanted, time.time()
        self.state, self.reason, self.rows = "NotReady", None, 0
        self.paths, self.task = [], None

    def cancel(self, reason):
        self.state, self.reason = "Cancelled", reason
        if self.task is not None:
            self.task.cancel()

    def shown(self):
        return {
            "id": self.id,
            "step": self.step,
            "at": iso(self.at),
            "state": self.state,
            "reason": self.reason,
            "rows": self.rows,
            "files": len(self.paths),
        }


class Exports:
    def __init__(self, project, log, faults):
        self.project, self.log, self.faults = project, log, faults
        self.all, self.folder, self.scheme = {}, None, "http"
        self.world = None

    def reset(self):
        for export in self.all.values():
            export.cancel("reset")
        self.all = {}
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = None

    # -- start and ask ---
    def start(self, body, step="log_export"):
        """(export, whether the same one is being made already)."""
        wanted = (tables if step in tables.TABLES else conditions).read(body)
        running = [one for one in self.all.values() if one.state == "NotReady"]
        asked = (step, wanted)
        same = next((x for x in running if (x.step, x.wanted) == asked), None)
        if same:
            return same, True
        if len(running) >= AT_ONCE:
            raise BusinessError("No more than two exports can be made at once")
        export = Export(wanted, step)
        self.all[export.id] = export
        self.forget_old()
        export.task = asyncio.ensure_future(self.make(export))
        return export, False

    def forget_old(self):
        for old in list(self.all)[:-KEPT]:
            for path in self.all.pop(old).paths:
                path.unlink(missing_ok=True)

    def ask(self, call, export_id):
        export = self.all.get(export_id)
        if export is None:
            raise BusinessError("There is no such export")
        if self.faults.pick_after(call, ("export_cancelled",)):
            export.cancel("Превышены лимиты потребления ресурсов")
        if export.state == "Cancelled":
            return {
                "processingStatus": "Cancelled",
                "cancellationReason": export.reason,
            }
        late = self.faults.pick_after(call, ("export_not_ready",))
        if late or export.state == "NotReady":
            return {"processingStatus": "NotReady"}
        base = f"{self.scheme}://{call.headers.get('Host')}/exports"
        urls = [f"{base}/{export.id}/{path.name}" for path in export.paths]
        return {"processingStatus": "Ready", "urls": urls}

    # -- the files ---
    async def make(self, export):
        settings = self.project.settings
        await asyncio.sleep(settings["export_seconds"])
        if export.step in tables.TABLES:
            opening, select = tables.TABLES[export.step]
            found, kind = list(select(self.world, export.wanted)), "json"
            export.rows, rows = len(found), iter(found)
        else:
            opening, kind = "operationLogs", settings["export_format"]
            calls = list(conditions.select(self.log, self.project, export.wanted))
            export.rows = len(calls) + settings["export_filler"]
            rows = files.rows(calls, export.wanted, settings, export.at)
        for number in files.parts(export.rows, settings):
            await self.make_file(export, islice(rows, number), kind, opening)
        export.state = "Ready"

    async def make_file(self, export, rows, kind, opening):
        self.folder = self.folder or Path(tempfile.mkdtemp(prefix="sandbox-exports-"))
        name = f"{len(export.paths) + 1}.{uuid.uuid4().hex}.{kind}.gz"
        writer = files.Writer(self.folder / f"{export.id}.{name}", kind, opening)
        try:
            pause = time.monotonic() + SLICE
            for values in rows:
                writer.write(values)
                if time.monotonic() > pause:
                    writer.flush()
                    await asyncio.sleep(0)
                    pause = time.monotonic() + SLICE
        finally:
            writer.close()
            export.paths.append(writer.path)

    async def download(self, request):
        """A file, in chunks; its address is all that is needed."""
        export_id, _, name = request.path[len("/exports/") :].partition("/")
        export = self.all.get(export_id)
        path = (
            next((x for x in export.paths if x.name == name), None) if export else None
        )
        if path is None or export.state != "Ready":
            return web.Response(status=404)
        response = web.StreamResponse(headers=self.file_headers(path))
        await response.prepare(request)
        rate = self.project.settings["export_rate"]
        with path.open("rb") as content:
            while chunk := content.read(min(rate or CHUNK, CHUNK)):
                await response.write(chunk)
                if rate:
                    await asyncio.sleep(len(chunk) / rate)
        await response.write_eof()
        return response

    def file_headers(self, path):
        headers = {"Content-Length": str(path.stat().st_size)}
        if self.project.settings["export_zip"] == "encoding":
            kind = CONTENT_TYPES[path.suffixes[-2]]
            return {**headers, "Content-Type": kind, "Content-Encoding": "gzip"}
        return {**headers, "Content-Type": "application/gzip"}
