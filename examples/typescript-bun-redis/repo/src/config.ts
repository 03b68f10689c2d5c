export interface Config {
  port: number;
  redisUrl: string;
}

/** Reads the environment; a value that cannot be right stops the start. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const port = Number(env.PORT ?? 3000);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`PORT: ${JSON.stringify(env.PORT)} is not a port`);
  }
  const redisUrl = env.REDIS_URL;
  if (!redisUrl) {
    throw new Error("REDIS_URL: is required, for example redis://localhost:6379");
  }
  return { port, redisUrl };
}
