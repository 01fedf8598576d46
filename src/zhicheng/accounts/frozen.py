"""What the database refuses to change: the history of a person's name and number (S-18)."""

from __future__ import annotations

from zhicheng.foundation.triggers import protect

PROTECTED = (
    protect("accounts_identitycorrection", "UPDATE", "DELETE", sentence="the corrections of an identity are append-only"),
    protect("accounts_numberrelease", "UPDATE", "DELETE", sentence="the release of a number is append-only"),
)
# Put on after every migration, not by one.
ACCEPTANCES = (
    protect("accounts_noticeacceptance", "UPDATE", sentence="who accepted which text is append-only"),
    # With a registration that nobody ever confirmed they go (accounts.removing).
    protect(
        "accounts_noticeacceptance",
        "DELETE",
        sentence="what an account in use accepted stays",
        rule="stays",
        when="EXISTS (SELECT 1 FROM account_emailaddress WHERE user_id = OLD.user_id AND verified) "
        "OR EXISTS (SELECT 1 FROM accounts_user WHERE id = OLD.user_id AND last_login IS NOT NULL)",
    ),
)
# Younger than the rest: its own migration puts it on.
CONFIRMATIONS = (
    protect("accounts_identityconfirmation", "UPDATE", "DELETE", sentence="the confirmation of an identity is append-only"),
)
