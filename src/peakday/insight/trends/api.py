"""What may others ask of trends?

alarms = find_rises(panel)      # which series rise, whatever they are of
"""

from peakday.insight.trends.rules.rising import Alarm, Panel, Rise, find_rises, sum_up

__all__ = ["Alarm", "Panel", "Rise", "find_rises", "sum_up"]
