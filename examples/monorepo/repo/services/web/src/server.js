import { createApp } from "./app.js";

function required(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name}: is required`);
  }
  return value;
}

const port = Number(process.env.PORT ?? 3000);
const app = createApp({ pricesUrl: required("PRICES_URL"), stockUrl: required("STOCK_URL") });
const server = app.listen(port, (error) => {
  if (error) {
    throw error;
  }
  console.log(`listening on ${port}`);
});

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => {
    server.close();
    server.closeIdleConnections();
  });
}
