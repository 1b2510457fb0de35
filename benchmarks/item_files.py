"""What does a merchant's large file of items look like? Rows that are all good, and all different."""

from pathlib import Path

HEADER = "item_ref,title,category,brand,list_price,strike_price,cost,quantity,attributes,images,status,listed_at\r\n"
CATEGORIES = ("连衣裙", "半身裙", "卫衣", "衬衫", "风衣", "牛仔裤", "T恤", "毛衣", "羽绒服", "短外套")


def write_items(path: Path, bytes_wanted: int) -> int:
    """Write a file of about that many bytes; returns its rows."""
    written, rows = 0, 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        while written < bytes_wanted:
            row = _row(rows)
            file.write(row)
            written += len(row.encode())
            rows += 1
    return rows


def _row(i: int) -> str:
    category = CATEGORIES[i % 10]
    price = f'"1,{i % 1000:03d}.50"' if i % 10 == 0 else f"{i % 2000}.{i % 100:02d}"
    return (
        f'P{i:08d},"2022秋冬新款{category},显瘦百搭 第{i}款",{category},品牌{i % 500},{price},2999.00,{i % 300}.10,'
        f"{i % 5000},颜色:红{i % 7};尺码:L,https://img.example/{i}.jpg,on_sale,"
        f"2022-10-{i % 28 + 1:02d}T12:{i % 60:02d}:{i % 59:02d}+08:00\r\n"
    )
