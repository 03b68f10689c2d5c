<?php

declare(strict_types=1);

namespace Acme\Coupons\Tests\Integration;

use Acme\Coupons\Coupons;
use Acme\Coupons\Database;
use PHPUnit\Framework\TestCase;

final class CouponsTest extends TestCase
{
    private Coupons $coupons;

    protected function setUp(): void
    {
        if (getenv('DB_HOST') === false) {
            if (getenv('CI')) {
                self::fail('DB_HOST is not set');
            }
            self::markTestSkipped('DB_HOST is not set');
        }
        $database = Database::connect();
        $database->exec((string) file_get_contents(__DIR__ . '/../../migrations/001_coupons.sql'));
        $database->exec('DELETE FROM coupons');
        $this->coupons = new Coupons($database);
    }

    public function testACodeIsNewOnce(): void
    {
        self::assertTrue($this->coupons->put('SPRING10', 10));
        self::assertFalse($this->coupons->put('SPRING10', 15));
        self::assertSame(15, $this->coupons->percent('SPRING10'));
        self::assertSame(1, $this->coupons->count());
    }

    public function testAnUnknownCodeHasNoPercent(): void
    {
        self::assertNull($this->coupons->percent('NOBODY'));
    }
}
