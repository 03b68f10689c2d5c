import Fastify, { type FastifyInstance } from "fastify";

import type { Carts } from "./carts.js";

interface Item {
  sku: string;
  quantity: number;
}

const cartParams = {
  type: "object",
  properties: { cart: { type: "string", pattern: "^[a-z0-9-]{1,64}$" } },
} as const;

const item = {
  type: "object",
  required: ["sku", "quantity"],
  additionalProperties: false,
  properties: {
    sku: { type: "string", minLength: 1, maxLength: 64 },
    quantity: { type: "integer", minimum: 1, maximum: 99 },
  },
} as const;

export function buildApp(carts: Carts, logLevel = "info"): FastifyInstance {
  const app = Fastify({ logger: { level: logLevel }, bodyLimit: 16 * 1024 });

  app.get("/healthz", () => ({ status: "ok" }));

  app.get("/readyz", async (request, reply) => {
    try {
      await carts.ping();
    } catch (error) {
      request.log.warn({ err: error }, "not ready");
      return reply.code(503).send({ status: "redis does not answer" });
    }
    return { status: "ok" };
  });

  app.get<{ Params: { cart: string } }>("/carts/:cart", { schema: { params: cartParams } }, (request) =>
    carts.read(request.params.cart),
  );

  app.post<{ Params: { cart: string }; Body: Item }>(
    "/carts/:cart/items",
    { schema: { params: cartParams, body: item } },
    async (request, reply) => {
      const { sku, quantity } = request.body;
      const total = await carts.add(request.params.cart, sku, quantity);
      return reply.code(201).send({ sku, quantity: total });
    },
  );

  app.delete<{ Params: { cart: string } }>(
    "/carts/:cart",
    { schema: { params: cartParams } },
    async (request, reply) => {
      await carts.clear(request.params.cart);
      return reply.code(204).send();
    },
  );

  return app;
}
