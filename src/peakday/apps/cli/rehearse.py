"""How is the day rehearsed? `peakday rehearse`: real baskets through the public doors, faults, comparison, report."""

import asyncio
import json
from datetime import datetime
from pathlib import Path

import typer
import uvloop
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from peakday.apps.rehearsal.faults import Fault
from peakday.apps.rehearsal.report import write_report
from peakday.apps.rehearsal.run import Outcome, Plan, Progress, close, rehearse, reports_folder
from peakday.kernel.settings import Settings, read_settings

BASKETS = 2_000
BASKETS_A_SECOND = 25
REFRESHES_A_SECOND = 2
LINE_EVERY_SECONDS = 10  # where nobody watches a screen


def rehearse_command(
    baskets: int = typer.Option(BASKETS, min=1, max=150_000, help="how many shoppers, each with a real basket"),
    seconds: float = typer.Option(0, min=0, help="over so many seconds; default: 25 baskets a second on average"),
    faults: str = typer.Option("", help="comma-separated: " + ", ".join(Fault)),
    kills: int = typer.Option(3, min=1, help="how often each process is killed, where kills are asked for"),
    report: str = typer.Option("", help="where to write the report; default: <home>/rehearsals"),
    as_json: bool = typer.Option(False, "--json", help="print one JSON object at the end"),
) -> None:
    """Rehearse the day in the open market; exit 1 unless everything held."""
    settings = read_settings()
    plan = Plan(baskets, seconds or max(20.0, baskets / BASKETS_A_SECOND), _faults(faults), kills)
    outcome, path = uvloop.run(_run(settings, plan, Path(report) if report else None))
    if as_json:
        typer.echo(json.dumps(figures_of(outcome, path), default=str))
    else:
        word = "[green]it held" if outcome.is_green else "[red]it did not hold"
        Console().print(f"{word}[/] · {outcome.comparison.told_orders:,} orders · report: {path}")
    raise typer.Exit(0 if outcome.is_green else 1)


def figures_of(outcome: Outcome, path: Path) -> dict[str, object]:
    """What is kept of a rehearsal and printed with --json."""
    comparison, recovered = outcome.comparison, [kill.recovered_seconds for kill in outcome.kills]
    return {
        "is_green": outcome.is_green,
        "baskets": outcome.plan.baskets,
        "orders": comparison.told_orders,
        "checkouts": comparison.told_checkouts,
        "paid": comparison.told_paid,
        "seconds": round(outcome.took_seconds, 1),
        "answers_per_s": round(outcome.measures.answers / outcome.took_seconds, 1),
        "lost": comparison.lost,
        "doubled": comparison.doubled,
        "other_price": comparison.other_price,
        "unpaid": comparison.unpaid,
        "untold": comparison.untold,
        "kills": {fault.value: sum(k.fault is fault for k in outcome.kills) for fault in outcome.plan.faults},
        "recovery_s_max": None if None in recovered else max([each for each in recovered if each], default=0.0),
        "doors": {name: {"answers": len(door.at), **door.percentiles_ms()}
                  for name, door in outcome.measures.doors.items()},
        "refusals": {f"{door}: {code}": count for (door, code), count in outcome.measures.refusals.most_common()},
        "asked_again": dict(outcome.measures.asked_again),
        "findings_before": len(outcome.before.rows),
        "findings_new": [list(row) for row in outcome.new_findings],
        "load": outcome.load,
        "report": str(path),
    }  # fmt: skip


async def _run(settings: Settings, plan: Plan, report: Path | None) -> tuple[Outcome, Path]:
    console = Console(stderr=True)
    progress = Progress(begins=lambda stage: console.print(f"[dim]{datetime.now():%H:%M:%S}[/] {stage}"))  # noqa: DTZ005 - for the one who watches
    with Live(get_renderable=lambda: _picture(progress), console=console, refresh_per_second=REFRESHES_A_SECOND,
              transient=True):  # fmt: skip
        telling = asyncio.create_task(_tell(console, progress))
        try:
            outcome = await rehearse(settings, plan, progress)
        finally:
            telling.cancel()
    kept = reports_folder(settings) / f"{outcome.rehearsal_id}.html"
    text = write_report(outcome)
    for path in {kept, report or kept}:
        path.write_text(text, encoding="utf-8")
    await close(settings, outcome, figures_of(outcome, report or kept))
    return outcome, report or kept


async def _tell(console: Console, progress: Progress) -> None:
    """Into a log: a line now and then."""
    while not console.is_terminal:
        await asyncio.sleep(LINE_EVERY_SECONDS)
        if progress.stage == "load":
            console.print(_line(progress), highlight=False, soft_wrap=True)


def _line(progress: Progress) -> str:
    measures, ledger = progress.measures, progress.ledger
    refused = ", ".join(f"{code} {count:,}" for (_, code), count in measures.refusals.most_common(4)) or "none"
    return (
        f"{progress.stage}: {ledger.finished:,} of {progress.baskets:,} shoppers · {len(ledger.checkouts):,} checkouts"
        f" · {len(progress.killer.kills) if progress.killer else 0} kills · refused: {refused}"
    )


def _picture(progress: Progress) -> Group:
    """What the one who waits sees: how far, which doors, which kills."""
    measures, ledger = progress.measures, progress.ledger
    table = Table("door", "answers", "p50 ms", "p99 ms", box=None, header_style="dim")
    for name, door in measures.doors.items():
        times = door.percentiles_ms() if len(door.at) < 20_000 else {"p50_ms": 0.0, "p99_ms": 0.0}
        table.add_row(name, f"{len(door.at):,}", f"{times['p50_ms']:.1f}", f"{times['p99_ms']:.1f}")
    kills = progress.killer.kills[-3:] if progress.killer else []
    told = " · ".join(f"{k.fault.value} back after {k.recovered_seconds or 0:.1f} s" for k in kills)
    bar = ProgressBar(total=max(1, progress.baskets), completed=ledger.finished, width=60)
    return Group(bar, _line(progress), *([told] if told else []), *([table] if measures.doors else []))


def _faults(typed: str) -> tuple[Fault, ...]:
    words = [word.strip() for word in typed.split(",") if word.strip()]
    unknown = [word for word in words if word not in set(Fault)]
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: not one of {', '.join(Fault)}")
    return tuple(dict.fromkeys(Fault(word) for word in words))
