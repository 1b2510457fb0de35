"""Which foreign formats can be imported? One function each; all are safe to repeat and to kill.

Every importer reports (stage, done, of how many), so that a caller can draw its progress, and answers with its run: the
counts, and where the refused rows are (`kernel.imports.write_error_file`).
"""

from peakday.apps.importers.complete_journey import Sample, find_sample, import_complete_journey
from peakday.apps.importers.journey_proof import Proof, verify_complete_journey
from peakday.apps.importers.loading import Report
from peakday.apps.importers.olist import import_olist
from peakday.apps.importers.online_retail import import_online_retail
from peakday.apps.importers.tmall_orders import import_tmall_orders
from peakday.kernel.house import House
from peakday.kernel.imports import ImportRun

__all__ = [
    "Proof",
    "Report",
    "Sample",
    "find_sample",
    "import_complete_journey",
    "import_olist",
    "import_online_retail",
    "import_sample",
    "import_tmall_orders",
    "verify_complete_journey",
]


async def import_sample(house: House, progress: Report) -> ImportRun:
    """The market that `peakday up` opens: the Complete Journey. A finished import answers at once."""
    return await import_complete_journey(house, progress)
