"""工作人员: the accounts of the people in the offices, kept by the prefecture and by the security administrator."""
