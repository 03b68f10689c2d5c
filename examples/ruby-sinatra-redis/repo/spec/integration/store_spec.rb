# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Flags::Store do
  subject(:store) { described_class.new(redis) }

  let(:redis) { Redis.new(url: ENV.fetch("REDIS_URL"), timeout: 2) }

  before { redis.del(described_class::KEY) }

  it "keeps what is on" do
    expect(store.turn_on("beta")).to be(true)
    expect(store.turn_on("beta")).to be(false)
    store.turn_on("alpha")
    expect(store.all).to eq(%w[alpha beta])
  end

  it "forgets what is turned off" do
    store.turn_on("beta")
    expect(store.turn_off("beta")).to be(true)
    expect(store.on?("beta")).to be(false)
  end

  it "is ready while Redis answers" do
    expect(store.ready?).to be(true)
    nobody = described_class.new(Redis.new(url: "redis://127.0.0.1:1", timeout: 0.2, reconnect_attempts: 0))
    expect(nobody.ready?).to be(false)
  end
end
