"""python -m app"""

import uvicorn

from app.main import app, settings

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="0.0.0.0",  # noqa: S104 - in a container; the platform decides who reaches it
        port=settings.port,
        log_level=settings.log_level,
        timeout_graceful_shutdown=10,
    )
