import { createClient } from "redis";

import { buildApp } from "./app.js";
import { redisCarts } from "./carts.js";
import { loadConfig } from "./config.js";

const config = loadConfig(process.env);
const client = createClient({ url: config.redisUrl, disableOfflineQueue: true });
const app = buildApp(redisCarts(client), config.logLevel);
client.on("error", (error) => app.log.warn({ error: String(error) }, "redis"));

async function stop(signal: string): Promise<void> {
  app.log.info({ signal }, "shutting down");
  await app.close();
  client.destroy();
}

process.once("SIGTERM", (signal) => void stop(signal));
process.once("SIGINT", (signal) => void stop(signal));

// Not awaited: until Redis is there the service is alive, but not ready.
client.connect().catch((error: unknown) => app.log.warn({ error: String(error) }, "redis"));
await app.listen({ port: config.port, host: config.host });
