"""Which work of the catalogue is done later? Carrying on the import of a file; bringing the shelf up to date."""

from pathlib import Path
from typing import Any
from uuid import UUID

from peakday.kernel.duties import Duty
from peakday.kernel.house import House
from peakday.kernel.imports import ImportMoved, ImportStatus, fail_run, get_run
from peakday.kernel.jobs import JobKind
from peakday.kernel.rowfiles.errors import FileUnreadable
from peakday.market.catalog import api

TIMEOUT_SECONDS = 6 * 3600
SHELF_EVERY_SECONDS = 15


async def import_items(house: House, payload: dict[str, Any]) -> None:
    """Carry the run `run_id` on; a full disk is tried again later, an unreadable file is not."""
    async with house.database.read() as tx:
        run = await get_run(tx, UUID(payload["run_id"]))
    if run.status is ImportStatus.DONE:
        return
    wanted = api.ItemImport.of_note(run.note)
    try:
        await api.run_item_import(house.database, house.clock, run, wanted)
    except (FileUnreadable, ImportMoved):
        return
    except FileNotFoundError:
        async with house.database.transaction() as tx:
            await fail_run(tx, run.run_id, house.clock.now(), "the uploaded file is gone; send it again")
        return
    forget_upload(house, wanted.path)


def forget_upload(house: House, path: Path) -> None:
    """Remove a file that was sent to us, once it is imported; a file of the caller's own stays."""
    if path.is_relative_to(house.settings.uploads_dir):
        path.unlink(missing_ok=True)


async def refresh_shelf(house: House) -> None:
    """Put on the shelf what merchants changed."""
    async with house.database.transaction() as tx:
        await api.refresh_shelf(tx)


DUTIES = [Duty("catalog.refresh_shelf", SHELF_EVERY_SECONDS, refresh_shelf)]
JOB_KINDS = [JobKind(api.ITEM_IMPORT_JOB, import_items, timeout_seconds=TIMEOUT_SECONDS)]
