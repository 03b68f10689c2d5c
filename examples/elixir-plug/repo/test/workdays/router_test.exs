defmodule Workdays.RouterTest do
  use ExUnit.Case, async: true

  import Plug.Conn, only: [get_resp_header: 2]
  import Plug.Test

  defp get(path) do
    conn = Workdays.Router.call(conn(:get, path), Workdays.Router.init([]))
    {conn.status, conn.resp_body, conn}
  end

  test "is healthy" do
    assert {200, "ok", _} = get("/healthz")
  end

  test "counts workdays" do
    assert {200, body, conn} = get("/v1/workdays?from=2026-11-23&to=2026-11-29")
    assert Jason.decode!(body)["workdays"] == 5
    assert ["application/json" <> _] = get_resp_header(conn, "content-type")
  end

  test "names what is no date" do
    assert {400, ~s({"error":"to"}), _} = get("/v1/workdays?from=2026-11-23&to=soon")
    assert {400, ~s({"error":"day"}), _} = get("/v1/workdays/after/soon")
  end

  test "knows the day after a Friday" do
    assert {200, ~s({"day":"2026-11-30"}), _} = get("/v1/workdays/after/2026-11-27")
  end

  test "answers nothing else" do
    assert {404, _, _} = get("/")
  end
end
