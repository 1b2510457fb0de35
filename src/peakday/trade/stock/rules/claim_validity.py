"""What must a claim look like before anybody looks at stock?

At least one SKU, at most a whole cart of them, each named once, each with a whole quantity that a person can mean.
"""

from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.trade.stock.model import NEEDS_MAX, QUANTITY_MAX, Claim


def claim_problem(claim: Claim) -> Problem | None:
    """The first fault, or None."""
    if not 1 <= len(claim.needs) <= NEEDS_MAX:
        return _problem("needs", "needs_not_valid", f"一次 1 到 {NEEDS_MAX} 个规格", f"1 to {NEEDS_MAX} SKUs at a time")
    for need in claim.needs:
        if not 1 <= need.quantity <= QUANTITY_MAX:
            return _problem(
                "quantity", "quantity_not_valid", f"数量为 1 到 {QUANTITY_MAX}", f"A quantity is 1 to {QUANTITY_MAX}"
            )
    if len(claim.needs) > 1 and len({need.sku_id for need in claim.needs}) < len(claim.needs):
        return _problem("needs", "sku_repeated", "同一规格出现两次", "A SKU is named twice")
    return None


def _problem(field: str, code: str, zh: str, en: str) -> Problem:
    return Problem(field, code, Text(zh, en), Text("修改后重试", "Change it and try again"))
