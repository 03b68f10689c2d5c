<?php

declare(strict_types=1);

namespace Acme\Coupons;

use PDO;

/** The coupons, in one table. */
class Coupons
{
    public function __construct(private readonly PDO $database)
    {
    }

    /** Whether the code is new. */
    public function put(string $code, int $percent): bool
    {
        $query = $this->database->prepare(
            'INSERT INTO coupons (code, percent) VALUES (:code, :percent)
             ON CONFLICT (code) DO UPDATE SET percent = excluded.percent RETURNING (xmax = 0)::int'
        );
        $query->execute(['code' => $code, 'percent' => $percent]);

        return (int) $query->fetchColumn() === 1;
    }

    public function percent(string $code): ?int
    {
        $query = $this->database->prepare('SELECT percent FROM coupons WHERE code = :code');
        $query->execute(['code' => $code]);
        $found = $query->fetchColumn();

        return $found === false ? null : (int) $found;
    }

    public function count(): int
    {
        return (int) $this->database->query('SELECT count(*) FROM coupons')->fetchColumn();
    }
}
