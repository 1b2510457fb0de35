"""What does the workbench do by the clock? It takes messages further that nobody has answered."""

from peakday.kernel.duties import Duty
from peakday.kernel.house import House
from peakday.operations.workbench import api

ESCALATE_EVERY_SECONDS = 30


async def escalate(house: House) -> None:
    """One round; what is more than a round comes with the next beat."""
    async with house.database.transaction() as tx:
        await api.escalate_due(tx, house.clock.now())


DUTIES = [Duty("workbench.escalate", ESCALATE_EVERY_SECONDS, escalate)]
