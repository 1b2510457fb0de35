"""Can this cart be priced at all: one currency, sound lines, sound instruments, within the limits?"""

from collections.abc import Sequence

from peakday.kernel.money import AMOUNT_MINOR_MAX
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.trade.promotions.errors import BadCart, BadInstrument, CartTooLarge, CurrenciesMixed, InstrumentsDoNotStack
from peakday.trade.promotions.model import INSTRUMENTS_MAX, LINES_MAX, PIECES_MAX, Cart, Instrument, Line
from peakday.trade.promotions.rules.instrument_faults import instrument_faults


def require_priceable(cart: Cart, instruments: Sequence[Instrument]) -> None:
    """Refuses with `CartTooLarge`, `BadCart`, `CurrenciesMixed`, `BadInstrument`, or when an instrument comes twice."""
    require_sound_cart(cart)
    require_sound_instruments(cart, instruments)


def require_sound_cart(cart: Cart) -> None:
    """Refuses with `CartTooLarge` or `BadCart`, whatever the instruments."""
    assert cart.at.tzinfo is not None, "the instant of a cart is aware"
    if len(cart.lines) > LINES_MAX:
        raise CartTooLarge(limit=LINES_MAX, what="lines", count=len(cart.lines))
    problems = [problem for line in cart.lines if _is_odd(line) for problem in _line_faults(line)]
    problems += _doubled_lines(cart)
    if any(minor < 0 for minor in cart.postage.values()):
        problems.append(_problem("postage", "negative", "运费不能为负", "Postage cannot be negative"))
    if problems:
        raise BadCart(*problems)


def require_sound_instruments(cart: Cart, instruments: Sequence[Instrument]) -> None:
    """Refuses with `CartTooLarge`, `CurrenciesMixed`, `BadInstrument`, or when an instrument comes twice."""
    if len(instruments) > INSTRUMENTS_MAX:
        raise CartTooLarge(limit=INSTRUMENTS_MAX, what="instruments", count=len(instruments))
    seen = set()
    for instrument in instruments:
        if instrument.currency != cart.currency:
            raise CurrenciesMixed(instrument=instrument.instrument_id, theirs=instrument.currency, ours=cart.currency)
        if instrument.instrument_id in seen:
            raise InstrumentsDoNotStack(first=instrument.instrument_id, second=instrument.instrument_id)
        seen.add(instrument.instrument_id)
        faults = instrument_faults(instrument)
        if faults:
            raise BadInstrument(*faults, instrument=instrument.instrument_id)


def _is_odd(line: Line) -> bool:
    return not (0 <= line.price_minor <= AMOUNT_MINOR_MAX and 1 <= line.quantity <= PIECES_MAX) or (
        line.presale is not None
    )


def _line_faults(line: Line) -> list[Problem]:
    faults = []
    if not 0 <= line.price_minor <= AMOUNT_MINOR_MAX:
        faults.append(_problem("price", "out_of_range", "价格超出范围", "The price is out of range", line))
    if not 1 <= line.quantity <= PIECES_MAX:
        faults.append(
            _problem("quantity", "out_of_range", "件数超出范围", "The number of pieces is out of range", line)
        )
    terms = line.presale
    if terms is not None and (terms.price_minor != line.price_minor or not _is_sound(line)):
        faults.append(
            _problem("presale", "bad_terms", "预售条款与价格不符", "The presale does not fit the price", line)
        )
    return faults


def _is_sound(line: Line) -> bool:
    terms = line.presale
    assert terms is not None
    return min(terms.deposit_minor, terms.off_minor) >= 0 and terms.deposit_minor + terms.off_minor <= line.price_minor


def _doubled_lines(cart: Cart) -> list[Problem]:
    if len({line.line_id for line in cart.lines}) == len(cart.lines):
        return []
    seen: set[str] = set()
    doubled = [line for line in cart.lines if line.line_id in seen or seen.add(line.line_id)]  # type: ignore[func-returns-value]
    return [_problem("line_id", "doubled", "同一行出现两次", "Two lines have one name", line) for line in doubled]


def _problem(field: str, code: str, zh: str, en: str, line: Line | None = None) -> Problem:
    remedy = Text("请更正后重试", "Correct it and try again")
    return Problem(field, code, Text(zh, en), remedy, value=line.line_id if line else None)
