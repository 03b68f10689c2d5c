defmodule Workdays.Application do
  @moduledoc "Starts the server; in tests only those who ask for it start one."

  use Application

  @impl true
  def start(_type, _args) do
    children = if Application.fetch_env!(:workdays, :serve), do: [server()], else: []
    Supervisor.start_link(children, strategy: :one_for_one, name: Workdays.Supervisor)
  end

  defp server do
    {Bandit, plug: Workdays.Router, port: Application.fetch_env!(:workdays, :port)}
  end
end
