"""Why does the catalogue say no?

NotFound  └── ItemNotFound
Conflict  ├── ItemMoveForbidden   the item's state does not allow this move
          └── EditNotUndoable     a later edit has changed the same fields
Invalid   ├── CategoryNotLeaf     items hang on leaves only
          └── (problems of single fields)
Refusal   ├── FileUnreadable      the file as a whole cannot be read: encoding, header, size
          └── DiskFull            there is no room to work
"""

from peakday.kernel.refusal import Conflict, Invalid, NotFound, Refusal
from peakday.kernel.text import Text


class ItemNotFound(NotFound):
    """No such item in this shop."""

    code = "item_not_found"
    message = Text("没有找到该商品", "There is no such item")


class ItemMoveForbidden(Conflict):
    """The item's state does not allow this move."""

    code = "item_move_forbidden"
    message = Text("商品状态不能从 {before} 变为 {after}", "An item cannot go from {before} to {after}")


class EditNotUndoable(Conflict):
    """The fields of the edit have been changed again since."""

    code = "edit_not_undoable"
    message = Text("之后又修改过相同字段,不能撤销", "The same fields were changed again later; it cannot be undone")


class CategoryNotLeaf(Invalid):
    """Items hang on leaves only."""

    code = "category_not_leaf"
    message = Text("商品只能放在叶子类目", "Items hang on leaf categories only")


class FileUnreadable(Refusal):
    """The file as a whole cannot be read."""

    code = "file_unreadable"
    message = Text("文件无法读取:{reason_zh}", "The file cannot be read: {reason}")


class DiskFull(Refusal):
    """There is no room to work."""

    code = "disk_full"
    message = Text(
        "磁盘空间不足:需要 {needed_mb} MB,可用 {free_mb} MB。请清理磁盘后继续导入,已导入的数据不会丢失",
        "The disk is full: {needed_mb} MB are needed, {free_mb} MB are free. Make room and start the import again;"
        " what is already imported stays",
    )
