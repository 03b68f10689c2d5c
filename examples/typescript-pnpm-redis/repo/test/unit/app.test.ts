import { afterEach, beforeEach, expect, test } from "vitest";

import { buildApp } from "../../src/app.js";
import type { Carts } from "../../src/carts.js";

class MemoryCarts implements Carts {
  up = true;
  readonly carts = new Map<string, Record<string, number>>();

  ping() {
    return this.up ? Promise.resolve() : Promise.reject(new Error("down"));
  }
  add(cart: string, sku: string, quantity: number) {
    const items = this.carts.get(cart) ?? {};
    items[sku] = (items[sku] ?? 0) + quantity;
    this.carts.set(cart, items);
    return Promise.resolve(items[sku]);
  }
  read(cart: string) {
    return Promise.resolve(this.carts.get(cart) ?? {});
  }
  clear(cart: string) {
    this.carts.delete(cart);
    return Promise.resolve();
  }
}

let carts: MemoryCarts;
let app: ReturnType<typeof buildApp>;

beforeEach(() => {
  carts = new MemoryCarts();
  app = buildApp(carts, "silent");
});

afterEach(() => app.close());

const add = (cart: string, payload: object) => app.inject({ method: "POST", url: `/carts/${cart}/items`, payload });

test.each([
  ["alive", "/healthz", true, 200],
  ["alive without redis", "/healthz", false, 200],
  ["ready", "/readyz", true, 200],
  ["not ready without redis", "/readyz", false, 503],
  ["a cart name with a space", "/carts/a%20b", true, 400],
])("%s", async (_name, url, up, status) => {
  carts.up = up;
  expect((await app.inject(url)).statusCode).toBe(status);
});

test("quantities add up", async () => {
  await add("c1", { sku: "tea", quantity: 2 });
  const answer = await add("c1", { sku: "tea", quantity: 3 });
  expect(answer.statusCode).toBe(201);
  expect(answer.json()).toEqual({ sku: "tea", quantity: 5 });
  expect((await app.inject("/carts/c1")).json()).toEqual({ tea: 5 });
});

test.each([{ sku: "tea" }, { sku: "", quantity: 1 }, { sku: "tea", quantity: 0 }, { sku: "tea", quantity: 100 }])(
  "%j is refused",
  async (payload) => {
    expect((await add("c1", payload)).statusCode).toBe(400);
    expect(carts.carts.size).toBe(0);
  },
);

test("a cleared cart is empty", async () => {
  await add("c1", { sku: "tea", quantity: 2 });
  expect((await app.inject({ method: "DELETE", url: "/carts/c1" })).statusCode).toBe(204);
  expect((await app.inject("/carts/c1")).json()).toEqual({});
});
