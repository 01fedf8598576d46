"""我的信息 of a unit: where it stands, and the one request that is due (S-14…S-17)."""
