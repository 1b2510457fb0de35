"""How does a room draw a page?

Each room keeps its templates in `web/templates/<room>/…`; the door registers their folders. A page is rendered with the
visit (`actor`, `language`, `csrf_token`), `t(zh, en)` for text written in place, and the writers of `kernel.text`.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from peakday.kernel.refusal import Refusal
from peakday.kernel.text import Text, day_text, instant_text, money_text, number_text, percent_text
from peakday.kernel.web.context import visit_of


class Pages:
    """The templates of all rooms, as one engine of the house."""

    def __init__(self, folders: Iterable[Path], **shared: object) -> None:
        self._environment = _environment(tuple(folders), tuple(sorted(shared.items())))

    def compile(self) -> None:
        """Read every template now, so that the first reader of a page need not wait for it."""
        for name in self._environment.list_templates(extensions=["html"]):
            self._environment.get_template(name)

    def render(self, request: Request, template: str, /, status: int = 200, **values: Any) -> HTMLResponse:
        """Draw `template` for this visit."""
        visit = visit_of(request)
        language = visit.language
        place = getattr(request.state, "shop", None)  # anything with .name and .note, put there by the door
        values.setdefault("shop", place)
        values.setdefault("data_note", place.note if place else None)
        html = self._environment.get_template(template).render(
            request=request,
            visit=visit,
            actor=visit.actor,
            language=language,
            csrf_token=visit.csrf_token,
            t=lambda zh, en: zh if language == "zh" else en,
            say=lambda text, **data: text.of(language, **data) if isinstance(text, Text) else str(text),
            money=lambda minor, currency="CNY": money_text(minor, currency, language),
            number=lambda value, decimals=0: number_text(Decimal(str(value)), language, decimals),
            percent=lambda share, decimals=2: percent_text(Decimal(str(share)), language, decimals),
            day=lambda value: day_text(value, language),
            instant=lambda value: instant_text(value, language),
            **values,
        )
        return HTMLResponse(html, status)

    def refuse(self, request: Request, refusal: Refusal, status: int) -> HTMLResponse:
        """The page of an expected "no"."""
        return self.render(request, "console/refused.html", status=status, refusal=refusal)


@cache
def _environment(folders: tuple[Path, ...], shared: tuple[tuple[str, object], ...]) -> Environment:
    """One a process, and in it one reading of each template, however many houses are opened."""
    environment = Environment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        cache_size=-1,  # there are as many as there are files
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(shared)
    return environment
