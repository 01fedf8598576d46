"""Settings, all from the environment (``.env.example`` lists every variable).

``ZHICHENG_MODE`` is ``production`` (the default: the safe one), ``rehearsal`` or ``test``. Only a rehearsal or a test
instance can move its clock or show the rehearsal pages.
"""

import re
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from zhicheng.environment import BASE_DIR, PACKAGE_DIR, env
from zhicheng.naming import OFFICE_NAME, OFFICE_NAME_EN, SITE_NAME, SITE_NAME_EN, STATICFILES_DIRS, WORDMARK, WORDMARK_EN  # noqa: F401

MODE = env.str("ZHICHENG_MODE", "production")
if MODE not in {"production", "rehearsal", "test"}:
    raise environ.ImproperlyConfigured(f"ZHICHENG_MODE must be production, rehearsal or test, not {MODE!r}")
REHEARSAL = MODE == "rehearsal"
CLOCK_CAN_MOVE = MODE != "production"
DEBUG = False

# The tests keep away from the folder that ./run uses: what belongs to one mode is refused by every other (foundation/instance.py).
DATA_DIR = Path(env.str("ZHICHENG_DATA_DIR", str(BASE_DIR / "var" / "test" if MODE == "test" else BASE_DIR / "var")))
# Whoever sees a key of a rehearsal or of the tests knows what it is, and so does the program: it works there and nowhere else.
_OWN_KEYS = {
    "production": ("", [], ""),
    "rehearsal": (
        "rehearsal-only-secret-key-never-for-real-people-0000",
        ["cmVoZWFyc2FsLW9ubHkta2V5LTMyLWJ5dGVzLTAwMDA="],
        "rehearsal-only-blind-index-key",
    ),
    "test": (
        "test-only-secret-key-never-for-real-people-000000000",
        ["dGVzdC1vbmx5LWtleS1vZi0zMi1ieXRlcy0wMDAwMDA="],
        "test-only-blind-index-key",
    ),
}
SECRET_KEY = env.str("ZHICHENG_SECRET_KEY", _OWN_KEYS[MODE][0])
# What was signed with these is still accepted: sessions and mailed links outlive a change of the key.
SECRET_KEY_FALLBACKS = env.list("ZHICHENG_SECRET_KEY_FALLBACKS", default=[])
# Two independent keys: reading the blind index must not help to read the encrypted value. See foundation/fields.py.
FIELD_KEYS = env.list("ZHICHENG_FIELD_KEYS", default=_OWN_KEYS[MODE][1])
BLIND_INDEX_KEY = env.str("ZHICHENG_BLIND_INDEX_KEY", _OWN_KEYS[MODE][2])
BLIND_INDEX_KEY_BEFORE = env.str("ZHICHENG_BLIND_INDEX_KEY_BEFORE", "")  # for zhicheng keys reindex alone
ALLOWED_HOSTS = env.list("ZHICHENG_ALLOWED_HOSTS", default=[] if MODE == "production" else ["*"])
CSRF_TRUSTED_ORIGINS = env.list("ZHICHENG_TRUSTED_ORIGINS", default=[])
SITE_ADDRESS = env.str("ZHICHENG_SITE_ADDRESS", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "zhicheng.foundation",
    "zhicheng.messages",
    "zhicheng.documents",
    "zhicheng.evidence",
    "zhicheng.accounts",
    "zhicheng.organizations",
    "zhicheng.integrity",
    "zhicheng.library",
    "zhicheng.campaigns",
    "zhicheng.applications",
    "zhicheng.publicity",
    "zhicheng.review",
    "zhicheng.personal",
    "zhicheng.rehearsal",
    "zhicheng.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "zhicheng.web.apps.PageMessagesConfig",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "bootstrap",
    "heroicons",
]

