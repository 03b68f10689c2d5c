CREATE TABLE IF NOT EXISTS stock (
    sku   text PRIMARY KEY,
    count integer NOT NULL CHECK (count >= 0)
);
