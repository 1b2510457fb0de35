"""Does the worker carry a file on, say so when the file is gone, and tell shops of near dates?"""

from peakday.kernel.imports import ImportStatus, get_run
from peakday.kernel.jobs import run_due_jobs
from peakday.trade.sale_events import api
from peakday.trade.sale_events.jobs import JOB_KINDS, remind
from tests.trade.sale_events.builders import HOUR, at, offers_of


async def ask(house, stand, path):
    async with house.database.transaction() as tx:
        wanted = api.EntryImport(path, stand.event.event_id, "wave_1_spot")
        return await api.ask_for_enrolment_import(tx, stand.owner, stand.shop_id, wanted, house.clock)


async def test_a_file_that_was_sent_is_enrolled_and_forgotten_one_of_the_callers_stays(house, stand, tmp_path):
    sent, own = house.settings.uploads_dir / "a.csv", tmp_path / "b.csv"
    sent.parent.mkdir(parents=True, exist_ok=True)
    for path, ref in ((sent, "tea"), (own, "cup")):
        path.write_text(f"item_ref,price,stock\n{ref},90,1\n")
        await ask(house, stand, path)
        assert await run_due_jobs(house, JOB_KINDS) == 1
    assert (sent.exists(), own.exists()) == (False, True)
    assert [row[1] for row in await offers_of(house.database, stand.shop_id)] == ["cup", "tea"]
    done = await ask(house, stand, own)
    assert done.status is ImportStatus.DONE
    assert await run_due_jobs(house, JOB_KINDS) == 0


async def test_a_file_that_is_gone_fails_its_run_with_the_remedy(house, stand, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("item_ref,price,stock\ntea,90,1\n")
    run = await ask(house, stand, path)
    path.unlink()
    assert await run_due_jobs(house, JOB_KINDS) == 1
    async with house.database.read() as tx:
        failed = await get_run(tx, run.run_id)
    assert (failed.status, failed.failure) == (ImportStatus.FAILED, "the uploaded file is gone; send it again")


async def test_the_duty_announces_near_dates(house, stand, clock):
    clock.at = at(10, 24, 0) - HOUR
    await remind(house)
    async with house.database.read() as tx:
        rows = await tx.fetch("select payload from kernel.outbox where topic = 'sale_events.DeadlineNear.v1'")
    assert [(row["payload"]["milestone"], row["payload"]["lead_hours"]) for row in rows] == [("price_lock", 2)]
