import { randomUUID } from "node:crypto";

import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { CART_LIFETIME_SECONDS, redisCarts } from "../../src/carts.js";

const url = process.env.REDIS_URL;
if (!url && process.env.CI) {
  throw new Error("REDIS_URL is not set");
}

describe.skipIf(!url)("carts in redis", () => {
  const client = createClient({ url: url!, socket: { reconnectStrategy: false } });
  const prefix = `test-${randomUUID()}:`;
  const carts = redisCarts(client, prefix);

  beforeAll(async () => {
    await client.connect();
  });
  afterAll(() => client.close());

  test("answers", () => carts.ping());

  test("an unknown cart is empty", async () => {
    expect(await carts.read("nobody")).toEqual({});
  });

  test("concurrent additions are all counted", async () => {
    await Promise.all(Array.from({ length: 20 }, () => carts.add("busy", "tea", 2)));
    expect(await carts.read("busy")).toEqual({ tea: 40 });
    await carts.clear("busy");
    expect(await carts.read("busy")).toEqual({});
  });

  test("a cart ends a day after the last change", async () => {
    expect(await carts.add("short", "tea", 1)).toBe(1);
    const left = await client.ttl(`${prefix}short`);
    expect(left).toBeGreaterThan(CART_LIFETIME_SECONDS - 60);
    expect(left).toBeLessThanOrEqual(CART_LIFETIME_SECONDS);
    await carts.clear("short");
  });
});
