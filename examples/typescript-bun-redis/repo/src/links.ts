import type { RedisClient } from "bun";

export interface Links {
  /** Rejects when the store does not answer. */
  ping(): Promise<void>;
  save(name: string, target: string, seconds: number): Promise<void>;
  /** Nothing for a link that is not there or has ended. */
  find(name: string): Promise<string | null>;
}

export function redisLinks(client: RedisClient, prefix = "link:"): Links {
  return {
    async ping() {
      await client.send("PING", []);
    },
    async save(name, target, seconds) {
      await client.send("SET", [prefix + name, target, "EX", String(seconds)]);
    },
    find: (name) => client.get(prefix + name),
  };
}
