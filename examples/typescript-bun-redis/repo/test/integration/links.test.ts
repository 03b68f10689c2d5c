import { randomUUID } from "node:crypto";

import { RedisClient } from "bun";
import { afterAll, describe, expect, test } from "bun:test";

import { redisLinks } from "../../src/links.ts";

const url = process.env.REDIS_URL;
if (!url && process.env.CI) {
  throw new Error("REDIS_URL is not set");
}

describe.skipIf(!url)("links in redis", () => {
  const client = new RedisClient(url ?? "");
  const prefix = `test-${randomUUID()}:`;
  const links = redisLinks(client, prefix);

  afterAll(() => client.close());

  test("answers", () => links.ping());

  test("a link that is not there is nothing", async () => {
    expect(await links.find("none")).toBeNull();
  });

  test("a link is found until it ends", async () => {
    await links.save("docs", "https://example.org/docs", 60);
    expect(await links.find("docs")).toBe("https://example.org/docs");
    const left = Number(await client.send("TTL", [`${prefix}docs`]));
    expect(left).toBeGreaterThan(50);
    expect(left).toBeLessThanOrEqual(60);
    await client.del(`${prefix}docs`);
  });
});
