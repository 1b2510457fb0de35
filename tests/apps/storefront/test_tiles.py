"""Has the same item the same picture everywhere, with a name and nothing that a title could smuggle in?"""

import re
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import peakday
from peakday.apps.storefront import tiles
from peakday.apps.storefront.tiles import draw_tile, kind_of

ITEM = UUID("0192f0c1-2d3e-7a4b-8c5d-6e7f80910203")
SHAPES = (Path(peakday.__file__).parent / "apps/storefront/static/shapes.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "kind"),
    [("Fluid Milk GROCERY / MILK", "carton"), ("Steak", "box"), ("Green tea", "cup"), ("Beef stew meat", "steak"),
     ("西湖龙井 茶", "cup"), ("Soft drinks 12 pk", "can"), ("Gadget", "box")],
)  # fmt: skip
def test_the_shape_follows_the_words(words, kind):
    assert kind_of(words) == kind


def test_every_shape_is_drawn():
    drawn = set(re.findall(r'<symbol id="(\w+)"', SHAPES))
    assert {kind for kind, _ in tiles._KINDS} | {"box"} <= drawn


def test_the_same_item_has_the_same_tile_and_another_has_another():
    assert draw_tile(ITEM, "Tea", "Drinks / Tea") == draw_tile(ITEM, "Tea", "Drinks / Tea")
    assert draw_tile(ITEM, "Tea", "Drinks / Tea") != draw_tile(UUID(int=1), "Tea", "Drinks / Tea")


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_title_breaks_out_of_its_name(title, category):
    svg = str(draw_tile(ITEM, title, category))
    assert svg.count("<") == str(draw_tile(ITEM, "", "")).count("<")
    assert re.fullmatch(r'<svg [^<]*aria-label="[^"<>]*"[^<]*>.*</svg>', svg, re.DOTALL)
