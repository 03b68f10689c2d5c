import Config

config :workdays,
  port: String.to_integer(System.get_env("PORT", "8080")),
  holidays: System.get_env("HOLIDAYS", "")
