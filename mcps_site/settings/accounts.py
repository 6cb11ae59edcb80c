"""Settings of staff accounts: log-in, passwords, sessions, second factor, mail to staff."""

from mcps_site.settings import env
from mcps_site.settings.mail import mail_settings

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]

ACCOUNT_ADAPTER = "mcps_site.accounts.adapters.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Accounts are made by an admin for a known address, so there is nothing to verify.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key,30/15m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)

ACCOUNT_FORMS = {
    "login": "mcps_site.accounts.login_forms.LogInForm",
    "reset_password": "mcps_site.accounts.login_forms.AskForLinkForm",
    "reset_password_from_key": "mcps_site.accounts.login_forms.SetPasswordForm",
    "change_password": "mcps_site.accounts.login_forms.NewPasswordForm",
}

MFA_FORMS = {
    "authenticate": "mcps_site.accounts.login_forms.CodeForm",
    "reauthenticate": "mcps_site.accounts.login_forms.ConfirmByCodeForm",
    "activate_totp": "mcps_site.accounts.login_forms.TurnOnForm",
}
MFA_ADAPTER = "mcps_site.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "MCPS"
# A phone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1

SESSION_COOKIE_NAME = "mcps_session"
CSRF_COOKIE_NAME = "mcps_csrf"
CSRF_FAILURE_VIEW = "mcps_site.errors.form_refused"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24 * 3

DEFAULT_FROM_EMAIL = env.text("STAFF_MAIL_FROM", "MCPS <mcps@localhost>")
globals().update(mail_settings(env.text("STAFF_MAIL_URL", "console:")))
