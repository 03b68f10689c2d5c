"""The languages of the Erlang virtual machine: Elixir (mix), Erlang (rebar3), Gleam."""
