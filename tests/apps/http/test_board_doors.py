"""Who may look at which board? Staff at the market's, a merchant with data rights at the own shop's, nobody else."""

import pytest


@pytest.mark.capability("LY-14", "TE-11")
async def test_a_board_is_its_own_shops_and_the_markets_is_the_staffs(market):
    ours, theirs = market.places["north"].shown, market.places["south"].shown
    async with market.signed_in("north-main") as owner, market.signed_in("north-shipping") as packer:
        yesterday = "window=day:2026-11-10"
        for path in ("board", "board/stream", "board/replay", "board.csv"):
            assert (await owner.get(f"/shop/{ours}/{path}?{yesterday}")).status_code == 200, path
            assert (await owner.get(f"/shop/{theirs}/{path}?{yesterday}")).status_code == 404, path
            assert (await packer.get(f"/shop/{ours}/{path}?{yesterday}")).status_code == 403, path
            assert (await owner.get(f"/platform/{path}?{yesterday}")).status_code == 404, path
        played = (await owner.get(f"/shop/{ours}/board/replay?{yesterday}&at=86400")).json()
        assert (played["net"], played["orders"], [one["net"] for one in played["tops"]["item"]]) == (
            918_273_64, 1, [918_273_64]
        )  # fmt: skip
        file = (await owner.get(f"/shop/{ours}/board.csv?{yesterday}")).text
        assert "918273.64" in file
        for wrong in (
            "window=day:2026-13-40",
            "window=day:9999-12-31",
            "window=day:0001-01-01",
            "window=wave:nothing",
            "window=x",
        ):
            assert (await owner.get(f"/shop/{ours}/board?{wrong}")).status_code == 404, wrong
