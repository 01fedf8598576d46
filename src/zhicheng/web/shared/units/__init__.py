"""What pages about a unit's particulars share: registering (visitor), 我的信息 (unit), the county's queue (office)."""
