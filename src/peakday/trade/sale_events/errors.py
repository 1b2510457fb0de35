"""Why do sale events say no?

NotFound  ├── EventNotFound      no such event, or shops do not see it
          ├── TrackNotFound      the event has no such track
          └── NotEnrolled        nothing of that takes part
Conflict  ├── WindowClosed       enrolment is not open
          ├── ShopNotEnrolled    the shop itself takes no part
          ├── Locked             price or stock are fixed by now
          ├── ExitNotAllowed     too late to leave
          ├── SomethingElseSeen  the consequences are others by now
          ├── UndoNotAllowed     too late to come back
          ├── MoveNotAllowed     that state does not follow this one
          └── CodeTaken          another event has the code
Invalid   ├── EntriesRefused     some of the rows cannot be enrolled
          └── PlanFaulty         the dates of an event do not fit together
"""

from peakday.kernel.refusal import Conflict, Invalid, NotFound
from peakday.kernel.text import Text


class EventNotFound(NotFound):
    """No such event, or shops do not see it."""

    code = "event_not_found"
    message = Text("没有找到该活动", "There is no such event")


class TrackNotFound(NotFound):
    """The event has no such track."""

    code = "track_not_found"
    message = Text("该活动没有场次 {track}", "The event has no track {track}")


class NotEnrolled(NotFound):
    """Nothing of that takes part."""

    code = "not_enrolled"
    message = Text("没有已报名的商品", "Nothing of that takes part")


class WindowClosed(Conflict):
    """Enrolment is not open."""

    code = "window_closed"
    message = Text("报名时间为 {opens} 至 {closes}", "Enrolment is open from {opens} to {closes}")


class ShopNotEnrolled(Conflict):
    """The shop itself takes no part."""

    code = "shop_not_enrolled"
    message = Text("店铺尚未报名该活动,请先报名", "The shop takes no part in this event yet; enrol the shop first")


class Locked(Conflict):
    """Price or stock are fixed by now."""

    code = "locked"
    message = Text("库存已于 {at} 锁定", "The stock is locked since {at}")


class ExitNotAllowed(Conflict):
    """Too late to leave."""

    code = "exit_not_allowed"
    message = Text("当前阶段不允许退出", "Nothing of it can leave the event any more")


class SomethingElseSeen(Conflict):
    """The consequences are others by now."""

    code = "something_else_seen"
    message = Text("退出后果已变化,请重新确认", "The consequences have changed; look at them again")


class UndoNotAllowed(Conflict):
    """Too late to come back."""

    code = "undo_not_allowed"
    message = Text("已过可撤销时间", "This can no longer be taken back")


class MoveNotAllowed(Conflict):
    """That state does not follow this one."""

    code = "move_not_allowed"
    message = Text("状态不能从 {before} 变为 {after}", "It cannot become {after} from {before}")


class CodeTaken(Conflict):
    """Another event has the code."""

    code = "code_taken"
    message = Text("活动代码 {taken} 已被使用", "Another event has the code {taken}")


class EntriesRefused(Invalid):
    """Some of the rows cannot be enrolled; nothing was."""

    code = "entries_refused"
    message = Text("有商品不能报名", "Some of it cannot be enrolled")


class PlanFaulty(Invalid):
    """The dates of an event do not fit together."""

    code = "plan_faulty"
    message = Text("活动安排有误", "The plan of the event is not right")
