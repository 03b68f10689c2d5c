import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    database_url: str
    port: int
    log_level: str

    @classmethod
    def from_environment(cls) -> "Settings":
        try:
            database_url = os.environ["DATABASE_URL"]
        except KeyError:
            raise SystemExit("DATABASE_URL: is required") from None
        # Many platforms still hand out the old scheme.
        database_url = database_url.replace("postgres://", "postgresql://", 1)
        return cls(
            database_url=database_url,
            port=int(os.environ.get("PORT", "8000")),
            log_level=os.environ.get("LOG_LEVEL", "info").lower(),
        )
