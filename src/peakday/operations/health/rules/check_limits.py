"""How deep is deep, how long is long, and from which loss on does the ladder hold? The dated figures of the checks."""

from dataclasses import dataclass, fields

from peakday.kernel.rulesets import BadRuleSet, RuleSet

NAME = "health_checks"


@dataclass(frozen=True, slots=True)
class CheckLimits:
    """The figures of `rulesets/health_checks.toml`, all sections in one; what each means is written there."""

    cost_margin_bp: int
    deals_share_bp: int
    power: int
    boost_max: int
    units_daily_min: int
    days_max: int
    deep_bp: int
    card_deep_bp: int
    tenth_low_bp: int
    tenth_high_bp: int
    tenth_list_bp: int
    usual_rate_max_bp: int
    two_thirds_bp: int
    share_usual_max_bp: int
    tiny_threshold_bp: int
    outlier_share_bp: int
    outlier_margin_bp: int
    outlier_skus_min: int
    past_hours: int
    long_days: int
    long_cut_bp: int
    overlap_hours: int
    own_cut_bp: int
    limited_total: int
    nth_average_bp: int
    gift_share_bp: int
    confirm_loss_minor: int
    hold_loss_minor: int
    hold_cut_bp: int
    breaker_loss_minor: int
    breaker_times: int
    breaker_orders_min: int


def read_limits(rule_set: RuleSet) -> CheckLimits:
    """The figures of one version. Refuses with `BadRuleSet` when one is missing or unknown."""
    found = {name: value for section in rule_set.params.values() for name, value in section.items()}
    known = {field.name for field in fields(CheckLimits)}
    if set(found) != known:
        wrong = ", ".join(sorted(known ^ set(found)))
        raise BadRuleSet(file=f"{rule_set.name}.toml", reason=f"version {rule_set.version}: {wrong}")
    return CheckLimits(**found)
