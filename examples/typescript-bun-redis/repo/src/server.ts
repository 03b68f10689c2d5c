import { RedisClient } from "bun";

import { buildApp } from "./app.ts";
import { loadConfig } from "./config.ts";
import { redisLinks } from "./links.ts";

const config = loadConfig(process.env);
const client = new RedisClient(config.redisUrl, { enableOfflineQueue: false });
const app = buildApp(redisLinks(client));

// Not awaited: until Redis is there the service is alive, but not ready.
client.connect().catch((error: unknown) => console.warn(`redis: ${String(error)}`));

const server = Bun.serve({ port: config.port, hostname: "0.0.0.0", fetch: app.fetch });
console.log(`listening on ${server.port}`);

async function stop(): Promise<void> {
  await server.stop();
  client.close();
  process.exit(0);
}

process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());
