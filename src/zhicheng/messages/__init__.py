"""What people are told: the site's own inbox, mail beside it, and reminders gathered into one mail a day."""
