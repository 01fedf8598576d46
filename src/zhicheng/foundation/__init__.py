"""The clock, the ledger, the outbox, jobs, stored bytes and encrypted fields: what every room stands on."""
