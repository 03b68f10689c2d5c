CREATE TABLE bookings (
    id        uuid PRIMARY KEY,
    room      text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL,
    booked_by text NOT NULL,
    CHECK (starts_at < ends_at)
);
