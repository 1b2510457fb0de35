"""How good and how fast is the choice of the best cards?

Carts are drawn from seeds (`bench_best_price_carts`): 1–50 lines, 5–20 instruments of all kinds, three rule sets. Each
choice is held against a solver that tries every allowed set and shares no code with the search
(`bench_best_price_exact`): cost, what is to be paid now, and the very cards must agree. A second part searches 300
lines with 60 instruments, where only the proven bound can judge: the search stops when a set is within six basis points
of the bound, so few are proven to the last cent, and the gap says how much is open.

Times are milliseconds of this thread's processor time, since the machine may be shared: of one whole call, with every
check and the final price. In the large part each call is made three times and the least counts, so that another
process that empties the caches is not taken for the search. `naive_ratio`: how many times longer trying every
allowed set takes, over the same carts.
"""

import time
from collections.abc import Callable

from peakday.apps.cli.bench_best_price_carts import Case, draw_case
from peakday.apps.cli.bench_best_price_exact import solve
from peakday.trade.promotions.api import BestPrice, best_price

CARTS, LARGE_CARTS = 10_000, 200
LARGE_LINES, LARGE_INSTRUMENTS = 300, 60
LARGE_ROUNDS = 3


def run(carts: int = CARTS, large_carts: int = LARGE_CARTS) -> dict[str, object]:
    """The figures; `gap` is what is proven in the large part, basis points of what the goods cost."""
    spent, gaps, optimal, naive = [], [], 0, 0.0
    for seed in range(carts):
        case = draw_case(seed)
        ms, best = _timed(lambda case=case: _search(case))  # type: ignore[misc]
        start = time.thread_time()
        exact = solve(case)
        naive += (time.thread_time() - start) * 1_000
        payable = best.priced.payable_minor - best.priced.postage_minor
        is_same = (best.cost_minor, payable, frozenset(best.cards)) == (
            exact.cost_minor,
            exact.payable_minor,
            exact.cards,
        )
        spent.append(ms)
        gaps.append(abs(best.cost_minor - exact.cost_minor))
        optimal += is_same
    return {
        "carts": carts,
        "optimal_share": optimal / carts,
        "max_gap_minor": max(gaps),
        "p50_ms": _rank(spent, 0.5),
        "p99_ms": _rank(spent, 0.99),
        "naive_ratio": round(naive / sum(spent), 1),
        **_large(large_carts),
    }


def _large(carts: int) -> dict[str, object]:
    spent, gaps, proven = [], [], 0
    for seed in range(carts):
        case = draw_case(seed, (LARGE_LINES, LARGE_LINES), (LARGE_INSTRUMENTS, LARGE_INSTRUMENTS))
        rounds = [_timed(lambda case=case: _search(case)) for _ in range(LARGE_ROUNDS)]  # type: ignore[misc]
        best = rounds[0][1]
        spent.append(min(ms for ms, _ in rounds))
        gaps.append(best.gap_minor * 10_000 / max(best.cost_minor, 1))
        proven += best.is_proven
    return {
        "large_carts": carts,
        "large_proven_share": proven / carts,
        "large_within_10_bp_share": sum(gap <= 10 for gap in gaps) / carts,
        "large_p50_gap_bp": _rank(gaps, 0.5),
        "large_p99_gap_bp": _rank(gaps, 0.99),
        "large_max_gap_bp": round(max(gaps), 2),
        "large_p50_ms": _rank(spent, 0.5),
        "large_p99_ms": _rank(spent, 0.99),
    }


def _search(case: Case) -> BestPrice:
    return best_price(case.cart, case.offers, case.wallet, case.rules)


def _timed(call: Callable[[], BestPrice]) -> tuple[float, BestPrice]:
    start = time.thread_time()
    answer = call()
    return (time.thread_time() - start) * 1_000, answer


def _rank(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    return round(sorted(values)[min(int(len(values) * share), len(values) - 1)], 2)
