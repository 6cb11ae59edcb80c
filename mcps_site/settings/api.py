"""Settings of the REST API."""

from mcps_site.settings import env

API_REQUESTS_PER_SECOND = env.number("API_REQUESTS_PER_SECOND", 20)
API_BURST = env.number("API_BURST", 200)
CLIENT_API_REQUESTS_PER_SECOND = env.number("CLIENT_API_REQUESTS_PER_SECOND", 5)
CLIENT_API_BURST = env.number("CLIENT_API_BURST", 60)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "kernel.access.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["kernel.access.permissions.CanViewOrEdit"],
    "DEFAULT_THROTTLE_CLASSES": ["kernel.http.api.throttling.CallerThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "kernel.http.api.errors.answer_exception",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "MCPS",
    "DESCRIPTION": "Multi-channel personalization: people, segments, journeys, referrals, metrics.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["kernel.access.permissions.CanView"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AccountTraitTypeEnum": "profiles.accounts.models.AccountTrait.Type",
        "ChannelEnum": "campaigns.channels.models.CHANNEL_CHOICES",
        "ConsentStateEnum": ["granted", "withdrawn", "never", "requested"],
        "DeviceChannelEnum": ["push", "webpush"],
        "FailureKindEnum": ["message", "call"],
        "NewJourneyStatusEnum": ["live", "paused", "ended"],
        "PlanActionEnum": ["allow", "omit", "block"],
        "PlanBlockEnum": ["allow", "block"],
        "RoleEnum": "kernel.access.roles.ROLE_CHOICES",
        "SegmentKindEnum": ["rule", "list"],
        "SegmentStatusEnum": ["draft", "live", "archived"],
        "SourceKindEnum": "profiles.touchpoints.models.Source.Kind",
        "TraitPolicyEnum": "profiles.customers.models.TraitPolicy.Rule",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "kernel.http.api.schema.describe_errors",
    ],
}
