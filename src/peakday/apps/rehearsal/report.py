"""What does a rehearsal's report say, in both languages and one file?

Nothing is loaded from elsewhere and nothing is scripted: pictures are SVG, the language switch is two radio buttons.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from statistics import median

from peakday.apps.rehearsal.curve import OPENING, planned_rates
from peakday.apps.rehearsal.drawing import Mark, Series, dots, over_time
from peakday.apps.rehearsal.faults import KILLS, Fault, Kill
from peakday.apps.rehearsal.run import RECOVERY_SECONDS_LIMIT, Outcome
from peakday.kernel.clock import MARKET_ZONE

KILL_NAMES = {
    Fault.KILL_WEB: ("杀掉 web", "web killed"), Fault.KILL_WORKER: ("杀掉 worker", "worker killed"),
    Fault.KILL_POSTGRES: ("杀掉 PostgreSQL", "PostgreSQL killed"),
}  # fmt: skip
DOOR_NAMES = {
    "add to cart": "加入购物车", "address": "收货地址", "cart": "查看购物车", "checkout": "结算下单",
    "flash order": "秒杀下单", "payment": "发起支付", "bank": "银行确认", "back from bank": "支付返回",
    "order page": "查看订单",
}  # fmt: skip
ROLES = {Fault.KILL_WEB: "web", Fault.KILL_WORKER: "worker", Fault.KILL_POSTGRES: "postgres"}
PAGE = Path(__file__).with_name("page.html")
SLOW_DOORS = ("cart", "checkout", "payment", "bank")
FAST_DOORS = ("add to cart", "flash order")
REFUSALS_SHOWN = 15


def write_report(outcome: Outcome) -> str:
    """The whole page."""
    seconds = max(1, int(outcome.took_seconds) + 1)
    parts = [
        _verdict(outcome), _tiles(outcome), _load(outcome, seconds), _latency(outcome, seconds), _doors(outcome),
        _kills(outcome, seconds), _refusals(outcome), _truth(outcome), _setting(outcome),
    ]  # fmt: skip
    return PAGE.read_text(encoding="utf-8").replace("{{content}}", "\n".join(parts))


def _say(zh: str, en: str) -> str:
    return f'<span class="zh" lang="zh-CN">{zh}</span><span class="en" lang="en">{en}</span>'


def _door(name: str) -> str:
    return _say(DOOR_NAMES.get(name, escape(name)), escape(name))


def _card(title: str, note: str, body: str) -> str:
    return f"<section><h2>{title}</h2><p class='note'>{note}</p>{body}</section>"


def _wide(picture: str) -> str:
    """On a phone a picture is pushed sideways rather than made too small to read."""
    return f"<div class='scroll'>{picture}</div>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class='scroll'><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>"


def _verdict(outcome: Outcome) -> str:
    started = outcome.started_at.astimezone(MARKET_ZONE)
    word = _say("通过", "It held") if outcome.is_green else _say("未通过", "It did not hold")
    role = "good" if outcome.is_green else "bad"
    return (
        f"<header><p class='eyebrow'>Peakday · {_say('全链路演练', 'Full rehearsal')}</p>"
        f"<h1><span class='verdict {role}'>{word}</span> {outcome.plan.baskets:,} "
        f"{_say('个真实购物篮', 'real baskets')}</h1>"
        f"<p class='note'>{started:%Y-%m-%d %H:%M} Asia/Shanghai · {_took(outcome.took_seconds)} · "
        f"{_say('买家为模拟,支付为沙盒,不涉及真实资金', 'simulated shoppers, sandbox payments: no real money')}"
        "</p></header>"
    )


def _tiles(outcome: Outcome) -> str:
    placed = outcome.measures.by_second(outcome.measures.placed_at, max(1, int(outcome.took_seconds) + 1))
    worst = max((kill.recovered_seconds or 0.0 for kill in outcome.kills), default=0.0)
    comparison = outcome.comparison
    wrong = comparison.lost + comparison.doubled + comparison.other_price
    checkout = outcome.measures.doors.get("checkout")
    p95 = checkout.percentiles_ms()["p95_ms"] if checkout else 0.0
    figures = [
        (f"{comparison.told_orders:,}", _say("已确认订单", "orders acknowledged")),
        (f"{max(placed):,}/s", _say("结算峰值", "checkouts in the best second")),
        (f"{outcome.measures.answers / outcome.took_seconds:,.0f}/s", _say("平均请求", "answers, on average")),
        (f"{comparison.told_paid:,}", _say("已支付结算单", "checkouts paid")),
        (f"{wrong}", _say("丢失 / 重复 / 错价", "lost, doubled or mispriced")),
    ]
    if outcome.kills:
        figures.append((f"{len(outcome.kills)}", _say("次 kill -9", "kills (kill -9)")))
        figures.append((f"{worst:.1f} s", _say("最长恢复", "longest recovery")))
    else:
        figures.append((f"{outcome.lines:,}", _say("购物篮商品行", "lines in the baskets")))
        figures.append((f"{p95:,.0f} ms", _say("结算下单 p95", "checkout, p95")))
    tiles = "".join(f"<div class='tile'><b>{value}</b><small>{label}</small></div>" for value, label in figures)
    return f"<div class='tiles'>{tiles}</div>"


def _load(outcome: Outcome, seconds: int) -> str:
    measures = outcome.measures
    planned: list[float | None] = list(planned_rates(outcome.plan.baskets, outcome.plan.seconds))
    planned += [0.0] * (seconds - len(planned))
    series = [
        Series("planned", "plan", planned[:seconds]),
        Series("arrived", "arrive", [float(n) for n in measures.by_second(measures.arrived_at, seconds)]),
        Series("placed", "place", [float(n) for n in measures.by_second(measures.placed_at, seconds)], is_area=True),
    ]
    legend = _legend([
        ("plan", _say("计划到达", "planned arrivals")), ("arrive", _say("到达", "arrivals")),
        ("place", _say("已确认结算", "checkouts acknowledged")), *_kill_legend(outcome.kills),
    ])  # fmt: skip
    picture = over_time(series, _marks(outcome), seconds, "/s")
    note = _say(
        "每秒到达的购物者与已确认的结算单;竖线为故障与 20:00 开卖。",
        "Shoppers who arrived and checkouts acknowledged in each second; lines mark kills and the opening at 20:00.",
    )
    return _card(_say("负载曲线与吞吐", "Load and throughput"), note, legend + _wide(picture))


def _latency(outcome: Outcome, seconds: int) -> str:
    series = [
        Series("fast", "place", outcome.measures.p99_by_second(FAST_DOORS, seconds)),
        Series("slow", "arrive", outcome.measures.p99_by_second(SLOW_DOORS, seconds)),
    ]
    legend = _legend([
        ("place", _say("加购、秒杀", "add to cart, flash order")),
        ("arrive", _say("购物车、结算、支付", "cart, checkout, payment")), *_kill_legend(outcome.kills),
    ])  # fmt: skip
    note = _say("每秒的第 99 百分位,毫秒,对数刻度。", "The 99th percentile of each second, in ms, on a log scale.")
    picture = over_time(series, _marks(outcome), seconds, "ms", is_log=True)
    return _card(_say("响应时间 p99", "Response time, p99"), note, legend + _wide(picture))


def _doors(outcome: Outcome) -> str:
    found = {name: (len(door.at), door.percentiles_ms()) for name, door in outcome.measures.doors.items()}
    longest = max((times["p99_ms"] for _, times in found.values()), default=1.0) or 1.0
    rows = []
    for name, (count, times) in sorted(found.items(), key=lambda entry: -entry[1][0]):
        bars = "".join(
            f"<i class='bar {role}' style='width:{max(0.5, 100 * times[key] / longest):.1f}%'></i>"
            for key, role in (("p99_ms", "p99"), ("p95_ms", "p95"), ("p50_ms", "p50"))
        )
        figures = [f"{times[key]:,.1f}" for key in ("p50_ms", "p95_ms", "p99_ms", "max_ms")]
        rows.append([_door(name), f"{count:,}", *figures, f"<div class='bars'>{bars}</div>"])
    head = [_say("入口", "Door"), _say("应答", "Answers"), "p50 ms", "p95 ms", "p99 ms", _say("最长 ms", "max ms"), ""]
    note = _say("客户端所见,与服务同机运行。", "As the client saw it, on the same machine as the shop.")
    legend = _legend([("p50", "p50"), ("p95", "p95"), ("p99", "p99")])
    return _card(_say("各入口延迟", "Latency by door"), note, legend + _table(head, rows))


def _kills(outcome: Outcome, seconds: int) -> str:
    if not outcome.kills:
        return ""
    points = [
        (kill.at, kill.recovered_seconds or 60.0, ROLES[kill.fault], f"{kill.fault} {kill.at:.1f} s")
        for kill in outcome.kills
    ]
    rows = []
    for fault in KILLS:
        times = [kill.recovered_seconds for kill in outcome.kills if kill.fault is fault]
        known = [each for each in times if each is not None]
        if times:
            rows.append([
                _say(*KILL_NAMES[fault]), str(len(times)), f"{median(known):.2f} s" if known else "–",
                f"{max(known):.2f} s" if known else "–", str(len(times) - len(known)),
            ])  # fmt: skip
    head = [_say("故障", "Fault"), _say("次数", "Times"), _say("中位恢复", "median recovery"), _say("最长", "longest"),
            _say("未恢复", "not recovered")]  # fmt: skip
    log = "".join(
        f"<li>{kill.at:8.2f} s · {kill.fault.value} · pid {kill.pid} · "
        f"{'–' if kill.recovered_seconds is None else f'{kill.recovered_seconds:.2f} s'}</li>"
        for kill in outcome.kills
    )
    details = f"<details><summary>{_say('逐次记录', 'Every kill')}</summary><ol class='log'>{log}</ol></details>"
    limit = f"{RECOVERY_SECONDS_LIMIT:.0f} s"
    note = _say(
        f"从 kill -9 到新进程首次完成买家的一次写入(加购、下单、支付等);worker 到新进程就绪。虚线为上限 {limit}。",
        "From kill -9 until the new process has done the first change that a shopper asked of it (cart, order, "
        f"payment); a worker: until a new one is at work. The limit is {limit}.",
    )
    picture = dots(points, seconds, RECOVERY_SECONDS_LIMIT, "s")
    body = _legend(_kill_legend(outcome.kills)) + _wide(picture) + _table(head, rows) + details
    return _card(_say("故障与恢复", "Faults and recovery"), note, body)


def _refusals(outcome: Outcome) -> str:
    found = outcome.measures.refusals.most_common(REFUSALS_SHOWN)
    most = max((count for _, count in found), default=1)
    rows = [
        [_door(door), f"<code>{escape(code)}</code>", f"{count:,}",
         f"<div class='bars'><i class='bar p95' style='width:{max(0.5, 100 * count / most):.1f}%'></i></div>"]
        for (door, code), count in found
    ]  # fmt: skip
    again = ", ".join(f"{escape(why)} {count:,}" for why, count in outcome.measures.asked_again.most_common(8)) or "–"
    gave_up = sum(outcome.measures.given_up.values())
    note = _say(
        f"拒绝是明确的答复,不是错误。重试:{again};放弃:{gave_up}。",
        f"A refusal is a clear answer, not a fault. Asked again: {again}; given up: {gave_up}.",
    )
    head = [_say("入口", "Door"), _say("原因", "Reason"), _say("次数", "Times"), ""]
    empty = f"<p>{_say('没有拒绝', 'Nothing was refused')}</p>"
    return _card(_say("拒绝原因", "Refusals by reason"), note, _table(head, rows) if rows else empty)


def _truth(outcome: Outcome) -> str:
    comparison = outcome.comparison
    rows = [
        [_say("已确认而记录中没有", "acknowledged, not in the record"), str(comparison.lost)],
        [_say("同一愿望出现两次", "one wish, standing twice"), str(comparison.doubled)],
        [_say("金额与告知不同", "another amount than was told"), str(comparison.other_price)],
        [_say("银行已扣款而订单未付", "money taken, orders unpaid"), str(comparison.unpaid)],
        [_say("已成立但答复没有送达买家", "stands, though no answer arrived"), str(comparison.untold)],
        [_say("审计发现(演练前)", "audit findings before"), str(len(outcome.before.rows))],
        [
            _say("审计发现(演练后新增)", "new audit findings after"),
            str(len(outcome.new_findings)),
        ],
    ]
    checked = f"{comparison.told_checkouts:,} / {comparison.told_orders:,}"
    note = _say(
        f"逐一核对 {checked} 个结算单/订单;最后一封支付通知在 {comparison.settle_seconds:.0f} 秒内落账。",
        f"Compared one by one: {checked} checkouts / orders; the last letter of the bank settled within "
        f"{comparison.settle_seconds:.0f} s.",
    )
    news = "".join(f"<li><code>{escape(' · '.join(row))}</code></li>" for row in outcome.new_findings[:20])
    body = _table([_say("不变量", "Invariant"), _say("数量", "Count")], rows) + (f"<ul>{news}</ul>" if news else "")
    return _card(_say("与记录核对", "Against the record"), note, body)


def _setting(outcome: Outcome) -> str:
    plan = outcome.plan
    faults = ", ".join(fault.value for fault in plan.faults) or "–"
    switches = ", ".join(f"{name} {percent}%" for name, percent in sorted(outcome.switches.items()))
    ledger = outcome.ledger
    rows = [
        [_say("购物篮", "Baskets"), f"{plan.baskets:,} ({outcome.lines:,} {_say('行', 'lines')}), Complete Journey"],
        [_say("故障", "Faults"), escape(faults)],
        [_say("并发购物者上限", "Shoppers at once, at most"), str(plan.lanes)],
        [_say("空手而归", "left empty-handed"), f"{ledger.empty_handed:,}"],
        [_say("结果未知的下单", "orders asked and never answered"), f"{ledger.in_doubt:,}"],
        [_say("开关", "Switches"), escape(switches)],
        [_say("系统负载(1 分钟)", "Load of the machine (1 min)"), f"{outcome.load:.1f}"],
        [_say("审计用时", "Seconds of the audits"), f"{outcome.before.seconds:.0f} + {outcome.after.seconds:.0f}"],
    ]
    return _card(_say("设定", "Setting"), "", _table(["", ""], rows))


def _marks(outcome: Outcome) -> list[Mark]:
    marks = [Mark(kill.at, ROLES[kill.fault], f"{kill.fault.value} {kill.at:.1f} s") for kill in outcome.kills]
    return [*marks, Mark(OPENING * outcome.plan.seconds, "opening", "20:00:00")]


def _kill_legend(kills: Sequence[Kill]) -> list[tuple[str, str]]:
    return [(ROLES[fault], _say(*KILL_NAMES[fault])) for fault in KILLS if any(kill.fault is fault for kill in kills)]


def _legend(entries: Sequence[tuple[str, str]]) -> str:
    return (
        "<p class='legend'>"
        + "".join(f"<span><i class='key {role}'></i>{name}</span>" for role, name in entries)
        + "</p>"
    )


def _took(seconds: float) -> str:
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"
