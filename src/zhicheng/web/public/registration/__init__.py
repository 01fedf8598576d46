"""单位注册 and 个人注册: 注册须知 first, then one form, then what happens next (S-07…S-18, S-35)."""
