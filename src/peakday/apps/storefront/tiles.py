"""What stands where an item has no picture? A tile drawn from its words: what kind of thing it is, in calm colours.

The same item has the same tile everywhere: the shape (static/shapes.svg) follows its title and category, the colour its
aisle and, a little, the item itself.
"""

import hashlib
from functools import lru_cache
from html import escape
from uuid import UUID

from markupsafe import Markup

TILES_KEPT = 20_000

# the first that fits wins; words of title and category in small letters
_KINDS: tuple[tuple[str, str], ...] = (
    ("wine", "wine beer liquor 酒"),
    ("snow", "frzn frozen ice 冰"),
    ("can", "soft drink soda sft drnk energy 汽水"),
    ("carton", "milk yogurt cream juice 牛奶 奶"),
    ("cheese", "cheese butter 奶酪"),
    ("cup", "coffee tea cocoa mug cup 茶 咖啡 盖碗 杯"),
    ("bottle", "water oil sauce dressing vinegar syrup detergent shampoo drink 油 酱"),
    ("tin", "canned can soup beans tuna 罐"),
    ("loaf", "bread bun roll bake cake pastry cookie donut 烘焙 面包"),
    ("apple", "fruit apple produce vegetable salad berr citrus grape banana tomato 果 蔬"),
    ("steak", "meat beef pork chicken seafood bacon lunchmeat sausage turkey 肉 鱼"),
    ("candy", "candy gum chocolate mint 糖 巧克力"),
    ("bag", "snack chip nut flour sugar rice pasta cereal popcorn cracker 零食 米"),
    ("bowl", "dinner noodle meal deli macaroni salsa pizza 熟食 面"),
    ("lipstick", "cosmetic makeup lip nail 美妆"),
    ("tube", "hair skin lotion soap oral tooth hygiene deodorant cream 护"),
    ("pills", "drug vitamin nutrition medic cold health pharm diet 药 营养 保健"),
    ("card", "card greeting stationery gift wrap paper 卡"),
    ("flower", "floral flower plant rose 花"),
    ("paw", "pet dog cat 宠"),
    ("book", "book magazine news 书"),
)


@lru_cache(maxsize=TILES_KEPT)
def draw_tile(item_id: UUID, title: str, category: str) -> Markup:
    """The tile as SVG; `title` is what it is called, `category` its path in English."""
    digest = hashlib.sha256(item_id.bytes).digest()
    aisle = " / ".join(category.split(" / ")[:2])
    hue = (int.from_bytes(hashlib.sha256(aisle.encode()).digest()[:2]) + digest[0] % 44 - 22) % 360
    first, second = f"hsl({hue} 52% {82 + digest[1] % 6}%)", f"hsl({(hue + 24) % 360} 46% {70 + digest[2] % 6}%)"
    name = f"t{digest[:4].hex()}"
    return Markup(  # noqa: S704 - the only words in it are the title, which is escaped
        f'<svg viewBox="0 0 100 100" role="img" aria-label="{escape(title)}" style="color:hsl({hue} 42% 36%)"><defs>'
        f'<linearGradient id="{name}" x2="1" y2="1"><stop stop-color="{first}"/><stop offset="1"'
        f' stop-color="{second}"/></linearGradient></defs><path fill="url(#{name})" d="M0 0h100v100H0z"/>'
        f'<circle cx="{70 + digest[4] % 24}" cy="{14 + digest[5] % 20}" r="30" fill="#fff" opacity=".2"/>'
        f'<ellipse cx="50" cy="86" rx="27" ry="3.5" opacity=".16"/><g transform="rotate({digest[3] % 9 - 4} 50 50)">'
        f'<use href="/static/mall/shapes.svg#{kind_of(f"{title} {category}")}"/></g></svg>'
    )


@lru_cache(maxsize=TILES_KEPT)
def kind_of(words: str) -> str:
    """The shape for goods with these words."""
    small = words.lower()
    return next((kind for kind, keys in _KINDS if any(_has(small, key) for key in keys.split())), "box")


def _has(words: str, key: str) -> bool:
    """Latin keys begin a word, so that `tea` is not found in `steak`; Chinese ones stand anywhere."""
    return f" {key}" in f" {words.replace('/', ' ').replace('-', ' ')}" if key.isascii() else key in words
