const { Pool } = require('pg');

const config = require('../src/config');
const { Store } = require('../src/store');

const pool = new Pool(config.db);
new Store(pool).migrate().finally(() => pool.end());
