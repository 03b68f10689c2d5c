# frozen_string_literal: true

require "json"
require "redis"
require "sinatra/base"
require_relative "store"

module Flags
  # The HTTP interface.
  class App < Sinatra::Base
    NAME = /\A[a-z][a-z0-9-]{0,39}\z/

    set :store, -> { @store ||= Store.new(Redis.new(url: ENV.fetch("REDIS_URL", "redis://localhost:6379"), timeout: 2)) }

    before { content_type :json }

    get "/healthz" do
      JSON.generate(status: "up")
    end

    get "/readyz" do
      halt 503, JSON.generate(status: "down") unless settings.store.ready?
      JSON.generate(status: "up")
    end

    get "/flags" do
      JSON.generate(on: settings.store.all)
    end

    get "/flags/:name" do
      JSON.generate(name: flag, on: settings.store.on?(flag))
    end

    put "/flags/:name" do
      status settings.store.turn_on(flag) ? 201 : 200
      JSON.generate(name: flag, on: true)
    end

    delete "/flags/:name" do
      settings.store.turn_off(flag)
      status 204
    end

    private

    def flag
      name = params["name"]
      halt 400, JSON.generate(error: "a name has small letters, digits and hyphens") unless NAME.match?(name)
      name
    end
  end
end
