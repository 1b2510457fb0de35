"""What do sale events do later or by the clock? Carry on files of enrolments, and tell shops that a date comes near."""

from typing import Any
from uuid import UUID

from peakday.kernel.duties import Duty
from peakday.kernel.house import House
from peakday.kernel.imports import ImportMoved, ImportStatus, fail_run, get_run
from peakday.kernel.jobs import JobKind
from peakday.kernel.rowfiles.errors import FileUnreadable
from peakday.trade.sale_events import api

TIMEOUT_SECONDS = 6 * 3600
REMIND_EVERY_SECONDS = 300


async def import_entries(house: House, payload: dict[str, Any]) -> None:
    """Carry the run `run_id` on; a full disk is tried again later, an unreadable file is not."""
    async with house.database.read() as tx:
        run = await get_run(tx, UUID(payload["run_id"]))
    if run.status is ImportStatus.DONE:
        return
    wanted = api.EntryImport.of_note(run.note)
    try:
        await api.run_enrolment_import(house.database, house.clock, run, wanted)
    except (FileUnreadable, ImportMoved):
        return
    except FileNotFoundError:
        async with house.database.transaction() as tx:
            await fail_run(tx, run.run_id, house.clock.now(), "the uploaded file is gone; send it again")
        return
    if wanted.path.is_relative_to(house.settings.uploads_dir):
        wanted.path.unlink(missing_ok=True)


async def remind(house: House) -> None:
    """Announce the dates that have come near."""
    async with house.database.transaction() as tx:
        await api.remind_shops(tx, house.clock.now())


JOB_KINDS = [JobKind(api.ENROLMENT_IMPORT_JOB, import_entries, timeout_seconds=TIMEOUT_SECONDS)]
DUTIES = [Duty("sale_events.remind", REMIND_EVERY_SECONDS, remind)]
