"""How far has an item come in its life, since when, and on which figures? (SYSTEMS 8; thresholds: our definition)

    candidate → new → promising new → super new → super item → mature → declining

Week by week, by rolling figures of the item and of its leaf category. The clock of a new item starts with the first
listing of its same-product cluster, so a copy of an old item is not new. Who has come in stays while the figures keep
`keep_times` of what it took (hysteresis): a single weak week sends nobody back. Every step is dated and names the
figures that it was taken on; whoever becomes a super item while it is still super new *graduates*.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from peakday.insight.trends.model import Age, Evidence, ItemWeek, Step
from peakday.kernel.rulesets import RuleSet

_HELD = frozenset({Age.SUPER, Age.MATURE, Age.DECLINING})


def trace_life(weeks: Sequence[ItemWeek], first_listed: date, rules: RuleSet, days: int = 7) -> list[Step]:
    """The steps of an item's life, oldest first; `weeks` follow each other, a step is taken on the day after its week.

    Of a panel that knows single days only, `days` is 1 and the rules count days.
    """
    steps: list[Step] = []
    age: Age | None = None
    for evidence, strong_weeks, best in _figures(weeks, first_listed, rules, days):
        came_to = _age(age, evidence, strong_weeks, best, rules)
        if came_to is not age:
            on = first_listed + timedelta(days=evidence.days_listed)
            steps.append(Step(on, came_to, age, evidence))
            age = came_to
    return steps


def _figures(
    weeks: Sequence[ItemWeek], first_listed: date, rules: RuleSet, days: int
) -> Iterator[tuple[Evidence, int, int]]:  # fmt: skip
    """For each week: the evidence, how many of its last weeks on end were strong, and the best rolling money so far."""
    span, recent = int(rules.params["rolling_weeks"]), int(rules.params["growth_weeks"])
    strong, best = 0, 0
    for end in range(1, len(weeks) + 1):
        last = weeks[end - 1]
        rolling = sum(week.minor for week in weeks[max(0, end - span) : end])
        leaf = sum(week.leaf_minor for week in weeks[max(0, end - span) : end])
        evidence = Evidence(
            rolling, rolling / leaf if leaf else 0.0, last.rank_share,
            _growth([week.minor for week in weeks[:end]], recent),
            _growth([week.leaf_minor for week in weeks[:end]], recent),
            (last.begins - first_listed).days + days,
        )  # fmt: skip
        strong = strong + 1 if _is_strong(evidence, rules, 1.0) else 0
        best = max(best, rolling)
        yield evidence, strong, best


def _growth(minors: Sequence[int], recent: int) -> float:
    if len(minors) < 2 * recent:
        return 0.0
    before = sum(minors[-2 * recent : -recent])
    return sum(minors[-recent:]) / before if before else 0.0


def _is_strong(evidence: Evidence, rules: RuleSet, times: float) -> bool:
    enough, share = rules.params["super_minor"], rules.params["super_leaf_share"]
    return bool(evidence.rolling_minor >= times * enough and evidence.leaf_share >= times * share)


def _age(age: Age | None, evidence: Evidence, strong_weeks: int, best: int, rules: RuleSet) -> Age:
    if age in _HELD or strong_weeks >= int(rules.params["super_weeks"]):
        return _super_age(age, evidence, best, rules)
    if evidence.days_listed > int(rules.params["new_days"]):
        return Age.PLAIN
    return _new_age(age, evidence, rules)


def _super_age(age: Age | None, evidence: Evidence, best: int, rules: RuleSet) -> Age:
    if age not in _HELD:
        return Age.SUPER
    if not _is_strong(evidence, rules, rules.params["keep_times"]):
        return Age.PLAIN if evidence.rolling_minor == 0 else Age.DECLINING
    if evidence.rolling_minor < rules.params["declining_share"] * best:
        return Age.DECLINING
    usual = max(evidence.leaf_growth, float(rules.params["keep_times"]))
    is_climbing = evidence.growth > rules.params["mature_growth_max"] * usual
    return Age.SUPER if is_climbing or (age is Age.SUPER and evidence.rolling_minor == best) else Age.MATURE


def _new_age(age: Age | None, evidence: Evidence, rules: RuleSet) -> Age:
    if evidence.rolling_minor == 0:
        return Age.CANDIDATE
    eased = 1 / rules.params["keep_times"] if age is Age.SUPER_NEW else 1.0
    if evidence.rank_share <= rules.params["super_new_rank_share"] * eased and (
        evidence.growth * eased >= rules.params["super_new_growth_times"] * evidence.leaf_growth > 0
    ):
        return Age.SUPER_NEW
    eased = 1 / rules.params["keep_times"] if age in {Age.PROMISING, Age.SUPER_NEW} else 1.0
    return Age.PROMISING if evidence.rank_share <= rules.params["potential_rank_share"] * eased else Age.NEW
