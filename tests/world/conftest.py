from tests.profiles.collecting import sender

__all__ = ["sender"]
