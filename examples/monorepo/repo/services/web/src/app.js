import express from "express";

const TIMEOUT_MS = 2000;

async function ask(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (answer.status === 404) {
    return null;
  }
  if (!answer.ok) {
    throw new Error(`${url}: ${answer.status}`);
  }
  return answer.json();
}

/** The routes; `pricesUrl` and `stockUrl` are the addresses of the other two services. */
export function createApp({ pricesUrl, stockUrl }) {
  const app = express();
  app.disable("x-powered-by");

  app.get("/healthz", (_request, response) => {
    response.json({ status: "ok" });
  });

  app.get("/products/:sku", async (request, response) => {
    const sku = encodeURIComponent(request.params.sku);
    const [price, stock] = await Promise.all([ask(`${pricesUrl}/prices/${sku}`), ask(`${stockUrl}/stock/${sku}`)]);
    if (price === null) {
      response.status(404).json({ error: "no such product" });
      return;
    }
    response.json({ sku: request.params.sku, cents: price.cents, available: (stock?.count ?? 0) > 0 });
  });

  app.use((error, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    console.error(error);
    response.status(502).json({ error: "a service behind this one does not answer" });
  });

  return app;
}
