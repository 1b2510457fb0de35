"""How does the audit trail name its actions to a reader? An action that is not here is shown as it is."""

from peakday.kernel.text import Text

ACTION_TEXTS: dict[str, Text] = {
    "signed_in": Text("登录", "Signed in"),
    "signed_out": Text("退出登录", "Signed out"),
    "sign_in_refused": Text("登录失败", "Sign-in refused"),
    "too_many_sign_ins": Text("登录尝试过多", "Too many sign-ins"),
    "sessions_ended": Text("结束其他登录", "Other sessions ended"),
    "password_changed": Text("修改密码", "Password changed"),
    "password_reset": Text("重设密码", "Password reset"),
    "account_created": Text("新建子账号", "Account opened"),
    "account_edited": Text("修改子账号", "Account changed"),
    "key_created": Text("新建密钥", "Key made"),
    "key_revoked": Text("吊销密钥", "Key revoked"),
    "profile_edited": Text("修改店铺资料", "Profile changed"),
    "audit_trail_exported": Text("导出操作记录", "Audit trail exported"),
    "viewed": Text("查看", "Viewed"),
    "exported": Text("导出", "Exported"),
}
