import Config

config :workdays, serve: config_env() != :test
config :logger, level: :info
