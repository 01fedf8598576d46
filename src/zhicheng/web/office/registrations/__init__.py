"""单位注册审核: the county office's queue of registrations, yearly verifications and changes (S-12, S-17, G-03)."""
