# frozen_string_literal: true

module Flags
  # Which flags are on: a set in Redis.
  class Store
    KEY = "flags:on"

    def initialize(redis)
      @redis = redis
    end

    # Whether the flag was off before.
    def turn_on(name)
      @redis.sadd?(KEY, name)
    end

    def turn_off(name)
      @redis.srem?(KEY, name)
    end

    def on?(name)
      @redis.sismember(KEY, name)
    end

    def all
      @redis.smembers(KEY).sort
    end

    def ready?
      @redis.ping == "PONG"
    rescue Redis::BaseError
      false
    end
  end
end
