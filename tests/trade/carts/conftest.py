import pytest

from tests.trade.carts.aisle import open_aisle


@pytest.fixture
async def aisle(house):
    """Two shops with 310 goods of 100.00 each."""
    return await open_aisle(house)
