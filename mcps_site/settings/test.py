"""Settings of the test run: those of every installation, with quick password hashing."""

import os

from mcps_site.runtime import places

# The tests' servers are their own: a running demo of the same checkout is neither seen nor touched.
os.environ.setdefault("DEMO", "1")  # the demo's pages are tested like all others
# Each worker has its own too: a transaction of one would hold back the facts of all in a cluster.
os.environ.setdefault(
    "MCPS_DATA_DIR",
    str(places.ROOT / ".data" / "test" / os.environ.get("PYTEST_XDIST_WORKER", "alone")),
)
# What served a request keeps its connection for the next one; tests of races need the others.
os.environ.setdefault("DATABASE_POOL_SIZE", "16")

from mcps_site.settings.base import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_URL = "memory://"
ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]  # where the fake servers of the tests answer
CELERY_TASK_ALWAYS_EAGER = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
