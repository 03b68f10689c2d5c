import { createClient } from "redis";

export interface Carts {
  /** Rejects when the store does not answer. */
  ping(): Promise<void>;
  /** Adds to what is already there; returns the new quantity. */
  add(cart: string, sku: string, quantity: number): Promise<number>;
  /** Quantity per SKU; an unknown cart is an empty one. */
  read(cart: string): Promise<Record<string, number>>;
  clear(cart: string): Promise<void>;
}

export const CART_LIFETIME_SECONDS = 24 * 60 * 60;

type Client = ReturnType<typeof createClient>;

export function redisCarts(client: Client, prefix = "cart:"): Carts {
  return {
    async ping() {
      await client.ping();
    },
    async add(cart, sku, quantity) {
      const [total] = await client
        .multi()
        .hIncrBy(prefix + cart, sku, quantity)
        .expire(prefix + cart, CART_LIFETIME_SECONDS)
        .execTyped();
      return total;
    },
    async read(cart) {
      const stored = await client.hGetAll(prefix + cart);
      return Object.fromEntries(Object.entries(stored).map(([sku, quantity]) => [sku, Number(quantity)]));
    },
    async clear(cart) {
      await client.del(prefix + cart);
    },
  };
}
