"""本单位人员: the unit vouches for its people when a mailbox is lost or a name was typed wrongly (S-18, S-36)."""
