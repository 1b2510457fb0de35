"""Which imports are refused as a whole?

Refusal
└── Conflict
    ├── SampleMissing    the package with the sample is not installed
    └── FileUnreadable   the file is absent, or lacks the columns that its format has
"""

from peakday.kernel.refusal import Refusal
from peakday.kernel.text import Text


class SampleMissing(Refusal):
    """The package with the sample is not installed."""

    code = "sample_missing"
    message = Text("未安装示例数据包 {package}:请运行 pip install {package}", "Install the sample's package: {package}")
