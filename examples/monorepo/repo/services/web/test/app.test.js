import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { createApp } from "../src/app.js";

const answers = {
  "/prices/tea": [200, { cents: 450 }],
  "/prices/cup": [200, { cents: 1200 }],
  "/prices/bad": [500, {}],
  "/stock/tea": [200, { count: 3 }],
};

const listen = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = (server) => `http://127.0.0.1:${server.address().port}`;

const behind = createServer((request, response) => {
  const [status, body] = answers[request.url] ?? [404, {}];
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
});
let web;

before(async () => {
  await listen(behind);
  web = createServer(createApp({ pricesUrl: address(behind), stockUrl: address(behind) }));
  await listen(web);
});

after(() => {
  for (const server of [web, behind]) {
    server.close();
    server.closeAllConnections();
  }
});

for (const [path, status, body] of [
  ["/healthz", 200, { status: "ok" }],
  ["/products/tea", 200, { sku: "tea", cents: 450, available: true }],
  ["/products/cup", 200, { sku: "cup", cents: 1200, available: false }],
  ["/products/gold", 404, { error: "no such product" }],
  ["/products/bad", 502, { error: "a service behind this one does not answer" }],
]) {
  test(`GET ${path} is ${status}`, async (t) => {
    t.mock.method(console, "error", () => {});
    const answer = await fetch(address(web) + path);
    assert.equal(answer.status, status);
    assert.deepEqual(await answer.json(), body);
  });
}
