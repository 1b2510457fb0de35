"""Which facts does the health centre announce?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RiskFound:
    """A scan found new warnings of a shop; `deadline` is the first instant at which one of them can hurt."""

    shop_id: UUID
    findings: int
    money_at_risk_minor: int
    currency: str
    deadline: datetime | None
    topic: str = "health.RiskFound.v1"


@dataclass(frozen=True, slots=True)
class RiskCleared:
    """A scan saw that warnings of a shop are gone."""

    shop_id: UUID
    findings: int
    topic: str = "health.RiskCleared.v1"
