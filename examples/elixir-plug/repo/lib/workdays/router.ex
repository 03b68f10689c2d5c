defmodule Workdays.Router do
  @moduledoc "The HTTP interface."

  use Plug.Router

  alias Workdays.Calendar

  plug(:match)
  plug(:fetch_query_params)
  plug(:dispatch)

  get "/healthz" do
    send_resp(conn, 200, "ok")
  end

  get "/v1/workdays" do
    with {:ok, from} <- date(conn, "from"),
         {:ok, to} <- date(conn, "to"),
         {:ok, count} <- Calendar.count(from, to, holidays()) do
      answer(conn, 200, %{from: from, to: to, workdays: count})
    else
      {:error, reason} -> answer(conn, 400, %{error: reason})
    end
  end

  get "/v1/workdays/after/:day" do
    case Date.from_iso8601(day) do
      {:ok, date} -> answer(conn, 200, %{day: Calendar.next(date, holidays())})
      {:error, _} -> answer(conn, 400, %{error: :day})
    end
  end

  match _ do
    answer(conn, 404, %{error: :not_found})
  end

  defp date(conn, name) do
    case Date.from_iso8601(Map.get(conn.query_params, name, "")) do
      {:ok, date} -> {:ok, date}
      {:error, _} -> {:error, name}
    end
  end

  defp holidays do
    :workdays |> Application.get_env(:holidays, "") |> Calendar.holidays()
  end

  defp answer(conn, status, body) do
    conn
    |> put_resp_content_type("application/json")
    |> send_resp(status, Jason.encode!(body))
  end
end