MIDDLEWARE = [
    "zhicheng.web.shared.recording.RequestContextMiddleware",
    # Outside of WhiteNoise: the site's own files go out under the same headers.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "zhicheng.web.shared.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zhicheng.web.shared.wire.WireMiddleware",
    "zhicheng.web.shared.maintenance.MaintenanceMiddleware",
    "zhicheng.web.shared.sessions.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "zhicheng.web.shared.sign_ins.SessionEndMiddleware",
    "zhicheng.web.shared.middleware.ActorMiddleware",
    "zhicheng.web.shared.middleware.KeepTypedMiddleware",
    # Sign-in is required unless the table says otherwise: web/access.py, and nowhere else.
    "zhicheng.web.shared.middleware.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "zhicheng.web.shared.middleware.ReadOnlyGetMiddleware",
    # The last one before the view: what it lets through is carried out.
    "zhicheng.web.shared.once.OnceMiddleware",
]

ROOT_URLCONF = "zhicheng.urls"
WSGI_APPLICATION = "zhicheng.wsgi.application"
FORM_RENDERER = "zhicheng.web.shared.drawn_forms.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE_DIR / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["zhicheng.web.templatetags.addresses", "zhicheng.web.templatetags.includes"],
            "libraries": {"i18n": "zhicheng.web.templatetags.words", "static": "zhicheng.web.templatetags.addresses"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhicheng.web.shared.context.site",
            ],
        },
    },
]

