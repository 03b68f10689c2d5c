"""The routes that Python services register, and whom they call."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import Call
from tests.conftest import MakeRepo
from tests.stacks.python.seen import facts

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"
ROUTES: dict[str, tuple[dict[str, str], list[str]]] = {
    "none": ({"app.py": FLASK}, []),
    "a comment": ({"app.py": FLASK + '# @app.route("/x")\n'}, []),
    "a docstring": ({"app.py": FLASK + 'def x():\n    """\n    @app.route("/x")\n    """\n'}, []),
    "a test": ({"app.py": FLASK, "tests/test_x.py": '@app.route("/x")\ndef x(): ...\n'}, []),
    "generated": ({"app.py": FLASK, "x_pb2.py": '@app.route("/x")\ndef x(): ...\n'}, []),
    "clients and mocks": (
        {"app.py": FLASK + 'session.get("/x")\n\n@mock.patch("/y")\ndef y(): ...\n\n@responses.get("/z")\ndef z(): ...\n'},
        [],
    ),
    "flask": (
        {
            "app.py": FLASK + '@app.route("/a")\ndef a(): ...\n\n@app.route("/b/<id>", methods=["PUT", "DELETE"])\ndef b(): ...\n\n'
            '@app.post("/c")\ndef c(): ...\n\napp.add_url_rule("/d", "d", view)\n'
        },
        ["GET /a", "PUT /b/<id>", "DELETE /b/<id>", "POST /c", "GET /d"],
    ),
    "blueprint": (
        {
            "app.py": FLASK + 'from users import bp\napp.register_blueprint(bp, url_prefix="/api")\n',
            "users.py": 'from flask import Blueprint\nbp = Blueprint("users", __name__, url_prefix="/users")\n\n@bp.get("/<id>")\ndef u(): ...\n',
        },
        ["GET /api/users/<id>"],
    ),
    "a blueprint that nobody registers": (
        {
            "app.py": FLASK,
            "users.py": 'from flask import Blueprint\nbp = Blueprint("u", __name__)\n\n@bp.get("/u")\ndef u(): ...\n',
        },
        [],
    ),
    "fastapi": (
        {
            "main.py": FASTAPI
            + 'from users import router\napp.include_router(router, prefix="/v1")\n\n@app.get("/")\ndef root(): ...\n',
            "users.py": 'from fastapi import APIRouter\nrouter = APIRouter(prefix="/users")\n\n@router.post("")\nasync def add(): ...\n\n'
            '@router.websocket("/live")\nasync def live(): ...\n',
        },
        ["GET /", "POST /v1/users", "GET /v1/users/live"],
    ),
    "routers in a loop": (
        {
            "main.py": FASTAPI + "import users\nfor each in (users.router, other.router):\n    app.include_router(each)\n",
            "users.py": 'from fastapi import APIRouter\nrouter = APIRouter()\n\n@router.get("/users")\nasync def u(): ...\n',
        },
        ["GET /users"],
    ),
    "starlette": (
        {
            "app.py": "from starlette.applications import Starlette\nfrom starlette.routing import Mount, Route\n"
            'app = Starlette(routes=[Route("/a", a, methods=["POST"]), Mount("/api", routes=[Route("/b", b)])])\n'
        },
        ["POST /a", "* /api/b"],
    ),
    "django": (
        {
            "manage.py": "from django.core.management import execute_from_command_line\n",
            "shop/urls.py": 'from django.urls import include, path\nurlpatterns = [path("api/", include("users.urls")), '
            'path("v2/", include([path("z/", z)]))]\n',
            "users/urls.py": "from django.urls import path, re_path\n"
            'urlpatterns = [path("users/<int:pk>/", UserView.as_view()), re_path(r"^x$", x)]\n',
            "users/views.py": "class UserView(View):\n    def get(self, request): ...\n    def put(self, request): ...\n",
        },
        ["* /v2/z/", "GET /api/users/<int:pk>/", "PUT /api/users/<int:pk>/", "* /api/x"],
    ),
    "django, a list included twice": (
        {
            "manage.py": "from django.core.management import execute_from_command_line\n",
            "shop/urls.py": 'from django.urls import include, path\napi = [path("status/", s)]\n'
            'urlpatterns = [path("v1/", include(api)), path("v2/", include(api))]\n',
        },
        ["* /v1/status/", "* /v2/status/"],
    ),
    "a path of constants": (
        {
            "app.py": FLASK
            + 'PREFIX = "/internal"\n\n@app.get(f"{PREFIX}/health")\ndef a(): ...\n\n@app.get(PREFIX)\ndef b(): ...\n'
        },
        ["GET /internal/health", "GET /internal"],
    ),
    "aiohttp": (
        {
            "app.py": "from aiohttp import web\napp = web.Application()\nroutes = web.RouteTableDef()\n"
            'app.router.add_get("/a", a)\napp.router.add_route("PUT", "/b", b)\napp.add_routes([web.post("/c", c)])\n'
            'app.add_routes(routes)\n\n@routes.get("/d")\nasync def d(r): ...\n'
        },
        ["GET /a", "PUT /b", "POST /c", "GET /d"],
    ),
    "tornado": (
        {
            "app.py": 'import tornado.web\napp = tornado.web.Application([(r"/a", AHandler)])\n\n'
            "class AHandler(tornado.web.RequestHandler):\n    def post(self): ...\n"
        },
        ["POST /a"],
    ),
    "falcon": (
        {"app.py": 'import falcon\napp = falcon.App()\napp.add_route("/a", A())\n\nclass A:\n    def on_get(self, q, r): ...\n'},
        ["GET /a"],
    ),
    "bottle": (
        {"app.py": 'from bottle import get, route\n\n@route("/a")\ndef a(): ...\n\n@get("/b")\ndef b(): ...\n'},
        ["GET /a", "GET /b"],
    ),
    "flask-restful": (
        {
            "app.py": FLASK
            + 'from flask_restful import Api, Resource\napi = Api(app, prefix="/api")\napi.add_resource(Users, "/users")\n\n'
            "class Users(Resource):\n    def get(self): ...\n    def post(self): ...\n"
        },
        ["GET /api/users", "POST /api/users"],
    ),
}


@pytest.mark.parametrize("name", ROUTES)
def test_routes(make_repo: MakeRepo, name: str) -> None:
    files, expected = ROUTES[name]
    manifest = "flask\nfastapi\nstarlette\ndjango\naiohttp\ntornado\nfalcon\nbottle\n" if name == "none" else ""
    used = next(
        (word for word in ("fastapi", "starlette", "django", "aiohttp", "tornado", "falcon", "bottle") if word in str(files)),
        "flask",
    )
    seen = facts(make_repo, {"requirements.txt": manifest or f"{used}\n", **files})
    assert [f"{fact.value.method} {fact.value.path}" for fact in seen if fact.key is f.ROUTE] == expected


CALLS: dict[str, tuple[str, list[Call]]] = {
    "none": ('print("http://cart/x")\n', []),
    "this machine": ('requests.get("http://localhost:8080/x")\n', []),
    "a comment": ('# requests.get("http://cart/x")\n', []),
    "nothing known": ("requests.get(url)\n", []),
    "a mapping": ('session.get("user")\n', []),
    "an address": ('requests.get("http://cart:80/items")\n', [Call("http", "cart:80")]),
    "an f-string": (
        'HOST = os.getenv("CART_HOST", "cart")\nrequests.get(f"http://{HOST}:8080/items/{id}")\n',
        [Call("http", "cart", "CART_HOST")],
    ),
    "a sum": ('httpx.post(os.environ["CART_URL"] + "/items")\n', [Call("http", None, "CART_URL")]),
    "a format": ('requests.get("http://{}/x/{}".format(os.getenv("CART"), 1))\n', [Call("http", None, "CART")]),
    "a percent": ('requests.get("http://%s/x" % os.environ.get("CART"))\n', [Call("http", None, "CART")]),
    "a base": (
        'client = httpx.AsyncClient(base_url=os.environ.get("CART_URL") or "http://cart")\n',
        [Call("http", "cart", "CART_URL")],
    ),
    "flask's configuration": ('requests.get(current_app.config["CART_URL"] + "/x")\n', [Call("http", None, "CART_URL")]),
    "pydantic": (
        'class Settings(BaseSettings):\n    cart_url: str = "http://cart:80"\n\nrequests.get(f"{settings.cart_url}/x")\n',
        [Call("http", "cart:80", "CART_URL")],
    ),
    "a client class": (
        "class Cart:\n    def __init__(self, base):\n        self.base = base\n\n    def get(self):\n"
        '        return requests.get(f"{self.base}/x")\n\nCart(os.environ["CART_URL"])\n',
        [Call("http", None, "CART_URL")],
    ),
    "a setting of tests": (
        'class Config:\n    CART_URL = os.getenv("CART_URL")\n\nclass TestConfig(Config):\n    CART_URL = "http://test"\n\n'
        'requests.get(app.config["CART_URL"])\n',
        [Call("http", None, "CART_URL")],
    ),
    "grpc": (
        'channel = grpc.insecure_channel(os.environ["CART_ADDR"])\nstub = cart_pb2_grpc.CartServiceStub(channel)\n',
        [Call("grpc", None, "CART_ADDR", "CartService")],
    ),
    "a channel in a block": (
        'with grpc.insecure_channel("cart:1") as channel:\n    cart_pb2_grpc.CartStub(channel)\n',
        [Call("grpc", "cart:1", None, "Cart")],
    ),
    "the health of others": ("health_pb2_grpc.HealthStub(channel)\n", []),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(make_repo: MakeRepo, name: str) -> None:
    body, expected = CALLS[name]
    seen = facts(
        make_repo, {"requirements.txt": "requests\n", "shop.py": f"import os\nimport grpc\nimport httpx\nimport requests\n\n{body}"}
    )
    assert [fact.value for fact in seen if fact.key is f.CALL] == expected


def test_whom_a_load_generator_is_pointed_at(make_repo: MakeRepo) -> None:
    files = {
        "requirements.txt": "locust\n",
        "locustfile.py": "from locust import HttpUser\n\nclass User(HttpUser): ...\n",
        "Dockerfile": 'FROM python\n# locust --host=http://other\nENTRYPOINT locust --host="http://${FRONTEND_ADDR}" --headless\n',
    }
    (call,) = (fact for fact in facts(make_repo, files) if fact.key is f.CALL)
    assert (call.value, str(call.source)) == (Call("http", None, "FRONTEND_ADDR"), "Dockerfile:3")


def test_a_script_beside_the_server_calls_nobody(make_repo: MakeRepo) -> None:
    guard = 'if __name__ == "__main__":\n'
    files = {
        "requirements.txt": "grpcio\n",
        "server.py": f"import grpc\n{guard}    s = grpc.server(None)\n    cart_pb2_grpc.add_CartServicer_to_server(C(), s)\n    s.start()\n",
        "try_it.py": f'import grpc\n{guard}    cart_pb2_grpc.CartStub(grpc.insecure_channel("cart:1"))\n',
    }
    seen = facts(make_repo, files)
    assert [fact.value for fact in seen if fact.key is f.CALL] == []
    assert [fact.value for fact in seen if fact.key is f.GRPC_SERVICE] == ["Cart"]


REPEATED = {
    "calls in calls": "import requests\n" + "f(" * 4_000 + "requests.get(a)" + ")" * 4_000 + "\n",
    "a sum": 'import requests\nrequests.get("http://"' + "+a" * 20_000 + ")\n",
    "quotes": '"""' + '"\\' * 100_000,
    "routes": FLASK + '@app.get("/x")\ndef x(): ...\n' * 5_000,
}


@pytest.mark.parametrize("name", REPEATED)
def test_a_file_of_nothing_else_is_left(make_repo: MakeRepo, name: str) -> None:
    assert len(facts(make_repo, {"requirements.txt": "flask\nrequests\n", "app.py": REPEATED[name]})) < 1_100
