"""Where do figures read from? Columnar extracts of the records, kept fresh by a delta of what changed since."""

from peakday.insight.metrics.facts.answers import Reach
from peakday.insight.metrics.facts.events import EventSource
from peakday.insight.metrics.facts.extract import Extracted
from peakday.insight.metrics.facts.pull import CopyFacts, Providers
from peakday.insight.metrics.facts.store import FactStore

__all__ = ["CopyFacts", "EventSource", "Extracted", "FactStore", "Providers", "Reach"]
