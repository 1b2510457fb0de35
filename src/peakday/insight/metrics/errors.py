"""Which questions can the registry not answer?

NotFound
└── MetricUnknown          no metric has that name
Invalid
├── WindowUnreadable       the period is not one we know
└── DimensionNotOffered    the metric cannot be taken apart, or filtered, that way
"""

from peakday.kernel.refusal import Invalid, NotFound, Problem
from peakday.kernel.text import Text


class MetricUnknown(NotFound):
    """No metric has that name."""

    code = "metric_unknown"
    message = Text("没有名为 {name} 的指标", "No metric is named {name}")


class WindowUnreadable(Invalid):
    """The period is not one we know."""

    code = "window_unreadable"
    message = Text("无法识别统计周期 {window}", "The period {window} cannot be read")

    def __init__(self, window: str) -> None:
        remedy = Text(
            "可用:today、1d、7d、30d、day:2026-11-11、week:2026-11-09、month:2026-11、2026-11-01..2026-11-11",
            "Use today, 1d, 7d, 30d, day:2026-11-11, week:2026-11-09, month:2026-11 or 2026-11-01..2026-11-11",
        )
        what = Text("无法识别的统计周期", "This period cannot be read")
        super().__init__(Problem("window", self.code, what, remedy, value=window), window=window)


class DimensionNotOffered(Invalid):
    """The metric cannot be taken apart, or filtered, that way."""

    code = "dimension_not_offered"
    message = Text("指标 {name} 不支持按 {by} 拆分或筛选", "{name} cannot be taken apart or filtered by {by}")

    def __init__(self, name: str, by: str, offered: str) -> None:
        remedy = Text(f"可用维度:{offered or '无'}", f"Offered: {offered or 'none'}")
        what = Text("该指标没有这个维度", "This metric does not have this dimension")
        super().__init__(Problem("by", self.code, what, remedy, value=by), name=name, by=by)


class CursorUnreadable(Invalid):
    """The cursor is not one that we gave."""

    code = "cursor_unreadable"
    message = Text("分页游标无效", "The cursor is not valid")

    def __init__(self, cursor: str) -> None:
        remedy = Text("请使用上一页返回的 next_cursor", "Use the next_cursor of the page before")
        super().__init__(Problem("cursor", self.code, self.message, remedy, value=cursor))
