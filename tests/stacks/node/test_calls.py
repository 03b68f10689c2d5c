"""Whom a service asks: the address that the code names, and the variable that can say otherwise."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen.model import facts as f
from tests.conftest import MakeRepo
from tests.stacks.node.look import look, with_package

AXIOS = "const axios = require('axios');\n"
ENDPOINTS = "const util = require('util');\nconst domain = '';\nmodule.exports = { catalogueUrl: util.format('http://catalogue%s', domain) };"
GRPC = "const grpc = require('@grpc/grpc-js');\n"


@pytest.mark.parametrize(
    "files",
    [
        {"a.js": "fetch('/users')"},
        {"a.js": "// fetch('http://users/x')"},
        {"a.js": "const text = `fetch('http://users/x')`"},
        {"a.js": "console.log('http://users/x'); app.get('/x', h)"},
        {"a.js": AXIOS + "axios.get(url)"},
        {"test/a.test.js": "fetch('http://users/x')"},
        {"scripts/seed.js": "fetch('http://users/x')"},
        {"a.js": "new Thing(address, options)"},
    ],
)
def test_nobody(make_repo: MakeRepo, files: Mapping[str, str]) -> None:
    assert look(make_repo(with_package(files))).all(f.CALL) == ()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.js": "fetch('http://users:8080/x')"}, ("http", "users:8080", None, None)),
        ({"a.js": "fetch(`http://users/x/${id}`)"}, ("http", "users", None, None)),
        ({"a.js": "const host = process.env.USERS_HOST || 'users';\nfetch(`http://${host}:8080/x`)"}, ("http", "users", "USERS_HOST", None)),
        ({"a.js": "fetch(`${process.env.USERS_URL}/x`)"}, ("http", None, "USERS_URL", None)),
        ({"a.js": "const { USERS_URL } = process.env;\nfetch(USERS_URL + '/x')"}, ("http", None, "USERS_URL", None)),
        ({"a.js": "fetch(new URL('/x', process.env.USERS_URL ?? 'http://users'))"}, ("http", "users", "USERS_URL", None)),
        ({"a.js": AXIOS + "axios.post('http://users/x', body)"}, ("http", "users", None, None)),
        ({"a.js": AXIOS + "const api = axios.create({ baseURL: process.env.API_URL });"}, ("http", None, "API_URL", None)),
        ({"a.js": AXIOS + "axios({ method: 'post', url: 'https://api.stripe.com/v1' })"}, ("http", "api.stripe.com", None, None)),
        ({"a.js": "const got = require('got');\ngot.extend({ prefixUrl: 'http://users/' })"}, ("http", "users", None, None)),
        ({"a.js": "const http = require('http');\nhttp.request({ hostname: 'users', port: 80 }, done)"}, ("http", "users:80", None, None)),
        ({"a.js": "const r = require('request');\nr('http://' + host() + '/x'); r('http://users/x')"}, ("http", "users", None, None)),
        (
            {"a.js": "const request = require('request');\nconst e = require('./e');\nrequest(e.catalogueUrl + '/tags')", "e.js": ENDPOINTS},
            ("http", "catalogue", None, None),
        ),
        (
            {"a.ts": "import config from './config';\nfetch(`${config.apis.users.url}/x`)", "config.ts": "export default { apis: { users: { url: get('USERS_URL', 'http://users') } } }"},
            ("http", "users", "USERS_URL", None),
        ),
        ({"a.ts": "this.http.get(this.config.get<string>('USERS_URL') + '/x'); fetch(this.config.get('USERS_URL'))"}, ("http", None, "USERS_URL", None)),
        ({"a.js": "const { createProxyMiddleware: p } = require('x');\ncreateProxyMiddleware({ target: 'http://users' })"}, ("http", "users", None, None)),
        ({"a.js": GRPC + "new shop.CartService('cart:7070', grpc.credentials.createInsecure())"}, ("grpc", "cart:7070", None, "CartService")),
        (
            {"a.ts": GRPC + "new CartServiceClient(process.env.CART_ADDR, grpc.credentials.createInsecure())"},
            ("grpc", None, "CART_ADDR", "CartService"),
        ),
    ],
)  # fmt: skip
def test_whom(make_repo: MakeRepo, files: Mapping[str, str], expected: tuple[str | None, ...]) -> None:
    found = look(make_repo(with_package(files))).values(f.CALL)
    assert [tuple(call) for call in found] == [expected]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("server.addService(health.Health.service, h)", ()),
        ("// server.addService(shop.CartService.service, h)", ()),
        ("server.addService(shop.CartService.service, h)", ("CartService",)),
        ("server.addService(CartServiceService, h)", ("CartService",)),
        ("class A {\n  @GrpcMethod('CartService', 'Add')\n  add() {}\n}", ("CartService",)),
    ],
)
def test_services_of_grpc(make_repo: MakeRepo, code: str, expected: tuple[str, ...]) -> None:
    assert look(make_repo(with_package({"a.ts": code}))).values(f.GRPC_SERVICE) == expected
