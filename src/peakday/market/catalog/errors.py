"""Why does the catalogue say no? (Files that cannot be read: `kernel.rowfiles.errors`.)

NotFound  └── ItemNotFound
Conflict  ├── ItemExists          the shop has an item of this number
          ├── EditNotUndoable     a later edit has changed the same fields
          └── ItemHeld            its price and place on the shelf are held for a while
Invalid   └── CategoryNotLeaf     items hang on leaves only
"""

from peakday.kernel.refusal import Conflict, Invalid, NotFound
from peakday.kernel.text import Text


class ItemNotFound(NotFound):
    """No such item in this shop."""

    code = "item_not_found"
    message = Text("没有找到该商品", "There is no such item")


class ItemExists(Conflict):
    """The shop has an item of this number."""

    code = "item_exists"
    message = Text("商品编号 {ref} 已存在", "The shop already has an item with the number {ref}")


class EditNotUndoable(Conflict):
    """The fields of the edit have been changed again since."""

    code = "edit_not_undoable"
    message = Text("之后又修改过相同字段,不能撤销", "The same fields were changed again later; it cannot be undone")


class ItemHeld(Conflict):
    """Its price and its place on the shelf are held for a while."""

    code = "item_held"
    message = Text(
        "{reason_zh}:到 {until_zh} 为止不能改价或下架。{remedy_zh}",
        "{reason_en}: its price and its place on the shelf are held until {until_en}. {remedy_en}",
    )


class CategoryNotLeaf(Invalid):
    """Items hang on leaves only."""

    code = "category_not_leaf"
    message = Text("商品只能放在叶子类目", "Items hang on leaf categories only")
