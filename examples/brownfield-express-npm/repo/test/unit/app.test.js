const request = require('supertest');

const { createApp } = require('../../src/app');

const DECEMBER = new Date('2025-12-31T23:59:59Z');

function memoryStore() {
  const invoices = [];
  return {
    invoices,
    up: true,
    async ping() {
      if (!this.up) {
        throw new Error('down');
      }
    },
    async add(invoice) {
      const numbered = { ...invoice, number: invoices.length + 1 };
      invoices.push(numbered);
      return numbered;
    },
    async find(year, number) {
      return invoices.find((invoice) => invoice.year === year && invoice.number === number) ?? null;
    },
  };
}

let store;
let app;

beforeEach(() => {
  store = memoryStore();
  app = createApp(store, () => DECEMBER);
});

test.each([
  ['/health', true, 200],
  ['/health', false, 200],
  ['/ready', true, 200],
  ['/ready', false, 503],
  ['/invoices/2025/1', true, 404],
  ['/invoices/1/x', true, 404],
])('GET %s, database %s: %i', async (path, up, status) => {
  store.up = up;
  expect((await request(app).get(path)).status).toBe(status);
});

test.each([
  [{ customer: ' ', cents: 1 }],
  [{ cents: 1 }],
  [{ customer: 'ada', cents: 0 }],
  [{ customer: 'ada', cents: 1.5 }],
  [{ customer: 'ada', cents: '1' }],
])('%j is refused', async (body) => {
  expect((await request(app).post('/invoices').send(body)).status).toBe(422);
  expect(store.invoices).toEqual([]);
});

test('an invoice gets the number and the year, in UTC', async () => {
  const created = await request(app).post('/invoices').send({ customer: ' ada ', cents: 1250 });
  expect(created.status).toBe(201);
  expect(created.body).toEqual({ year: 2025, number: 1, customer: 'ada', cents: 1250 });
  expect((await request(app).get('/invoices/2025/1')).body).toEqual(created.body);
});
