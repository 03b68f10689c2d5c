from typing import Protocol

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from stock.store import OutOfStock


class Stock(Protocol):
    def ping(self) -> None: ...
    def count(self, sku: str) -> int: ...
    def change(self, sku: str, by: int) -> int: ...


def create_app(stock: Stock) -> Flask:
    app = Flask("stock")

    @app.get("/healthz")
    def healthz() -> ResponseReturnValue:
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz() -> ResponseReturnValue:
        try:
            stock.ping()
        except Exception as error:
            app.logger.warning("not ready: %s", error)
            return {"status": "database does not answer"}, 503
        return {"status": "ok"}

    @app.get("/stock/<sku>")
    def count(sku: str) -> ResponseReturnValue:
        return jsonify(sku=sku, count=stock.count(sku))

    @app.post("/stock/<sku>")
    def change(sku: str) -> ResponseReturnValue:
        by = (request.get_json(silent=True) or {}).get("by")
        if not isinstance(by, int) or isinstance(by, bool) or by == 0:
            return {"error": "'by' must be a whole number, not 0"}, 422
        try:
            return jsonify(sku=sku, count=stock.change(sku, by))
        except OutOfStock:
            return {"error": "out of stock"}, 409

    return app
