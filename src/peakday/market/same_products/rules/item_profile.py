"""What does an item's face say once it is put in one form?

Width, case and signs go; a title becomes its character n-grams (Chinese has no blanks, and they serve English as well),
its codes (letters with digits: model numbers) and its amounts. A brand is written in two tongues as "Lining/李宁": each
side is a name of it; "other" is no brand.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from peakday.market.same_products.model import Face
from peakday.market.same_products.rules.amounts import Amount, read_amounts

BRAND_KEYS = ("品牌", "brand")
MODEL_KEYS = ("货号", "型号", "款号", "model", "model number", "mpn")
NO_NAMES = frozenset({"", "other", "others", "其他", "其它", "无", "无品牌", "none", "no brand", "n/a"})
NO_VALUES = frozenset({"其他", "其它", "other", "other/其他", "其他/other", "见描述", "见标"})
GRAM_SIZES = (1, 2, 3)
LONG_GRAM_SIZE = 5
CODE_LETTERS_MIN = 3
_CODE = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_PEOPLE = {
    "women": ("女", "women", "ladies", "lady", "girl"),
    "men": ("男", " men", "mens", "boy"),
    "children": ("童", "宝宝", "婴", "kids", "baby", "child", "toddler"),
}


@dataclass(frozen=True)
class Profile:
    """One item in the form that pairs are compared in."""

    key: str
    title: str
    category: str
    department: str
    grams: tuple[frozenset[str], ...]  # one set for each of GRAM_SIZES
    long_grams: frozenset[str]
    words: frozenset[str]
    codes: frozenset[str]
    brands: frozenset[str]
    models: frozenset[str]
    attributes: Mapping[str, str]
    amounts: tuple[Amount, ...]
    years: frozenset[str]
    people: frozenset[str]


def profile_of(face: Face) -> Profile:
    """The profile of a face."""
    title = normal(face.title)
    solid = title.replace(" ", "")
    attributes = {
        key: text
        for name, value in face.attributes.items()
        if (key := normal(name)) and (text := normal(value)) and text not in NO_VALUES
    }
    models = {code for key in MODEL_KEYS for code in _codes(attributes.get(key, ""))}
    words = _CODE.findall(title)
    told = title + " " + attributes.get("适用性别", "") + " " + attributes.get("适用对象", "")
    return Profile(
        key=face.key,
        title=solid,
        category=normal(face.category),
        department=normal(face.department),
        grams=tuple(frozenset(grams(solid, size)) for size in GRAM_SIZES),
        long_grams=frozenset(grams(solid, LONG_GRAM_SIZE)),
        words=frozenset(words),
        codes=frozenset(code for code in map(_joined, words) if _is_code(code)),
        brands=brand_names(face.brand or next((attributes[key] for key in BRAND_KEYS if key in attributes), "")),
        models=frozenset(models),
        attributes=attributes,
        amounts=read_amounts(title),
        years=frozenset(_YEAR.findall(title + " " + attributes.get("上市年份季节", ""))),
        people=frozenset(kind for kind, names in _PEOPLE.items() if any(name in " " + told for name in names)),
    )


def normal(text: str) -> str:
    """A text in one width and case, with single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def grams(text: str, size: int) -> list[str]:
    """Every run of `size` characters."""
    return [text[start : start + size] for start in range(len(text) - size + 1)]


def brand_names(text: str) -> frozenset[str]:
    """The names of a brand, in each of its tongues; empty where no brand is told."""
    names = (re.sub(r"[\s.·'&-]", "", part) for part in re.split(r"[/()]", normal(text)))
    return frozenset(name for name in names if name not in NO_NAMES)


def _codes(text: str) -> list[str]:
    return [code for code in map(_joined, _CODE.findall(text)) if len(code) >= CODE_LETTERS_MIN]


def _joined(word: str) -> str:
    return re.sub(r"[-_.]", "", word)


def _is_code(word: str) -> bool:
    return len(word) >= CODE_LETTERS_MIN and any(sign.isdigit() for sign in word) and not _YEAR.fullmatch(word)
