"""How the product logs: structlog, as lines for people or as JSON for machines, on stdout.

Events carry ids and numbers. Names, addresses, tokens and message bodies never belong in them.
"""

from typing import Any

import structlog

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


_LOGGERS: dict[str, Any] = {
    # A line for each task received and done says nothing that the work's own line does not.
    "celery.worker.strategy": {"level": "WARNING"},
    "celery.worker.request": {"level": "WARNING"},
    "celery.app.trace": {"level": "WARNING"},
    "celery.beat": {"level": "WARNING"},
    "django_celery_beat": {"level": "WARNING"},
    # Its lines hold the address of each request that failed; ours hold the route.
    "django.request": {"level": "CRITICAL"},
    "django.server": {"level": "ERROR"},
    "httpx": {"level": "WARNING"},
}


def configure_logging(*, form: str, level: str) -> dict[str, Any]:
    """Configure structlog and return the `LOGGING` that sends other libraries the same way.

    `form` is `console` or `json`.
    """
    _configure_structlog()
    line = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _SHARED,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_renderers(form),
        ],
    }
    stdout = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"stdout": stdout},
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": _LOGGERS,
    }


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _renderers(form: str) -> list[Any]:
    if form == "json":
        return [
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ]
    return [
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    ]
