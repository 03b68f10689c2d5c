const fs = require('node:fs/promises');
const path = require('node:path');

const SCHEMA = path.join(__dirname, '..', 'db', 'schema.sql');

/** Invoices in PostgreSQL; `pool` is a pg.Pool. */
class Store {
  constructor(pool) {
    this.pool = pool;
  }

  async migrate() {
    await this.pool.query(await fs.readFile(SCHEMA, 'utf8'));
  }

  async ping() {
    await this.pool.query('SELECT 1');
  }

  // The row of the year is locked until the commit, and a failed insert gives the number back.
  async add({ year, customer, cents }) {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const counter = await client.query(
        'INSERT INTO counters (year, last) VALUES ($1, 1) ON CONFLICT (year) DO UPDATE SET last = counters.last + 1 RETURNING last',
        [year],
      );
      const number = counter.rows[0].last;
      await client.query('INSERT INTO invoices (year, number, customer, cents) VALUES ($1, $2, $3, $4)', [
        year,
        number,
        customer,
        cents,
      ]);
      await client.query('COMMIT');
      return { year, number, customer, cents };
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  async find(year, number) {
    const found = await this.pool.query(
      'SELECT year, number, customer, cents FROM invoices WHERE year = $1 AND number = $2',
      [year, number],
    );
    return found.rows[0] ?? null;
  }
}

module.exports = { Store };
