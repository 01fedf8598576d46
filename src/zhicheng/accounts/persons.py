"""Where accounts keep a person's number and its index. Loaded on start-up."""

from __future__ import annotations

from zhicheng.foundation.reindexing import holds_index, holds_number

holds_index("accounts.User", "id_number_index")
holds_index("accounts.IdentityCorrection", "old_index", "new_index")
holds_index("accounts.IdentityConfirmation", "index")
holds_index("accounts.NumberRelease", "index")
holds_number("accounts.User", "id_number")
holds_number("accounts.IdentityCorrection", "old_number", "new_number")
