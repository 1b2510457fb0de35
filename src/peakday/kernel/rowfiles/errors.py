"""When can a file as a whole not be read?

Refusal ├── FileUnreadable  encoding, header or kind of file; names the byte position where there is one
        └── DiskFull        there is no room to work; what was stored stays
"""

from peakday.kernel.refusal import Refusal
from peakday.kernel.text import Text


class FileUnreadable(Refusal):
    """The file as a whole cannot be read."""

    code = "file_unreadable"
    message = Text("文件无法读取:{reason_zh}", "The file cannot be read: {reason}")


class DiskFull(Refusal):
    """There is no room to work."""

    code = "disk_full"
    message = Text(
        "磁盘空间不足(可用 {free_mb} MB,至少需要 {needed_mb} MB)。请清理磁盘后重新开始导入,已导入的数据不会丢失",
        "The disk is full ({free_mb} MB free, {needed_mb} MB needed). Make room and start the import again;"
        " what is already imported stays",
    )
