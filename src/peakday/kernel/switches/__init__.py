"""Which features are on, for whom, and who may turn them? Ask `is_on`; the switch board's acts are in `api`."""

from peakday.kernel.switches.board import SwitchBoard, bucket_of, fresh_switches, is_on

__all__ = ["SwitchBoard", "bucket_of", "fresh_switches", "is_on"]
