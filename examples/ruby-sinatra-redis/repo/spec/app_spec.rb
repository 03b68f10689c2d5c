# frozen_string_literal: true

require_relative "spec_helper"

RSpec.describe Flags::App do
  include Rack::Test::Methods

  # Flags in memory, with the answers of the one in Redis.
  memory = Class.new do
    attr_accessor :ready

    def initialize
      @names = []
      @ready = true
    end

    def turn_on(name)
      new = !@names.include?(name)
      @names |= [name]
      new
    end

    def turn_off(name) = !@names.delete(name).nil?

    def on?(name) = @names.include?(name)

    def all = @names.sort

    def ready? = @ready
  end

  let(:app) { described_class }
  let(:store) { memory.new }

  before { described_class.set(:store, store) }

  it "is alive without its store" do
    store.ready = false
    get "/healthz"
    expect(last_response.status).to eq(200)
  end

  it "is ready when its store is" do
    get "/readyz"
    expect(last_response.status).to eq(200)
    store.ready = false
    get "/readyz"
    expect(last_response.status).to eq(503)
  end

  it "creates a flag once" do
    put "/flags/new-checkout"
    expect(last_response.status).to eq(201)
    put "/flags/new-checkout"
    expect(last_response.status).to eq(200)
    get "/flags"
    expect(JSON.parse(last_response.body)).to eq("on" => ["new-checkout"])
  end

  it "turns a flag off" do
    put "/flags/beta"
    delete "/flags/beta"
    expect(last_response.status).to eq(204)
    get "/flags/beta"
    expect(JSON.parse(last_response.body)).to eq("name" => "beta", "on" => false)
  end

  it "refuses a name that is none" do
    put "/flags/Not%20a%20name"
    expect(last_response.status).to eq(400)
  end
end
