"""Which features are on, for whom, and who may turn them? Ask `is_on`; what staff do with them is in `switches.api`."""

from peakday.kernel.switches.board import SwitchBoard, bucket_of, fresh_switches, is_on

__all__ = ["SwitchBoard", "bucket_of", "fresh_switches", "is_on"]
