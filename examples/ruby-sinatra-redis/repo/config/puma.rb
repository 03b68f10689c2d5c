# frozen_string_literal: true

port ENV.fetch("PORT", 3000)
threads 1, ENV.fetch("THREADS", 5).to_i
workers ENV.fetch("WEB_CONCURRENCY", 0).to_i
