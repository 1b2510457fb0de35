"""Is everything true that must be true of the records? `peakday audit` asks every room and exits 1 on any finding."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

import typer
from rich.console import Console
from rich.table import Table

from peakday.apps.opening import open_house, open_web_engines
from peakday.insight.advisor.audit import audit as audit_advisor
from peakday.insight.audiences.audit import audit as audit_audiences
from peakday.insight.behaviour.audit import audit as audit_behaviour
from peakday.insight.channels.audit import audit as audit_channels
from peakday.insight.forecasting.audit import audit as audit_forecasting
from peakday.insight.metrics.audit import audit as audit_metrics
from peakday.kernel.audit import Finding
from peakday.kernel.house import House
from peakday.kernel.settings import read_settings
from peakday.market.accounts.audit import audit as audit_accounts
from peakday.market.catalog.audit import audit as audit_catalog
from peakday.market.same_products.audit import audit as audit_same_products
from peakday.market.shops.audit import audit as audit_shops
from peakday.operations.health.audit import audit as audit_health
from peakday.operations.workbench.audit import audit as audit_workbench
from peakday.trade.carts.audit import audit as audit_carts
from peakday.trade.ledger.audit import audit as audit_ledger
from peakday.trade.orders.audit import audit as audit_orders
from peakday.trade.payments.audit import audit as audit_payments
from peakday.trade.price_history.audit import audit as audit_price_history
from peakday.trade.promotions.audit import audit as audit_promotions
from peakday.trade.sale_events.audit import audit as audit_sale_events
from peakday.trade.stock.audit import audit as audit_stock

AUDITS: dict[str, Callable[[House], Awaitable[list[Finding]]]] = {
    "accounts": audit_accounts,
    "shops": audit_shops,
    "catalog": audit_catalog,
    "same_products": audit_same_products,
    "price_history": audit_price_history,
    "promotions": audit_promotions,
    "sale_events": audit_sale_events,
    "stock": audit_stock,
    "carts": audit_carts,
    "ledger": audit_ledger,
    "payments": audit_payments,
    "orders": audit_orders,
    "behaviour": audit_behaviour,
    "metrics": audit_metrics,
    "advisor": audit_advisor,
    "audiences": audit_audiences,
    "channels": audit_channels,
    "forecasting": audit_forecasting,
    "health": audit_health,
    "workbench": audit_workbench,
}
SHOWN_MAX = 50


async def audit_house(house: House) -> dict[str, tuple[list[Finding], float]]:
    """Every room's findings and the seconds that asking took."""
    answers = {}
    for room, audit in AUDITS.items():
        begun = time.perf_counter()
        answers[room] = (await audit(house), time.perf_counter() - begun)
    return answers


def audit(as_json: bool = typer.Option(False, "--json", help="one JSON object instead of a table")) -> None:
    """Recompute every invariant from the records; exit 1 and name the ids where one is broken."""

    async def run() -> dict[str, tuple[list[Finding], float]]:
        async with open_house(read_settings()) as house, open_web_engines(house):
            return await audit_house(house)

    answers = asyncio.run(run())
    findings = [finding for found, _ in answers.values() for finding in found]
    if as_json:
        rows = [[f.room, f.invariant, f.subject, f.detail, f.remedy] for f in findings]
        typer.echo(json.dumps({"findings": rows, "seconds": {room: round(s, 2) for room, (_, s) in answers.items()}}))
    else:
        _show(answers, findings)
    raise typer.Exit(1 if findings else 0)


def _show(answers: dict[str, tuple[list[Finding], float]], findings: list[Finding]) -> None:
    console = Console()
    for room, (found, seconds) in answers.items():
        verdict = "[red]" + str(len(found)) + " findings" if found else "[green]in order"
        console.print(f"{room:<12} {verdict}[/] ({seconds:.1f} s)")
    if findings:
        table = Table("room", "invariant", "subject", "detail", "remedy")
        for finding in findings[:SHOWN_MAX]:
            table.add_row(finding.room, finding.invariant, finding.subject, finding.detail, finding.remedy)
        console.print(table)
        if len(findings) > SHOWN_MAX:
            console.print(f"and {len(findings) - SHOWN_MAX} more; --json shows all")
