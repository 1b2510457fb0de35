"""Which facts do figures read, with which columns?

Ids are text (UUID), instants are TIMESTAMP in UTC, `*_day` is the day of the market, money is whole minor units. The
rooms below stream `orders … shops` from the record as CSV with these columns; `events` come from the event log and
`exposures` from an importer. A data set that is not there is an empty relation with the right columns.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation: its columns, what identifies a row, how its files are cut and sorted."""

    name: str
    columns: dict[str, str]  # name to DuckDB type
    key: tuple[str, ...]  # rows of the record are replaced by this key; an order's lines are replaced together
    part: str = "'all'"  # which file a row belongs to, as SQL
    order: str = ""
    lists: tuple[str, ...] = ()  # columns that travel as text joined by |
    days: tuple[str, ...] = ()  # the market days that a row speaks of: steps find it by their instants

    @property
    def column_list(self) -> str:
        """The columns, in order, as SQL."""
        return ", ".join(self.columns)


def _columns(text: str) -> dict[str, str]:
    """`a b VARCHAR; c DATE` to a mapping."""
    pairs = [part.split() for part in text.replace("\n", " ").split(";") if part.strip()]
    return {name: words[-1] for words in pairs for name in words[:-1]}


_MONTH = "coalesce(strftime(created_at, '%Y-%m'), 'none')"
_BUCKET = "right(shop_id, 1)"  # ids end in random digits: sixteen even files

RECORDS = (
    Relation(
        "orders",
        _columns("""
            shop_id order_id checkout_id buyer_id source kind terminal region_id status currency VARCHAR;
            created_at paid_at TIMESTAMP; created_day paid_day DATE;
            list_minor discount_minor postage_minor paid_minor refund_minor BIGINT; simulated BOOLEAN; flags VARCHAR[]
        """),
        key=("shop_id", "order_id"), part=_MONTH, order="shop_id, created_at, order_id", lists=("flags",),
        days=("created_day", "paid_day"),
    ),
    Relation(
        "order_lines",
        _columns("""
            shop_id order_id VARCHAR; line_no INTEGER;
            buyer_id item_id sku_id category_id kind terminal region_id VARCHAR;
            created_at paid_at TIMESTAMP; created_day paid_day DATE; quantity list_minor paid_minor refund_minor BIGINT;
            simulated BOOLEAN; flags VARCHAR[]
        """),
        key=("shop_id", "order_id"), part=_MONTH, order="shop_id, created_at, order_id, line_no", lists=("flags",),
        days=("created_day", "paid_day"),
    ),
    Relation(
        "refunds",
        _columns("""
            shop_id order_id refund_id VARCHAR; line_no INTEGER; amount_minor BIGINT; completed_at TIMESTAMP;
            completed_day DATE
        """),
        key=("shop_id", "refund_id"), part="coalesce(strftime(completed_at, '%Y-%m'), 'none')",
        order="shop_id, completed_at, refund_id", days=("completed_day",),
    ),
    Relation(
        "items",
        _columns("""
            shop_id item_id category_id brand_id title VARCHAR; list_price_minor BIGINT; status VARCHAR;
            first_listed_day DATE
        """),
        key=("shop_id", "item_id"), part=_BUCKET, order="shop_id, item_id",
    ),
    Relation(
        "categories", _columns("category_id parent_id name_zh name_en VARCHAR"),
        key=("category_id",), order="category_id",
    ),
    Relation("brands", _columns("brand_id name VARCHAR"), key=("brand_id",), order="brand_id"),
    Relation("shops", _columns("shop_id name currency VARCHAR"), key=("shop_id",), order="shop_id"),
)  # fmt: skip

EVENTS = Relation(
    "events",
    _columns("""
        event_id VARCHAR; ts TIMESTAMP; day DATE;
        user_id type item_id shop_id brand_id category_id channel terminal VARCHAR;
        source_path VARCHAR[]; page search_query VARCHAR; dwell_seconds DOUBLE;
        live_id content_id ad_click_id order_id VARCHAR; simulated BOOLEAN
    """),
    key=("event_id",), order="shop_id, ts, event_id",
)  # fmt: skip

EXPOSURES = Relation(
    "exposures", _columns("shop_id item_id region_id VARCHAR; week_start DATE; display mailer VARCHAR"), key=()
)

RELATIONS = {relation.name: relation for relation in (*RECORDS, EVENTS, EXPOSURES)}


def empty_select(relation: Relation) -> str:
    """The relation without rows."""
    columns = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in relation.columns.items())
    return f"select {columns} where false"


def csv_select(relation: Relation, path: str, header: list[str]) -> str:
    """The rows of a CSV that a room streamed, columns found by name: an unquoted nothing is null."""
    as_text = relation.lists
    kinds = ", ".join(
        f"'{name}': '{'VARCHAR' if name in as_text else relation.columns.get(name, 'VARCHAR')}'" for name in header
    )
    columns = ", ".join(_csv_column(relation, name, is_there=name in header) for name in relation.columns)
    options = "header=true, auto_detect=false, delim=',', quote='\"', escape='\"', new_line='\\n', nullstr='',"
    return (
        f"select {columns} from read_csv('{path}', {options} allow_quoted_nulls=false, strict_mode=true,"
        f" max_line_size=16777216, columns={{{kinds}}})"
    )


def _csv_column(relation: Relation, name: str, *, is_there: bool) -> str:
    if not is_there:
        return f"cast(null as {relation.columns[name]}) as {name}"
    if name in relation.lists:
        return f"list_filter(string_split({name}, '|'), lambda x: x <> '') as {name}"
    return name
