import { expect, test } from "vitest";

import { loadConfig } from "../../src/config.js";

const REDIS_URL = "redis://localhost:6379";

test("defaults", () => {
  expect(loadConfig({ REDIS_URL })).toEqual({ port: 3000, host: "0.0.0.0", redisUrl: REDIS_URL, logLevel: "info" });
});

test.each([
  ["PORT", { REDIS_URL, PORT: "http" }],
  ["PORT", { REDIS_URL, PORT: "70000" }],
  ["REDIS_URL", {}],
])("a wrong %s stops the start", (name, env) => {
  expect(() => loadConfig(env)).toThrow(name);
});
