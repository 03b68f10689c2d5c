import { expect, test } from "bun:test";

import { loadConfig } from "../../src/config.ts";

const REDIS_URL = "redis://localhost:6379";

test("the port is 3000 unless the environment says otherwise", () => {
  expect(loadConfig({ REDIS_URL }).port).toBe(3000);
  expect(loadConfig({ REDIS_URL, PORT: "8081" }).port).toBe(8081);
});

test.each([{}, { REDIS_URL, PORT: "http" }, { REDIS_URL, PORT: "70000" }])("%j stops the start", (env) => {
  expect(() => loadConfig(env)).toThrow();
});
