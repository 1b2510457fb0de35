"""What does the room `channels` refuse?

Conflict
├── MissingRate          no rate for a currency on a day
├── FileContradictory    two rows say different things about one line; both are named
├── TotalsDiffer         a settlement's rows do not sum to its own total
├── ConnectionNameTaken  another channel of the shop has this name
└── RatesOverlap         two rates for one currency on one day
NotFound
├── ConnectionNotFound
├── ListingNotFound      no file of the channel tells of such goods
└── RecipientNotFound    nobody of this shop gets the report under this id
"""

from peakday.kernel.refusal import Conflict, NotFound
from peakday.kernel.text import Text


class MissingRate(Conflict):
    """No rate for a currency on a day."""

    code = "missing_rate"
    message = Text(
        "{day} 没有 {currency} 兑 {into} 的汇率。请先录入,我们不猜汇率",
        "There is no rate from {currency} to {into} for {day}. Enter it first: we invent none",
    )


class FileContradictory(Conflict):
    """Two rows say different things about one line; nothing of the file is taken."""

    code = "file_contradictory"
    message = Text(
        "订单 {order} 行 {line} 自相矛盾({field}):{first_file} 第 {first_row} 行与 {second_file} 第 {second_row} 行。"
        "整份文件未导入,请更正其中一行",
        "Order {order}, line {line} is told in two ways ({field}): {first_file} row {first_row} and {second_file} row"
        " {second_row}. Nothing of the file was taken; correct one of them",
    )


class TotalsDiffer(Conflict):
    """A settlement's rows do not sum to its own total."""

    code = "totals_differ"
    message = Text(
        "结算总额 {total}(第 {total_row} 行)与明细合计 {sum}(至第 {last_row} 行)不符。整份文件未导入,请重新下载报告",
        "The settlement's total {total} (row {total_row}) differs from the sum of its rows {sum} (up to row"
        " {last_row}). Nothing of the file was taken; download the report again",
    )


class ConnectionNameTaken(Conflict):
    """Another channel of the shop has this name."""

    code = "connection_name_taken"
    message = Text("已有同名渠道“{name}”", "There is a channel named “{name}” already")


class RatesOverlap(Conflict):
    """Two rates for one currency on one day."""

    code = "rates_overlap"
    message = Text("{currency} 在这段日期已有汇率", "There is a rate for {currency} within these days already")


class ConnectionNotFound(NotFound):
    """No such channel of this shop."""

    code = "connection_not_found"
    message = Text("没有找到该渠道", "There is no such channel")


class ListingNotFound(NotFound):
    """No file of the channel tells of such goods."""

    code = "listing_not_found"
    message = Text("该渠道的文件里没有这个商品", "No file of this channel tells of such goods")


class RecipientNotFound(NotFound):
    """Nobody of this shop gets the report under this id."""

    code = "recipient_not_found"
    message = Text("没有这个收件方", "There is no such recipient")
