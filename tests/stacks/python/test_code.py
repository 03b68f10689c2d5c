"""What code shows: framework, kind, protocol, port, paths, variables, backing services."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Confidence
from tests.conftest import MakeRepo
from tests.stacks.python.seen import facts, surest, values

FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"
FASTAPI = "from fastapi import FastAPI\n\napp = FastAPI()\n"
RUN = 'if __name__ == "__main__":\n    app.run({})\n'
FRAMEWORKS: Mapping[str, tuple[str, str, tuple[str, str | None] | None]] = {
    "nothing required": ("requests\n", "import requests\n", None),
    "a client library is no framework": ("aiohttp\n", "import aiohttp\nasync def get():\n    aiohttp.ClientSession()\n", None),
    "what another package pulled in": ("locust==2\nflask==3\n    # via locust\n", "print()\n", None),
    "flask": ("Flask==3.1.0\n", FLASK, ("flask", "3.1.0")),
    "a subclass": ("flask>=3\n", "from flask import Flask\nclass Shop(Flask):\n    pass\napp = Shop('shop')\n", ("flask", ">=3")),
    "only required": ("flask\n", "print()\n", ("flask", None)),
    "fastapi brings starlette": ("starlette==1.0\nfastapi==0.120\n", FASTAPI, ("fastapi", "0.120")),
    "django": ("Django>=6.0,<6.1\n", "from django.urls import path\nurlpatterns = []\n", ("django", ">=6.0,<6.1")),
    "aiohttp server": ("aiohttp==3.13\n", "from aiohttp import web\napp = web.Application()\n", ("aiohttp", "3.13")),
    "functions-framework": ("functions-framework==3.*\n", "def hello(request):\n    return ''\n", ("functions-framework", "3.*")),
    "celery beside flask": ("celery\nflask\n", FLASK + "from celery import Celery\nc = Celery()\n", ("flask", None)),
    "celery": ("celery==5.5\n", "from celery import Celery\nc = Celery('shop')\n", ("celery", "5.5")),
    "in a comment": ("requests\n", "# app = Flask(__name__)\nimport requests\n", None),
}
PORTS: Mapping[str, tuple[str, str, tuple[int, Confidence] | None]] = {
    "no server": ("flask\n", "print(8080)\n", None),
    "the port of a database": ("flask\n", FLASK + "import redis\nredis.Redis(port=6379)\n", (5000, Confidence.DEFAULT)),
    "in a comment": ("flask\n", FLASK + "# app.run(port=9999)\n", (5000, Confidence.DEFAULT)),
    "literal": ("flask\n", FLASK + RUN.format('host="0.0.0.0", port=8080'), (8080, Confidence.DECLARED)),
    "a comma in a comment": (
        "flask\n",
        FLASK + RUN.format('host="0",  # every address, yes\n        port=8080'),
        (8080, Confidence.DECLARED),
    ),
    "framework default": ("flask\n", FLASK + RUN.format(""), (5000, Confidence.DEFAULT)),
    "environment": ("flask\n", FLASK + RUN.format('port=int(os.environ.get("PORT", 8081))'), (8081, Confidence.INFERRED)),
    "environment, keyword": ("flask\n", FLASK + RUN.format('port=os.getenv("PORT", default=8082)'), (8082, Confidence.INFERRED)),
    "required variable": ("flask\n", FLASK + RUN.format('port=os.environ["PORT"]'), (5000, Confidence.DEFAULT)),
    "alternative": ("flask\n", FLASK + RUN.format('port=os.environ.get("PORT") or 8083'), (8083, Confidence.INFERRED)),
    "a name": ("flask\n", 'PORT = "8084"\n' + FLASK + RUN.format("port=int(PORT)"), (8084, Confidence.DECLARED)),
    "an item": ("flask\n", 'config = {"PORT": 8085}\n' + FLASK + RUN.format('port=config["PORT"]'), (8085, Confidence.INFERRED)),
    "an option": (
        "flask\n",
        FLASK
        + 'parser.add_argument("--port", type=int, default=8086)\nargs = parser.parse_args()\n'
        + RUN.format("port=args.port"),
        (8086, Confidence.INFERRED),
    ),
    "behind a production server": ("flask\ngunicorn\n", FLASK + RUN.format("port=8087"), (8087, Confidence.INFERRED)),
    "uvicorn": ("fastapi\nuvicorn\n", FASTAPI + "import uvicorn\nuvicorn.run(app, port=9000)\n", (9000, Confidence.DECLARED)),
    "settings": (
        "fastapi\nuvicorn\npydantic-settings\n",
        FASTAPI + "import uvicorn\nclass Settings(BaseSettings):\n    port: int = 9001\nsettings = Settings()\n"
        "uvicorn.run(app, port=settings.port)\n",
        (9001, Confidence.INFERRED),
    ),
    "gRPC": (
        "grpcio\n",
        'import grpc\nserver = grpc.server(p)\nserver.add_insecure_port("[::]:50051")\n',
        (50051, Confidence.DECLARED),
    ),
    "gRPC, variable": (
        "grpcio\n",
        "import grpc\nport = os.environ.get('PORT', \"8080\")\nserver.add_insecure_port('[::]:' + port)\n",
        (8080, Confidence.INFERRED),
    ),
    "gRPC, f-string": (
        "grpcio\n",
        'import grpc\nport = 50052\nserver.add_insecure_port(f"[::]:{port}")\n',
        (50052, Confidence.DECLARED),
    ),
    "standard library": (
        "",
        'from http.server import HTTPServer\nHTTPServer(("", 8088), Handler).serve_forever()\n',
        (8088, Confidence.DECLARED),
    ),
    "waitress": (
        "flask\nwaitress\n",
        FLASK + "from waitress import serve\nserve(app, listen='*:8089')\n",
        (8089, Confidence.DECLARED),
    ),
    "aiohttp": ("aiohttp\n", "from aiohttp import web\napp = web.Application()\nweb.run_app(app)\n", (8080, Confidence.DEFAULT)),
    "tornado": (
        "tornado\n",
        'import tornado.web\nfrom tornado.options import define\ndefine("port", default=8888)\napp.listen(options.port)\n',
        (8888, Confidence.INFERRED),
    ),
}
FILES_WITH_PORTS: Mapping[str, tuple[Mapping[str, str], int | None]] = {
    "gunicorn": ({"gunicorn.conf.py": 'bind = "0.0.0.0:8001"\n'}, 8001),
    "gunicorn, variable": ({"gunicorn.conf.py": "import os\nbind = f\"[::]:{os.environ.get('PORT', 8002)}\"\n"}, 8002),
    "gunicorn in a folder": ({"config/gunicorn.py": "bind = ':8003'\n"}, 8003),
    "uwsgi": ({"shop.ini": "[uwsgi]\nhttp-socket = 0.0.0.0:8004\n"}, 8004),
    "uwsgi speaks its own protocol": ({"shop.ini": "[uwsgi]\nsocket = 0.0.0.0:3031\n"}, 8000),
    "start script": ({"start.sh": "exec gunicorn --bind 0.0.0.0:8005 app:app\n"}, 8005),
    "start script, fallback": ({"start.sh": 'exec gunicorn -b "0.0.0.0:${PORT:-8006}" app:app\n'}, 8006),
    "environment file": ({".env.example": "DB_PORT=5432\nPORT=8007\n"}, 8007),
    "nothing": ({}, 8000),
}
ROUTES: Mapping[str, tuple[Mapping[str, str], str | None, str | None, str | None]] = {
    "nothing": ({"app.py": FLASK + '@app.route("/")\ndef index(): ...\n'}, None, None, None),
    "a parameter": ({"app.py": FLASK + '@app.get("/status/<code>")\ndef x(code): ...\n'}, None, None, None),
    "another subject": ({"app.py": FLASK + '@app.get("/mental-health")\ndef x(): ...\n'}, None, None, None),
    "a call of a client": (
        {"app.py": FLASK + 'import requests\nrequests.get("/health")\nclient.get("/health")\n'},
        None,
        None,
        None,
    ),
    "post only": ({"app.py": FLASK + '@app.route("/ping", methods=["POST"])\ndef x(): ...\n'}, None, None, None),
    "a deep status": ({"app.py": FLASK + '@app.route("/orders/status")\ndef x(): ...\n'}, None, None, None),
    "in a test": ({"app.py": FLASK, "tests/test_a.py": '@app.get("/health")\ndef x(): ...\n'}, None, None, None),
    "flask": ({"app.py": FLASK + '@app.route("/health")\ndef x(): ...\n'}, "/health", None, None),
    "words joined": ({"app.py": FLASK + '@app.route("/shop-health-check")\ndef x(): ...\n'}, "/shop-health-check", None, None),
    "the better word": (
        {"app.py": FLASK + '@app.get("/ping")\ndef x(): ...\n@app.get("/healthz")\ndef y(): ...\n'},
        "/healthz",
        None,
        None,
    ),
    "live and ready": (
        {"app.py": FASTAPI + '@app.get("/health/live")\ndef x(): ...\n@app.get("/health/ready")\ndef y(): ...\n'},
        "/health/live",
        "/health/ready",
        None,
    ),
    "blueprint": (
        {
            "app.py": FLASK
            + 'bp = Blueprint("x", __name__, url_prefix="/api")\n@bp.get("/health")\ndef x(): ...\napp.register_blueprint(bp)\n'
        },
        "/api/health",
        None,
        None,
    ),
    "a router in another file": (
        {
            "main.py": FASTAPI + 'from api import health\napp.include_router(health.router, prefix="/v1")\n',
            "api/health.py": 'from fastapi import APIRouter\nrouter = APIRouter(prefix="/sys")\n@router.get("/health")\ndef x(): ...\n',
        },
        "/v1/sys/health",
        None,
        None,
    ),
    "a prefix from settings": (
        {
            "main.py": FASTAPI + "from api import router as api\napp.include_router(api, prefix=settings.API_V1)\n",
            "api.py": 'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("/health")\ndef x(): ...\n',
            "settings.py": 'class Settings(BaseSettings):\n    API_V1: str = "/api/v1"\n',
        },
        "/api/v1/health",
        None,
        None,
    ),
    "a prefix that is not known": (
        {
            "main.py": FASTAPI + "from api import router\napp.include_router(router, prefix=prefix())\n",
            "api.py": 'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("/health")\ndef x(): ...\n',
        },
        None,
        None,
        None,
    ),
    "django": ({"shop/urls.py": 'from django.urls import path\nurlpatterns = [path("health/", view)]\n'}, "/health/", None, None),
    "django, expression": (
        {"shop/urls.py": "from django.urls import re_path\nurlpatterns = [re_path(r'^health/?$', v)]\n"},
        "/health",
        None,
        None,
    ),
    "django, included": (
        {
            "shop/urls.py": 'from django.urls import path, include\nurlpatterns = [path("api/", include("orders.urls"))]\n',
            "orders/urls.py": 'from django.urls import path\nurlpatterns = [path("healthz", view)]\n',
        },
        "/api/healthz",
        None,
        None,
    ),
    "aiohttp": (
        {"app.py": "from aiohttp import web\napp = web.Application()\napp.router.add_get('/health', h)\n"},
        "/health",
        None,
        None,
    ),
    "starlette": ({"app.py": "from starlette.routing import Route\nroutes = [Route('/healthz', h)]\n"}, "/healthz", None, None),
    "tornado": (
        {"app.py": "import tornado.web\napp = tornado.web.Application([(r'/health', HealthHandler)])\n"},
        "/health",
        None,
        None,
    ),
    "metrics route": ({"app.py": FLASK + '@app.route("/metrics")\ndef x(): ...\n'}, None, None, "/metrics"),
    "metrics application": ({"app.py": FASTAPI + 'app.mount("/metrics", make_asgi_app())\n'}, None, None, "/metrics"),
    "metrics of a library": (
        {
            "app.py": FASTAPI
            + "from prometheus_fastapi_instrumentator import Instrumentator as I\nI().instrument(app).expose(app)\n"
        },
        None,
        None,
        "/metrics",
    ),
}
ENVIRONMENT: Mapping[str, tuple[str, list[tuple[str, str | None, bool, bool]]]] = {
    "nothing": ("import os\nprint(os.environ)\n", []),
    "a request's": ("def app(environ, start):\n    environ.get('HTTP_HOST')\n", []),
    "set, not read": ("import os\nos.environ['MODE'] = 'test'\n", []),
    "the shell's own": ("import os\nos.environ['HOME']\n", []),
    "required": ("import os\nos.environ['SHOP_URL']\n", [("SHOP_URL", None, True, False)]),
    "caught": (
        "import os\ntry:\n    u = os.environ['SHOP_URL']\nexcept KeyError:\n    u = None\n",
        [("SHOP_URL", None, False, False)],
    ),
    "caught to end": (
        "import os\ntry:\n    u = os.environ['U_RL']\nexcept KeyError:\n    raise SystemExit(1)\n",
        [("U_RL", None, True, False)],
    ),
    "optional": ("import os\nos.getenv('LEVEL')\n", [("LEVEL", None, False, False)]),
    "default": ("import os\nos.environ.get('LEVEL', 'info')\n", [("LEVEL", "info", False, False)]),
    "secret": ("import os\nos.environ.get('API_TOKEN', 'abc')\n", [("API_TOKEN", None, False, True)]),
    "a password in an address": ("import os\nos.getenv('BROKER', 'amqp://me:secret@mq')\n", [("BROKER", None, False, True)]),
    "imported names": ("from os import environ\nenviron['SHOP_URL']\n", [("SHOP_URL", None, True, False)]),
    "decouple": (
        "from decouple import config\nconfig('DEBUG', default=False)\nconfig('HOST')\n",
        [("DEBUG", "False", False, False), ("HOST", None, True, False)],
    ),
    "environs": ("from environs import Env\nenv = Env()\nenv.int('SIZE', 3)\n", [("SIZE", "3", False, False)]),
    "pydantic": (
        "class Settings(BaseSettings):\n    shop_url: str\n    size: int = 3\n    extra: str | None = None\n",
        [("SHOP_URL", None, True, False), ("SIZE", "3", False, False), ("EXTRA", None, False, False)],
    ),
    "pydantic, prefix": (
        'class Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="SHOP_")\n    url: str = Field(default="x")\n',
        [("SHOP_URL", "x", False, False)],
    ),
}
BACKING: Mapping[str, tuple[str, str, list[str]]] = {
    "nothing": ("flask\n", FLASK, []),
    "what another package pulled in": ("celery==5\nredis==5\n    # via celery\n", "print()\n", []),
    "sqlite": ("django\n", "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n", []),
    "drivers": ("psycopg2-binary\npymongo\npika\n", "print()\n", ["postgresql", "mongodb", "rabbitmq"]),
    "extras": ("celery[redis]\nsqlalchemy[postgresql-asyncpg]\n", "print()\n", ["redis", "postgresql"]),
    "engine": ("django\n", "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n", ["postgresql"]),
    "address": ("sqlalchemy\n", 'URL = "mysql+pymysql://db/shop"\n', ["mysql"]),
    "address of the web": ("requests\n", 'URL = "https://example.com"\n', []),
    "cloud": (
        "boto3\n",
        "import boto3\nboto3.client('sqs')\nboto3.resource('dynamodb')\nboto3.client('ec2')\n",
        ["sqs", "dynamodb"],
    ),
}
KINDS: Mapping[str, tuple[Mapping[str, str], str | None, str | None]] = {
    "web application": ({"requirements.txt": "flask\n", "app.py": FLASK}, "service", "http"),
    "framework behind a server": ({"requirements.txt": "flask\ngunicorn\n", "app.py": "from shop import app\n"}, "service", "http"),
    "gRPC": ({"requirements.txt": "grpcio\n", "a.py": "import grpc\ngrpc.server(pool)\n"}, "service", "grpc"),
    "consumer": ({"requirements.txt": "pika\n", "a.py": "channel.start_consuming()\n"}, "worker", "worker"),
    "locust": (
        {"requirements.txt": "locust\n", "locustfile.py": "from locust import HttpUser\nclass U(HttpUser): ...\n"},
        "load-generator",
        None,
    ),
    "a linter that looks for servers": (
        {
            "requirements.txt": "requests\n",
            "main.py": 'PATTERN = r"\\bFastAPI\\(|\\bFlask\\("\nprint("HTTPServer(x)", "import flask")\n',
        },
        "job",
        None,
    ),
    "a script that an image starts": (
        {"requirements.txt": "requests\n", "main.py": "x = 1\n", "Dockerfile": "FROM a\nCMD python main.py  # no gunicorn\n"},
        "job",
        None,
    ),
    "a server that an image starts": (
        {"requirements.txt": "requests\n", "main.py": "x = 1\n", "Dockerfile": 'FROM a\nCMD ["/bin/gunicorn", "main:x"]\n'},
        "service",
        "http",
    ),
    "a server that a Procfile starts": (
        {"requirements.txt": "requests\n", "main.py": "x = 1\n", "Procfile": "web: uvicorn main:x\n"},
        "service",
        "http",
    ),
    "a script that ends": ({"requirements.txt": "requests\n", "main.py": "print('done')\n"}, "job", None),
    "a script whose image opens a port": (
        {"requirements.txt": "requests\n", "main.py": "print('done')\n", "Dockerfile": "FROM python\nEXPOSE 80\n"},
        None,
        None,
    ),
    "a script that waits": ({"requirements.txt": "requests\n", "main.py": "while True:\n    work()\n"}, None, None),
    "a package": ({"setup.py": "setup(name='a')", "a/__init__.py": ""}, "library", None),
    "a package with a command": (
        {"setup.py": "setup(name='a', entry_points={'console_scripts': ['a=a:main']})", "a/__init__.py": ""},
        "cli",
        None,
    ),
    "a package in an image": ({"setup.py": "setup(name='a')", "a/__init__.py": "", "Dockerfile": "FROM python\n"}, None, None),
}


@pytest.mark.parametrize(("required", "code", "expected"), FRAMEWORKS.values(), ids=FRAMEWORKS)
def test_framework(make_repo: MakeRepo, required: str, code: str, expected: tuple[str, str | None] | None) -> None:
    found = surest(make_repo, {"requirements.txt": required, "app.py": code}, f.FRAMEWORK)
    assert (tuple(found) if found else None) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "pyproject.toml": '[project]\nname = "a"\ndependencies = ["flask>=3"]\n',
                "uv.lock": '[[package]]\nname = "flask"\nversion = "3.1.2"\n',
            },
            "3.1.2",
        ),
        (
            {
                "Pipfile": '[packages]\nflask = "*"\n',
                "Pipfile.lock": '{\n    "default": {\n        "flask": {\n            "hashes": [],\n            "version": "==3.1.1"\n        }\n    }\n}',
            },
            "3.1.1",
        ),
        ({"requirements.in": "flask\n", "requirements.txt": "flask==3.0.3\n"}, "3.0.3"),
        ({"requirements.txt": "flask\n"}, None),
    ],
    ids=["uv", "pipenv", "compiled requirements", "nowhere"],
)
def test_the_lock_fixes_the_version_of_the_framework(make_repo: MakeRepo, files: Mapping[str, str], expected: str | None) -> None:
    assert surest(make_repo, {**files, "app.py": FLASK}, f.FRAMEWORK).version == expected


@pytest.mark.parametrize(("required", "code", "expected"), PORTS.values(), ids=PORTS)
def test_port_in_code(make_repo: MakeRepo, required: str, code: str, expected: tuple[int, Confidence] | None) -> None:
    files = {"requirements.txt": required, "main.py": code}
    found = [(fact.value, fact.confidence) for fact in facts(make_repo, files) if fact.key is f.PORT]
    assert max(found, key=lambda one: one[1], default=None) == expected


@pytest.mark.parametrize(("files", "expected"), FILES_WITH_PORTS.values(), ids=FILES_WITH_PORTS)
def test_port_in_files(make_repo: MakeRepo, files: Mapping[str, str], expected: int | None) -> None:
    assert surest(make_repo, {"requirements.txt": "flask\ngunicorn\n", "app.py": FLASK, **files}, f.PORT) == expected


def test_a_port_in_the_file_that_starts_counts_more(make_repo: MakeRepo) -> None:
    tool = "from flask import Flask\napp = Flask('x')\napp.run(port=9999)\n"
    files = {"requirements.txt": "flask\n", "main.py": FLASK + RUN.format("port=8080"), "tools/mock.py": tool}
    found = {fact.value: fact.confidence for fact in facts(make_repo, files) if fact.key is f.PORT}
    assert found[8080] > found[9999]


def test_the_prometheus_client_has_a_port_of_its_own(make_repo: MakeRepo) -> None:
    code = FLASK + "from prometheus_client import start_http_server\nstart_http_server(9102)\n"
    assert values(make_repo, {"requirements.txt": "flask\n", "app.py": code}, f.METRICS_PORT) == [9102]


@pytest.mark.parametrize(("files", "health", "ready", "metrics"), ROUTES.values(), ids=ROUTES)
def test_paths(make_repo: MakeRepo, files: Mapping[str, str], health: str | None, ready: str | None, metrics: str | None) -> None:
    seen = facts(make_repo, {"requirements.txt": "flask\n", **files})
    first = {
        key: next((fact.value for fact in seen if fact.key is key), None)
        for key in (f.HEALTH_PATH, f.READINESS_PATH, f.METRICS_PATH)
    }
    assert tuple(first.values()) == (health, ready, metrics)


@pytest.mark.parametrize(("code", "expected"), ENVIRONMENT.values(), ids=ENVIRONMENT)
def test_environment(make_repo: MakeRepo, code: str, expected: list[tuple[str, str | None, bool, bool]]) -> None:
    assert [tuple(variable) for variable in values(make_repo, {"requirements.txt": "", "app.py": code}, f.ENV)] == expected


@pytest.mark.parametrize(("required", "code", "expected"), BACKING.values(), ids=BACKING)
def test_backing(make_repo: MakeRepo, required: str, code: str, expected: list[str]) -> None:
    found = values(make_repo, {"requirements.txt": required, "app.py": code}, f.BACKING)
    assert [backing.kind for backing in found] == expected


@pytest.mark.parametrize(("files", "kind", "protocol"), KINDS.values(), ids=KINDS)
def test_kind(make_repo: MakeRepo, files: Mapping[str, str], kind: str | None, protocol: str | None) -> None:
    assert (surest(make_repo, files, f.KIND), surest(make_repo, files, f.PROTOCOL)) == (kind, protocol)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"app.py": ""}, None),
        ({"alembic.ini": "[alembic]\nscript_location = db/migrations\n", "app.py": ""}, "alembic: db/migrations"),
        ({"migrations/alembic.ini": "[alembic]\n", "app.py": ""}, "alembic: migrations"),
        ({"shop/migrations/0001_initial.py": "", "app.py": ""}, "django: shop/migrations"),
    ],
)
def test_migrations(make_repo: MakeRepo, files: Mapping[str, str], expected: str | None) -> None:
    assert surest(make_repo, {"requirements.txt": "django\nalembic\n", **files}, f.MIGRATIONS) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.py": "import shop_pb2\n", "shop_pb2.py": "", "gen.sh": "python -m grpc_tools.protoc x\n"}, []),
        ({"a.py": "import shop_pb2\n", "gen.sh": "python -m grpc_tools.protoc x\n"}, ["sh gen.sh"]),
        (
            {"a.py": "import shop_pb2\n", "shop.proto": ""},
            ["python -m grpc_tools.protoc -I. --python_out=. --grpc_python_out=. shop.proto"],
        ),
        ({"a.py": "import os\n", "shop.proto": ""}, []),
    ],
)
def test_generated_code_is_made_where_it_is_not_committed(
    make_repo: MakeRepo, files: Mapping[str, str], expected: list[str]
) -> None:
    assert values(make_repo, {"requirements.txt": "grpcio\ngrpcio-tools\n", **files}, f.CODEGEN) == expected
