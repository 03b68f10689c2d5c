<?php

declare(strict_types=1);

use Acme\Coupons\Database;

require __DIR__ . '/../vendor/autoload.php';

foreach (glob(__DIR__ . '/../migrations/*.sql') as $file) {
    Database::connect()->exec(file_get_contents($file));
    echo basename($file), "\n";
}
