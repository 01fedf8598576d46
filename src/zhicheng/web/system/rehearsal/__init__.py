"""The pages of a rehearsal: 演练入口, the mailbox, the clock. Nothing here is reachable in production."""
