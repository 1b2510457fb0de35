"""Are buyers written once however often and in whatever number they come?"""

from peakday.market.accounts import api
from peakday.market.accounts.model import NewBuyer


async def _buyers(database):
    async with database.read() as connection:
        return await connection.fetch("select * from accounts.buyer order by source_ref")


async def test_ensuring_buyers_again_changes_nothing_and_new_traits_are_taken(database, clock):
    rows = [NewBuyer("journey", str(n), clock.now(), {"age": "35-44"}) for n in range(3)]
    async with database.transaction() as tx:
        ids = await api.ensure_buyers(tx, rows)
    before = await _buyers(database)
    assert sorted(ids) == sorted(row["buyer_id"] for row in before)
    assert before[0]["traits"] == {"age": "35-44"}
    async with database.transaction() as tx:
        assert await api.ensure_buyers(tx, rows) == ids
        assert await _buyers(database) == before
        await api.ensure_buyers(tx, [NewBuyer("journey", "1", clock.now(), {"age": "45-54"})])
    after = await _buyers(database)
    assert [row["traits"]["age"] for row in after] == ["35-44", "45-54", "35-44"]
    assert [row["buyer_id"] for row in after] == [row["buyer_id"] for row in before]


async def test_more_buyers_than_a_batch_with_doubles_among_them_are_written_once(database, clock):
    rows = [NewBuyer("journey", str(n % 10_500), clock.now(), {}) for n in range(21_000)]
    async with database.transaction() as tx:
        ids = await api.ensure_buyers(tx, rows)
    assert len(ids) == 21_000
    assert len(await _buyers(database)) == len(set(ids)) == 10_500


async def test_the_same_number_from_another_source_is_another_buyer(database, clock):
    async with database.transaction() as tx:
        one, other = await api.ensure_buyers(
            tx, [NewBuyer("journey", "1", clock.now()), NewBuyer("olist", "1", clock.now())]
        )
    assert one != other


async def test_no_buyers_are_no_work(database):
    async with database.transaction() as tx:
        assert await api.ensure_buyers(tx, []) == []
