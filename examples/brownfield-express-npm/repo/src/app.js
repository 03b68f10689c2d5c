const express = require('express');

function problem({ customer, cents } = {}) {
  if (typeof customer !== 'string' || customer.trim() === '') {
    return 'customer is required';
  }
  if (!Number.isInteger(cents) || cents <= 0) {
    return 'cents must be a whole number above 0';
  }
  return null;
}

function createApp(store, now = () => new Date()) {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '16kb' }));

  app.get('/health', (req, res) => {
    res.json({ status: 'ok' });
  });

  app.get('/ready', (req, res) => {
    store.ping().then(
      () => res.json({ status: 'ok' }),
      () => res.status(503).json({ status: 'database does not answer' }),
    );
  });

  app.post('/invoices', (req, res, next) => {
    const wrong = problem(req.body);
    if (wrong) {
      return res.status(422).json({ error: wrong });
    }
    const { customer, cents } = req.body;
    return store
      .add({ year: now().getUTCFullYear(), customer: customer.trim(), cents })
      .then((invoice) => res.status(201).json(invoice))
      .catch(next);
  });

  app.get('/invoices/:year(\\d{4})/:number(\\d{1,9})', (req, res, next) => {
    store
      .find(Number(req.params.year), Number(req.params.number))
      .then((invoice) => (invoice ? res.json(invoice) : res.status(404).json({ error: 'no such invoice' })))
      .catch(next);
  });

  return app;
}

module.exports = { createApp };
