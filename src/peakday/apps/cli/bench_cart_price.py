"""How long does pricing a cart take, and how does that grow with its lines?

Three promotions that every engine has a form of: 10 % on half of the lines, 20 off over 200, 5 % of the order over
100; and ten of all levels. N lines of two pieces in ten shops, in process, on one core; median of the rounds in
milliseconds of processor time, from a cart and instruments in memory to every share of every line. With `--peer`,
django-oscar prices a like set (10 % on half of the range, 20 off over 200, 5 % off over 100) in an environment of its
own that is thrown away afterwards.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from peakday.kernel.text import Text
from peakday.trade.promotions.api import price_cart, price_rules
from peakday.trade.promotions.model import (
    Benefit,
    Cart,
    Funder,
    Funding,
    Gives,
    Instrument,
    Kind,
    Line,
    PieceRate,
    Scope,
    Tier,
    Tiers,
)

ROUNDS = 60
SIZES = (10, 100, 300, 1000)
PEER = Path(__file__).with_name("bench_cart_price_oscar.py")
PEER_WAIT_SECONDS = 900
EVERYWHERE = Scope()
AT = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)


def run(rounds: int = ROUNDS, *, peer: bool = False) -> dict[str, object]:
    """The figures; `vs_oscar_300` is how many times slower django-oscar is, None with `oscar` saying why."""
    ours = {f"ms_{size}": _median_ms(size, three(), rounds) for size in SIZES}
    theirs, said = _price_with_oscar() if peer else (None, "not asked for: --peer")
    return {
        **ours,
        "ms_300_ten": _median_ms(300, ten(), rounds),
        "growth_100_to_1000": round(ours["ms_1000"] / ours["ms_100"], 2),
        "vs_oscar_300": None if theirs is None else round(theirs / ours["ms_300"], 1),
        "oscar": said,
    }


def a_cart(size: int) -> Cart:
    """`size` lines of two pieces in ten shops; every second line is in the category `half`."""
    lines = [
        Line(
            line_id=f"{at:05}",
            sku_id=f"sku{at}",
            item_id=f"item{at}",
            shop_id=f"shop{at % 10}",
            price_minor=1_000 + at * 37 % 5_000,
            quantity=2,
            category_ids=frozenset({"half" if at % 2 else "rest"}),
        )
        for at in range(size)
    ]
    return Cart(lines=tuple(lines), currency="CNY", at=AT)


def three() -> list[Instrument]:
    """10 % on half of the lines, 20 off over 200, 5 % of the order over 100."""
    return [
        _instrument("a", Kind.SINGLE_PRICE, PieceRate(1_000), Scope(category_ids=frozenset({"half"}))),
        _instrument("b", Kind.TIERED_REDUCTION, Tiers((Tier(20_000, 2_000),))),
        _instrument("c", Kind.PLATFORM_COUPON, Tiers((Tier(10_000, 500),), gives=Gives.RATE)),
    ]


def ten() -> list[Instrument]:
    """The three and seven more, over all levels; one of them with two funders."""
    return [
        *three(),
        _instrument("d", Kind.CROSS_SHOP_TIER, Tiers((Tier(30_000, 5_000),), repeats=True)),
        _instrument("e", Kind.CATEGORY_COUPON, Tiers((Tier(5_000, 1_000),)), Scope(category_ids=frozenset({"half"}))),
        _instrument("f", Kind.SHOP_COUPON, Tiers((Tier(5_000, 1_000),)), Scope(shop_ids=frozenset({"shop1"}))),
        _instrument("g", Kind.SHOP_RED_PACKET, Tiers((Tier(0, 300),)), Scope(shop_ids=frozenset({"shop2"}))),
        _instrument("h", Kind.RED_PACKET, Tiers((Tier(0, 500),)), funders=(Funder.PLATFORM, Funder.MERCHANT)),
        _instrument("i", Kind.RED_PACKET, Tiers((Tier(0, 400),)), funders=(Funder.PLATFORM,)),
        _instrument("j", Kind.GIFT_CARD, Tiers((Tier(0, 3_000),)), funders=(Funder.BUYER,)),
    ]


def _instrument(
    name: str, kind: Kind, benefit: Benefit, scope: Scope = EVERYWHERE, funders: Sequence[Funder] = (Funder.MERCHANT,)
) -> Instrument:
    return Instrument(
        instrument_id=name,
        kind=kind,
        name=Text(f"优惠 {name}", f"Discount {name}"),
        currency="CNY",
        benefit=benefit,
        scope=scope,
        funding=tuple(Funding(funder) for funder in funders),
    )


def _median_ms(size: int, instruments: Sequence[Instrument], rounds: int) -> float:
    rules, cart = price_rules("stepwise_promotions", date(2026, 11, 11)), a_cart(size)
    price_cart(cart, instruments, rules)
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        price_cart(cart, instruments, rules)
        spent.append(time.process_time() - start)
    return round(statistics.median(spent) * 1_000, 3)


def _price_with_oscar() -> tuple[float | None, str]:
    """Milliseconds of django-oscar for 300 lines and its version, or None and why not."""
    with tempfile.TemporaryDirectory(prefix="peakday-oscar-") as folder:
        try:
            venv.create(folder, with_pip=True)
            python = Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python"
            install = [
                str(python),
                "-m",
                "pip",
                "install",
                "-q",
                "--disable-pip-version-check",
                "django-oscar",
                "setuptools<81",
            ]
            _run(install, folder)
            answer = json.loads(_run([str(python), str(PEER), "300"], folder).splitlines()[-1])
        except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
            return None, f"django-oscar could not be measured: {error}"
        return float(answer["ms"]), f"django-oscar {answer['version']}: {answer['ms']} ms"


def _run(command: list[str], folder: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=PEER_WAIT_SECONDS)
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise subprocess.SubprocessError(last)
    return done.stdout
