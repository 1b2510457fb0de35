"""Do the dates of an event fit together?

A track enrols before it sells, warms up before it sells, and sells once; its waves follow each other. A presale is a
deposit wave and a tail wave after it, a spot track a spot wave. The windows of an event end before its last wave.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.trade.sale_events.model import SELLING_KINDS, EventPlan, Track, TrackKind, WaveKind

TRACKS_MAX = 20
_NEEDED = {
    TrackKind.PRESALE: (WaveKind.DEPOSIT, WaveKind.TAIL),
    TrackKind.SPOT: (WaveKind.SPOT,),
}
_OTHER = {TrackKind.PRESALE: WaveKind.SPOT, TrackKind.SPOT: WaveKind.DEPOSIT}


def plan_faults(plan: EventPlan) -> list[Problem]:
    """Every fault of a plan; `field` is the track and what of it is wrong."""
    problems = list(_event_faults(plan))
    for track in plan.tracks:
        problems += _track_faults(track)
    return problems


def _event_faults(plan: EventPlan) -> Iterator[Problem]:
    codes = [track.code for track in plan.tracks]
    if not plan.name.zh.strip() or not plan.name.en.strip():
        yield _fault("name", "missing", "缺少中文或英文名称", "a name in Chinese and one in English are needed")
    if not 1 <= len(codes) <= TRACKS_MAX or len(codes) != len(set(codes)):
        yield _fault("tracks", "tracks_wrong", f"场次须为 1 到 {TRACKS_MAX} 个且代码不重复",
                     f"1 to {TRACKS_MAX} tracks with different codes are needed")  # fmt: skip
    if plan.enrols_from >= plan.enrols_until:
        yield _fault("enrolment", "ends_before_begin", "商家报名结束早于开始", "the window for shops ends too early")


def _track_faults(track: Track) -> Iterator[Problem]:
    kinds = [wave.kind for wave in track.waves]
    if any(kinds.count(kind) != 1 for kind in _NEEDED[track.kind]) or _OTHER[track.kind] in kinds:
        yield _fault(f"{track.code}.waves", "waves_wrong", "预售须有付定金与付尾款,现货须有一个售卖波段",
                     "a presale has one deposit and one tail wave, a spot track one spot wave")  # fmt: skip
        return
    for wave in track.waves:
        if wave.starts_at >= wave.ends_at:
            yield _fault(f"{track.code}.{wave.kind}", "ends_before_begin", "波段结束早于开始",
                         "the wave ends before it begins")  # fmt: skip
    for earlier, later in pairwise(track.waves):
        if later.starts_at < earlier.ends_at:
            yield _fault(f"{track.code}.{later.kind}", "waves_overlap", "波段与前一波段重叠",
                         "the wave begins before the one before it has ended")  # fmt: skip
    if track.enrols_from >= track.enrols_until:
        yield _fault(f"{track.code}.enrolment", "ends_before_begin", "报名结束早于开始", "enrolment ends too early")
    sale_starts_at: datetime = next(wave.starts_at for wave in track.waves if wave.kind in SELLING_KINDS)
    if track.enrols_until > sale_starts_at:
        yield _fault(f"{track.code}.enrolment", "enrols_too_long", "报名须在开卖前结束",
                     "enrolment must end before the sale begins")  # fmt: skip


def _fault(field: str, code: str, zh: str, en: str) -> Problem:
    return Problem(field, code, Text(zh, en), Text("修改时间后重试", "Correct the dates and try again"))
