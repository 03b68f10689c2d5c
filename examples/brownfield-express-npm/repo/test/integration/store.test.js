const { Pool } = require('pg');

const config = require('../../src/config');
const { Store } = require('../../src/store');

const withDatabase = process.env.DB_HOST || process.env.CI;

(withDatabase ? describe : describe.skip)('store', () => {
  const pool = new Pool(config.db);
  const store = new Store(pool);
  const year = 3000 + Math.floor(Math.random() * 1e6);

  beforeAll(() => store.migrate());
  afterAll(async () => {
    await pool.query('DELETE FROM invoices WHERE year = $1', [year]).catch(() => {});
    await pool.end();
  });

  test('answers', () => store.ping());

  test('numbers have no gaps, whoever comes first and whatever fails', async () => {
    const attempts = Array.from({ length: 20 }, (_, i) =>
      store.add({ year, customer: `c${i}`, cents: i % 4 === 0 ? -1 : i }).then(
        (invoice) => invoice.number,
        () => null,
      ),
    );
    const numbers = (await Promise.all(attempts)).filter((number) => number !== null);
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
  });

  test('finds what was added', async () => {
    const invoice = await store.add({ year, customer: 'ada', cents: 7 });
    expect(await store.find(year, invoice.number)).toEqual(invoice);
    expect(await store.find(year, 999999)).toBeNull();
  });
});
