<?php

declare(strict_types=1);

namespace Acme\Coupons;

use PDO;

final class Database
{
    public static function connect(): PDO
    {
        $host = getenv('DB_HOST') ?: 'localhost';
        $port = getenv('DB_PORT') ?: '5432';
        $name = getenv('DB_NAME') ?: 'coupons';

        return new PDO("pgsql:host=$host;port=$port;dbname=$name;connect_timeout=3", getenv('DB_USER') ?: 'coupons', getenv('DB_PASSWORD') ?: '');
    }
}
