# frozen_string_literal: true

ENV["APP_ENV"] = "test"

require "rack/test"
require_relative "../lib/flags/app"
