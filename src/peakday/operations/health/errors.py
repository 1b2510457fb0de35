"""Which refusals does the health centre know?

Refusal
├── NotFound   FindingNotFound    no such warning of this shop
├── Conflict   FindingSettled     it is fixed already
└── Invalid    BadRedLine         a red line, a rule or an exemption that cannot be
"""

from peakday.kernel.refusal import Conflict, Invalid, NotFound
from peakday.kernel.text import Text


class FindingNotFound(NotFound):
    """There is no such warning in this shop."""

    code = "finding_not_found"
    message = Text("没有这条预警", "There is no such warning")


class FindingSettled(Conflict):
    """The warning is fixed: there is nothing to accept."""

    code = "finding_settled"
    message = Text("该预警已解除", "This warning is settled already")


class BadRedLine(Invalid):
    """A red line, the shop's rule or an exemption is out of range."""

    code = "bad_red_line"
    message = Text("红线价设置有误", "The red line is not valid")
