"""我的信息 of a person: particulars, mailbox, employer, sign-in safety."""
