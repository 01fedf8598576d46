"""Where the settings come from: the environment, a file with variables, and a folder with secrets."""

from pathlib import Path

import environ

env = environ.Env()

PACKAGE_DIR = Path(__file__).resolve().parent
BASE_DIR = PACKAGE_DIR.parent.parent
# A rehearsal and the tests name an empty file here: they must never reach what an office has set for its own instance.
ENV_FILE = Path(env.str("ZHICHENG_ENV_FILE", str(BASE_DIR / ".env")))
if ENV_FILE.exists() or "ZHICHENG_ENV_FILE" in env.ENVIRON:
    try:  # opened here: the library passes over a file it cannot read, and every variable would be called missing
        with ENV_FILE.open(encoding="utf-8") as told:
            env.read_env(told)
    except OSError as error:
        raise environ.ImproperlyConfigured(f"The file with the settings cannot be read: {error}") from error

# Secrets may lie in a folder instead, one file for a variable: systemd's LoadCredential(Encrypted)=, a mounted vault. They go before the rest.
SECRETS_DIR = env.str("ZHICHENG_SECRETS_DIR", env.str("CREDENTIALS_DIRECTORY", ""))
for _secret in sorted(Path(SECRETS_DIR).glob("ZHICHENG_*")) if SECRETS_DIR else ():
    try:
        env.ENVIRON[_secret.name] = _secret.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise environ.ImproperlyConfigured(f"A secret cannot be read: {error}") from error
