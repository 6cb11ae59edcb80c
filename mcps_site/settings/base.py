"""Settings of every installation, read from the environment only."""

import sys
from pathlib import Path

import dj_database_url
from csp import constants as csp

from mcps_site.runtime import places
from mcps_site.settings import env
from mcps_site.settings.accounts import *
from mcps_site.settings.api import *
from mcps_site.settings.logging import configure_logging

BASE_DIR = Path(__file__).resolve().parent.parent.parent

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY") or places.embedded_secret_key()
# Former keys: what was signed or encrypted under them can still be opened.
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS")
# Private networks that webhooks and other calls outward may reach, for example 10.1.0.0/16.
ALLOWED_PRIVATE_NETWORKS = env.names("ALLOWED_PRIVATE_NETWORKS")
# Folders of this machine whose SQLite files and PostgreSQL sockets pulls may ask.
PULL_LOCAL_FOLDERS = env.names("PULL_LOCAL_FOLDERS")
# The supervisor asks /readyz by the loopback address whatever the public name is.
ALLOWED_HOSTS = [*env.names("ALLOWED_HOSTS"), "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")
DEMO = env.flag("DEMO", default=False)
# Whoever shows it may read /metrics; without one nobody may.
METRICS_TOKEN = env.text("METRICS_TOKEN")
COLLECTION_MAX_BACKLOG_MB = env.number("COLLECTION_MAX_BACKLOG_MB", 4096)
MESSAGE_PRICES = env.amounts("MESSAGE_PRICES")
SEGMENT_MOST_SECONDS = env.number("SEGMENT_MOST_SECONDS", 120)
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "kernel",
    "profiles",
    "campaigns",
    "referrals",
    "analytics",
    "mcps_site.apps.SiteConfig",
    "mcps_site.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "django_linear_migrations",
    "drf_spectacular",
    "lucide",
    "rest_framework",
    "template_partials",
]

if DEMO:
    # Before the roof, which closes the registries that every app has filled.
    INSTALLED_APPS.insert(INSTALLED_APPS.index("mcps_site.apps.SiteConfig"), "mcps_site.world")

MIDDLEWARE = [
    "mcps_site.middleware.RequestLog",
    "mcps_site.operations.counting.CountRequests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kernel.http.htmx.VaryOnHtmx",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "mcps_site.errors.DomainErrorPages",
]

ROOT_URLCONF = "mcps_site.urls"
WSGI_APPLICATION = "mcps_site.wsgi.application"
AUTH_USER_MODEL = "kernel.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kernel.ui.shell.shell",
            ],
            "builtins": ["kernel.ui.tags"],
        },
    }
]

_DATABASE = dj_database_url.parse(env.text("DATABASE_URL", places.embedded_database_url()))
# Form widgets are looked up among our templates first.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {
    "default": {
        **_DATABASE,
        "CONN_MAX_AGE": 0,
        # After a restart of PostgreSQL the pool's old connections are replaced, not handed out.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **_DATABASE.get("OPTIONS", {}),
            "pool": {"min_size": 1, "max_size": env.number("DATABASE_POOL_SIZE", 8), "timeout": 10},
            "application_name": "mcps",
            # Never by itself: only the statements that ask for it are prepared.
            "prepare_threshold": sys.maxsize,
        },
    }
}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kernel_cache",
    }
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [csp.SELF],
        "script-src": [csp.SELF],
        "style-src": [csp.SELF],
        "img-src": [csp.SELF, "data:"],
        "object-src": [csp.NONE],
        "base-uri": [csp.NONE],
        "form-action": [csp.SELF],
        "frame-ancestors": [csp.SELF],
    }
}

# Where messages lie that are captured instead of sent.
CAPTURED_DIR = places.data_dir() / "captured"
# Exports lie here; nothing below it is served by its path.
MEDIA_ROOT = places.data_dir() / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STATIC_URL = "/static/"
STATIC_ROOT = places.data_dir() / "static"
STATICFILES_DIRS = [BASE_DIR / "mcps_site" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "mcps_site.static_storage.BundledStaticStorage"},
}

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", places.embedded_broker_url())
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_BEAT_SCHEDULER = "mcps_site.beat.OnlyScheduler"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# Set behind a proxy that ends TLS and sets X-Forwarded-Proto.
HTTPS = env.flag("HTTPS", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
# Previews of content are framed by our own pages.
X_FRAME_OPTIONS = "SAMEORIGIN"

LOGGING = configure_logging(
    form=env.text("LOG_FORMAT", "console"), level=env.text("LOG_LEVEL", "INFO")
)
