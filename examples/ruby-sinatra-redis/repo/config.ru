# frozen_string_literal: true

require_relative "lib/flags/app"

run Flags::App
