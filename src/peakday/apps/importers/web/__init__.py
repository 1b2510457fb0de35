"""Which pages do imports have? Upload, mapping, progress, errors: `merchant.py`."""

from peakday.apps.importers.web.merchant import router

__all__ = ["router"]
