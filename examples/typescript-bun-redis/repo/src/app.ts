import { Hono } from "hono";

import type { Links } from "./links.ts";

const LONGEST = 30 * 24 * 60 * 60;
const NAME = /^[a-z0-9-]{1,64}$/;

export function buildApp(links: Links): Hono {
  const app = new Hono();

  app.get("/healthz", (context) => context.json({ status: "ok" }));

  app.get("/readyz", async (context) => {
    try {
      await links.ping();
    } catch {
      return context.json({ status: "redis does not answer" }, 503);
    }
    return context.json({ status: "ok" });
  });

  app.put("/links/:name", async (context) => {
    const name = context.req.param("name");
    const body: unknown = await context.req.json().catch(() => null);
    const { target, seconds } = (body ?? {}) as { target?: unknown; seconds?: unknown };
    if (!NAME.test(name) || typeof target !== "string" || !URL.canParse(target)) {
      return context.json({ problem: "a name and an address are needed" }, 400);
    }
    if (typeof seconds !== "number" || !Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST) {
      return context.json({ problem: `seconds: 1 to ${LONGEST}` }, 400);
    }
    await links.save(name, target, seconds);
    return context.json({ name, target, seconds }, 201);
  });

  app.get("/links/:name", async (context) => {
    const target = await links.find(context.req.param("name"));
    return target === null ? context.json({ problem: "no such link" }, 404) : context.redirect(target);
  });

  return app;
}
