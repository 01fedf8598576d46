"""Beside a password's hash and a mailbox: what the program itself wrote there, sealed for the account. Filled by the next step."""

from django.db import migrations

from zhicheng.foundation.fields import EncryptedTextField

SEALS = ("password_seal", "email_seal", "new_email_seal")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_reason_of_a_confirmation")]

    operations = [
        migrations.AddField("user", name, EncryptedTextField(blank=True, db_default="", default="")) for name in SEALS
    ]
