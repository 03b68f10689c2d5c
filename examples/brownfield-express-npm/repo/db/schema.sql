CREATE TABLE IF NOT EXISTS counters (
    year integer PRIMARY KEY,
    last integer NOT NULL
);

CREATE TABLE IF NOT EXISTS invoices (
    year     integer NOT NULL,
    number   integer NOT NULL,
    customer text NOT NULL,
    cents    integer NOT NULL CHECK (cents > 0),
    PRIMARY KEY (year, number)
);
