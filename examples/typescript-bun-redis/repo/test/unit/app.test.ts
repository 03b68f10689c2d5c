import { describe, expect, test } from "bun:test";

import { buildApp } from "../../src/app.ts";
import type { Links } from "../../src/links.ts";

function inMemory(alive = true): Links {
  const stored = new Map<string, string>();
  return {
    async ping() {
      if (!alive) throw new Error("down");
    },
    async save(name, target) {
      stored.set(name, target);
    },
    find: async (name) => stored.get(name) ?? null,
  };
}

const put = (body: unknown) => ({ method: "PUT", body: JSON.stringify(body) });

describe("links", () => {
  test("a link is kept and followed", async () => {
    const app = buildApp(inMemory());
    const made = await app.request("/links/docs", put({ target: "https://example.org/docs", seconds: 60 }));
    expect(made.status).toBe(201);
    const followed = await app.request("/links/docs");
    expect([followed.status, followed.headers.get("location")]).toEqual([302, "https://example.org/docs"]);
  });

  test("an unknown link is not found", async () => {
    expect((await buildApp(inMemory()).request("/links/none")).status).toBe(404);
  });

  test.each([null, {}, { target: "nowhere", seconds: 1 }, { target: "https://example.org", seconds: 0 }])(
    "%j is refused",
    async (body) => {
      expect((await buildApp(inMemory()).request("/links/x", put(body))).status).toBe(400);
    },
  );
});

test("alive without the store, ready only with it", async () => {
  const app = buildApp(inMemory(false));
  expect((await app.request("/healthz")).status).toBe(200);
  expect((await app.request("/readyz")).status).toBe(503);
  expect((await buildApp(inMemory()).request("/readyz")).status).toBe(200);
});
