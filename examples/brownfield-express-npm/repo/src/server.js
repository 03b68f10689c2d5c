const { Pool } = require('pg');

const { createApp } = require('./app');
const config = require('./config');
const { Store } = require('./store');

const pool = new Pool(config.db);
pool.on('error', (error) => console.error('database:', error.message));

const server = createApp(new Store(pool)).listen(config.port, () => {
  console.log(`invoices listens on ${config.port}`);
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close(() => pool.end());
    server.closeIdleConnections();
  });
}
