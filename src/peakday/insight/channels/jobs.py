"""What is done for channels later? Carrying on the import of a file, sending reports, and making the morning's."""

from typing import Any

from peakday.insight.channels import api, sending
from peakday.kernel.duties import Duty
from peakday.kernel.house import House
from peakday.kernel.jobs import JobKind
from peakday.kernel.messages.channels.letter import DELIVER_SECONDS_MAX

IMPORT_TIMEOUT_SECONDS = 3_600
MORNING_EVERY_SECONDS = 300


async def import_file(house: House, payload: dict[str, Any]) -> None:
    """Carry an import on."""
    await api.carry_on_import(house, payload)


async def send_report(house: House, payload: dict[str, Any]) -> None:
    """Hand a report to its way out."""
    await sending.deliver(house, payload)


async def send_mornings(house: House) -> None:
    """Make the morning's reports."""
    await sending.send_mornings(house)


DUTIES = [Duty("channels.send_mornings", MORNING_EVERY_SECONDS, send_mornings)]
JOB_KINDS = [
    JobKind(api.IMPORT_JOB, import_file, timeout_seconds=IMPORT_TIMEOUT_SECONDS, at_once=1),
    JobKind(
        sending.JOB, send_report, attempts_max=sending.TRIES_MAX, timeout_seconds=4 * DELIVER_SECONDS_MAX, at_once=4
    ),
]
