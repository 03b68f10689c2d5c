defmodule Workdays.ServerTest do
  use ExUnit.Case

  @moduletag :integration

  test "answers over a real connection" do
    {:ok, _} = Application.ensure_all_started(:inets)
    server = start_supervised!({Bandit, plug: Workdays.Router, port: 0, ip: :loopback})
    {:ok, {address, port}} = ThousandIsland.listener_info(server)
    url = "http://#{:inet.ntoa(address)}:#{port}/v1/workdays/after/2026-11-27"
    assert {:ok, {{_, 200, _}, _, body}} = :httpc.request(String.to_charlist(url))
    assert Jason.decode!(body) == %{"day" => "2026-11-30"}
  end
end
