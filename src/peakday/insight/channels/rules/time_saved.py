"""How much time did a daily report save? Our definition.

By hand, each channel's file is downloaded, opened, cleaned and summed (12 minutes a channel), each currency is looked
up and converted (3 minutes a currency), and the sheet is written and sent (15 minutes). What is left to do is the
upload: 1 minute a channel, and 1 click.
"""

CHANNEL_MINUTES, CURRENCY_MINUTES, SHEET_MINUTES = 12, 3, 15
UPLOAD_MINUTES, CLICK_MINUTES = 1, 1


def minutes_saved(channels: int, foreign_currencies: int) -> int:
    """Minutes of one report over so many channels and currencies other than the shop's own."""
    if not channels:
        return 0
    by_hand = channels * CHANNEL_MINUTES + foreign_currencies * CURRENCY_MINUTES + SHEET_MINUTES
    return by_hand - channels * UPLOAD_MINUTES - CLICK_MINUTES
