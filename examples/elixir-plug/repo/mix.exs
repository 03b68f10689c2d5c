defmodule Workdays.MixProject do
  use Mix.Project

  def project do
    [
      app: :workdays,
      version: "0.1.0",
      elixir: "~> 1.14",
      start_permanent: Mix.env() == :prod,
      deps: deps(),
      releases: [workdays: [include_executables_for: [:unix]]],
      test_coverage: [summary: [threshold: 80]]
    ]
  end

  def application do
    [
      mod: {Workdays.Application, []},
      extra_applications: [:logger]
    ]
  end

  defp deps do
    [
      {:bandit, "~> 1.12"},
      {:plug, "~> 1.18"},
      {:jason, "~> 1.4"}
    ]
  end
end