# --- Databases: SQLite embedded, PostgreSQL for real work (docs/operations.md) ---
DATABASES = {"default": env.db_url("ZHICHENG_DATABASE_URL", f"sqlite:///{DATA_DIR / 'zhicheng.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # DEFERRED gives "database is locked" as soon as two people write; IMMEDIATE queues them.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 10
# Opening one costs as much as several questions: PostgreSQL signs in, SQLite reads what tables there are.
DATABASES["default"]["CONN_MAX_AGE"] = 60
# After how many seconds a question to PostgreSQL is given up (foundation/statement_limit.py): one of a page, one of the worker.
PAGE_STATEMENT_SECONDS = env.int("ZHICHENG_PAGE_STATEMENT_SECONDS", 20)
WORKER_STATEMENT_SECONDS = env.int("ZHICHENG_WORKER_STATEMENT_SECONDS", 600)

# --- Sign-in ---
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["zhicheng.accounts.backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "zhicheng.accounts.passwords.PasswordRules", "OPTIONS": {"min_length": 10}}]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home_signed_in"
ACCOUNT_ADAPTER = "zhicheng.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {  # the library's forms in our words
    "login": "zhicheng.web.public.forms.LoginForm",
    "reset_password": "zhicheng.web.public.forms.ResetPasswordForm",
    "reset_password_from_key": "zhicheng.web.public.forms.ResetPasswordKeyForm",
    "change_password": "zhicheng.web.public.forms.ChangePasswordForm",
    "reauthenticate": "zhicheng.web.public.forms.ReauthenticateForm",
    "add_email": "zhicheng.web.public.forms.AddEmailForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "zhicheng.accounts.tokens.ResetTokens"  # noqa: S105 - a path in the code
ACCOUNT_CHANGE_EMAIL = True  # one mailbox for one account: a new one replaces it once it is confirmed (S-35)
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
# required: offices, supervising bodies and those who run the system work only with a second factor; offered: whoever wants one.
SECOND_FACTOR = env.str("ZHICHENG_SECOND_FACTOR", "required" if MODE == "production" else "offered")
if SECOND_FACTOR not in {"required", "offered"}:
    raise environ.ImproperlyConfigured(f"ZHICHENG_SECOND_FACTOR must be required or offered, not {SECOND_FACTOR!r}")
MFA_ADAPTER = "zhicheng.accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# A phone's clock may be half a minute off; accounts.second_factor.use_once keeps a code from working twice.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Nobody signs in before the mailbox is confirmed; without it a mailbox could not be changed any more.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "zhicheng.web.public.factor_forms.AuthenticateForm",
    "reauthenticate": "zhicheng.web.public.factor_forms.ReauthenticateForm",
    "activate_totp": "zhicheng.web.public.factor_forms.ActivateTOTPForm",
    "deactivate_totp": "zhicheng.web.public.factor_forms.DeactivateTOTPForm",
    "generate_recovery_codes": "zhicheng.web.public.factor_forms.GenerateRecoveryCodesForm",
}
LINK_HOURS = 24  # every link in a mail: accounts.rules.LINK_LIVES
PASSWORD_RESET_TIMEOUT = LINK_HOURS * 60 * 60
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = LINK_HOURS / 24
ACCOUNT_RATE_LIMITS = {
    # The password has brakes of its own, which no stranger can close for somebody else (accounts/brakes.py).
    "login": None,
    # So has the code of the second factor, which the security administrator sees and can lift.
    "login_failed": None,
    # By the visitor's address here; by recipient in accounts/brakes.py, where the page says the same either way.
    "reset_password": "20/m/ip",
    "confirm_email": "1/3m/key",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_ENGINE = "zhicheng.accounts.session_store"
SESSION_COOKIE_AGE = env.int("ZHICHENG_IDLE_SECONDS", 30 * 60)  # idle time-out; requests move it on, once a minute
SESSION_SAVE_EVERY_REQUEST = True
SESSION_LONGEST_HOURS = env.int("ZHICHENG_SESSION_HOURS", 12)  # after that the password is asked for again, clicks or not
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "zhicheng.web.shared.errors.csrf_failure"
CSRF_COOKIE_HTTPONLY = True
WEB_THREADS = env.int("ZHICHENG_WEB_THREADS", 4)  # of one web process
HTTPS = env.bool("ZHICHENG_HTTPS", MODE == "production")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "django_language"
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = HTTPS, True, "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # they name people: not in a cookie
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # a program that asks without TLS is not led on silently (ASVS 4.1.2)
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
BEHIND_PROXY = env.bool("ZHICHENG_BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"  # no page of ours has a frame
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Words ---
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"  # every deadline is Beijing time (domain §3.9)
USE_TZ = True
USE_I18N = True

# --- Files ---
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = Path(env.str("ZHICHENG_FILES_DIR", str(DATA_DIR / "files")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_ROOT}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = MODE == "test"
SECOND_FILES_DIR = env.str("ZHICHENG_SECOND_FILES_DIR", "")
BACKUP_DIR = env.str("ZHICHENG_BACKUP_DIR", str(DATA_DIR / "backups"))
WAL_DIR = env.str("ZHICHENG_WAL_DIR", "")
BACKUP_ROLE = env.str("ZHICHENG_BACKUP_ROLE", "")
LIBRARY_KEPT_YEARS = env.int("ZHICHENG_LIBRARY_KEPT_YEARS", 5)  # unused; its owner is told before (library/actions/ending.py)
DATA_COPY_HOURS = min(max(env.int("ZHICHENG_DATA_COPY_HOURS", 24), 1), 47)  # what is held goes after two days
BACKUP_KEPT_DAYS = env.int("ZHICHENG_BACKUP_KEPT_DAYS", 35)
UPLOAD_LIMIT_BYTES = env.int("ZHICHENG_UPLOAD_LIMIT_BYTES", 20 * 1024 * 1024)
# Where clamd listens: unix:///run/clamav/clamd.ctl or tcp://127.0.0.1:3310. Empty: nothing is scanned.
CLAMD = env.str("ZHICHENG_CLAMD", "")
UPLOAD_PAGE_LIMIT = env.int("ZHICHENG_UPLOAD_PAGE_LIMIT", 100)
# Files are examined by processes of their own (zhicheng examine), those of strangers apart from those of people who signed in.
EXAMINE_INLINE = MODE == "test"  # tests have no such processes: whoever waits for a file examines it
EXAMINE_WAIT_SECONDS = 1.2  # so long an upload waits for its outcome before it is answered “正在检查”
EXAMINERS = env.int("ZHICHENG_EXAMINERS", 2)
EXAMINERS_FOR_VISITORS = env.int("ZHICHENG_EXAMINERS_FOR_VISITORS", 1)
# What stands on uploaded papers is read, where the extra "reading" is installed; off: these checks say 未做.
READING = env.bool("ZHICHENG_READING", True)
EXAMINE_SECONDS_PER_ACCOUNT = env.int("ZHICHENG_EXAMINE_SECONDS_PER_ACCOUNT", 900)  # CPU seconds in an hour
EXAMINE_SECONDS_PER_NETWORK = env.int("ZHICHENG_EXAMINE_SECONDS_PER_NETWORK", 120)
WAITING_PER_ACCOUNT = 30
WAITING_PER_NETWORK = 10
WAITING_OF_VISITORS = 300
VISITOR_BYTES_PER_NETWORK = env.int("ZHICHENG_VISITOR_BYTES_PER_NETWORK", 300 * 1024 * 1024)
VISITOR_BYTES = env.int("ZHICHENG_VISITOR_BYTES", 5 * 1024 * 1024 * 1024)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler", "zhicheng.foundation.uploads.UploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
PAPER_FONT_DIRS = env.list("ZHICHENG_PAPER_FONT_DIRS", default=[])
# Where Debian puts fonts-lxgw-wenkai, fonts-hanazono and fonts-babelstone-han; looked into where they are installed.
PAPER_FONT_PACKAGES = [f"/usr/share/fonts/truetype/{name}" for name in ("lxgw-wenkai", "hanazono", "babelstone")]
# A style without a name: what documents.fonts knows to be good for it, where that is installed.
_STYLES = ("ZHICHENG_FONT_SONG", "ZHICHENG_FONT_HEI", "ZHICHENG_FONT_FANGSONG", "ZHICHENG_FONT_KAI")
PAPER_FONTS = {name.rpartition("_")[2].lower(): env.str(name, "") for name in _STYLES}
PAPER_FONTS_SUPPLEMENTARY = env.list("ZHICHENG_FONTS_SUPPLEMENTARY", default=[])

# --- What every process has to know of every other: how often somebody tried to sign in, or uploaded -------------------
CACHES = {"default": {"BACKEND": "zhicheng.foundation.shared_cache.JsonDatabaseCache", "LOCATION": "foundation_cache"}}
SHARED_CACHE_ENTRIES = 100_000
SHARED_CACHE_ENTRIES_OF_STRANGERS = 100_000  # counts of what strangers named: login names that are none, mailboxes, networks

# --- Mail: everything goes through the outbox (foundation/mail.py), which hands it to the server of ZHICHENG_MAIL_URL ---
EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"
_mail = env.email_url(
    "ZHICHENG_MAIL_URL", {"production": "smtp://localhost:25", "rehearsal": "dummymail://", "test": "memorymail://"}[MODE]
)
DELIVERY_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"] or "localhost"
EMAIL_PORT = _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"] or None
EMAIL_TIMEOUT = 10  # seconds for the connection and for each answer (foundation/mail_server.py bounds the whole)
MAIL_KEPT_DAYS = env.int("ZHICHENG_MAIL_KEPT_DAYS", 90)  # afterwards the words of a delivered mail are forgotten
PASS_MAIL_MINUTES = env.int("ZHICHENG_PASS_MAIL_MINUTES", 10 if MODE == "production" else 0)  # 0 to 10: it may be taken back
# When nobody is reminded of anything, Beijing time; nothing behind the sign: at any hour (foundation/quiet.py).
QUIET_HOURS = env.str("ZHICHENG_QUIET_HOURS", "22:00-9:00")
if not re.fullmatch(r"((2[0-3]|[01]?\d):[0-5]\d-(2[0-3]|[01]?\d):[0-5]\d)?", QUIET_HOURS):
    raise environ.ImproperlyConfigured("ZHICHENG_QUIET_HOURS must be like 22:00-9:00, or empty")
# --- SMS (messages/gateway.py): the address of the gateway; a rehearsal keeps them in a folder, an instance without one sends none ---
SMS_URL = env.str("ZHICHENG_SMS_URL", "file:" if REHEARSAL else "")
if SMS_URL and not SMS_URL.startswith(("http://", "https://", "file:")):
    raise environ.ImproperlyConfigured("ZHICHENG_SMS_URL must begin with http:// or https://")
SMS_KEY_ID, SMS_SECRET = env.str("ZHICHENG_SMS_KEY_ID", ""), env.str("ZHICHENG_SMS_SECRET", "")
SMS_SIGN, SMS_TEMPLATE = env.str("ZHICHENG_SMS_SIGN", "职称申报"), env.str("ZHICHENG_SMS_TEMPLATE", "")
SMS_PRICE = env.str("ZHICHENG_SMS_PRICE", "0.05")  # what one costs the office, in yuan: told to who may want them
SMS_DAY_LIMIT = env.int("ZHICHENG_SMS_DAY_LIMIT", 2000)
DEFAULT_FROM_EMAIL = env.str("ZHICHENG_MAIL_FROM", "职称申报平台 <noreply@zhicheng.example>")

# --- Heads of the ledger: signed daily, and kept by others (foundation/checkpoints.py) ---
LEDGER_SIGNING_KEY = env.str("ZHICHENG_LEDGER_SIGNING_KEY", "")
LEDGER_WITNESSES = env.list("ZHICHENG_LEDGER_WITNESSES", default=[])
LEDGER_HEADS_DIR = env.str("ZHICHENG_LEDGER_HEADS_DIR", "")
TSA_URL, TSA_CERTIFICATES = env.str("ZHICHENG_TSA_URL", ""), env.str("ZHICHENG_TSA_CERTIFICATES", "")
# The signature of receipts (documents/signatures.py): the key is the worker's, the certificates are public.
PAPER_SIGNING_KEY, PAPER_CERTIFICATES = env.str("ZHICHENG_PAPER_SIGNING_KEY", ""), env.str("ZHICHENG_PAPER_CERTIFICATES", "")
PAPER_SIGNER = env.str("ZHICHENG_PAPER_SIGNER", "zhicheng.documents.signatures.key_signer")

# --- The worker (foundation/worker.py): how many processes a lane has, where one may not be enough ---
WORKER_PAPER_PROCESSES = env.int("ZHICHENG_WORKERS", 1)
WORKER_MAIL_PROCESSES = env.int("ZHICHENG_MAIL_PROCESSES", 1)

# --- Monitoring: who may read /metrics, and who is told when something stays wrong (foundation/alerts.py) ---
METRICS_ALLOWED = env.list("ZHICHENG_METRICS_ALLOWED", default=[])
if METRICS_ALLOWED:
    MIDDLEWARE = [
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        *MIDDLEWARE,
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ]
ALERT_MAIL = env.list("ZHICHENG_ALERT_MAIL", default=[])
ALERT_WEBHOOK = env.str("ZHICHENG_ALERT_WEBHOOK", "")
if ALERT_WEBHOOK and not ALERT_WEBHOOK.startswith(("http://", "https://")):
    raise environ.ImproperlyConfigured("ZHICHENG_ALERT_WEBHOOK must begin with http:// or https://")
ALERT_AFTER_MINUTES = env.int("ZHICHENG_ALERT_AFTER_MINUTES", 5)

LOG_FORMAT = env.str("ZHICHENG_LOG_FORMAT", "line")
if LOG_FORMAT not in {"line", "json"}:
    raise environ.ImproperlyConfigured(f"ZHICHENG_LOG_FORMAT must be line or json, not {LOG_FORMAT!r}")
LOGGING_CONFIG = "zhicheng.foundation.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"context": {"()": "zhicheng.foundation.logs.ContextFilter"}},
    "formatters": {
        "line": {"()": "zhicheng.foundation.logs.LineFormatter"},
        "json": {"()": "zhicheng.foundation.logs.JsonLineFormatter"},
    },
    "handlers": {"stderr": {"class": "zhicheng.foundation.logs.CarefulHandler", "formatter": LOG_FORMAT, "filters": ["context"]}},
    "root": {"handlers": ["stderr"], "level": env.str("ZHICHENG_LOG_LEVEL", "INFO")},
    "loggers": {
        "fontTools": {"level": "ERROR"},
        "pikepdf": {"level": "WARNING"},  # it announces itself on every start
        "django.security": {"level": "WARNING"},
        "zhicheng.security": {"level": "INFO"},  # whatever ZHICHENG_LOG_LEVEL says: an auditor needs all of it
        # What it would say of a refused or failed request is said with its id by web/shared/errors.py.
        "django.request": {"level": "CRITICAL"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = [
    "security.W021",  # whether the domain goes into the browsers' preload lists is its owner's decision
    "templates.W003",  # i18n and static are ours on purpose: what they look up is kept (docs/decisions/0020)
]
# What the office knows of its machine and has accepted, by the id of the warning.
SILENCED_SYSTEM_CHECKS += env.list("ZHICHENG_SILENCED_CHECKS", default=[])
