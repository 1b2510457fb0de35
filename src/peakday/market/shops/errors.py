"""Why may a shop's profile not be changed?

Conflict
└── ProfileMoved    somebody changed it since it was read
"""

from peakday.kernel.refusal import Conflict
from peakday.kernel.text import Text


class ProfileMoved(Conflict):
    """Somebody changed the profile since the caller read it."""

    code = "profile_moved"
    message = Text(
        "资料已被他人修改(第 {version} 版),请刷新后重试",
        "Somebody changed the profile meanwhile (version {version}); reload and try again",
    )
