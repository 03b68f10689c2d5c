<?php

declare(strict_types=1);

namespace Acme\Coupons\Tests\Unit;

use Acme\Coupons\Api;
use Acme\Coupons\Coupons;
use Acme\Coupons\Router;
use PDOException;
use PHPUnit\Framework\TestCase;

final class ApiTest extends TestCase
{
    private Router $router;

    protected function setUp(): void
    {
        $this->router = self::over(new class extends Coupons {
            /** @var array<string, int> */
            private array $percents = [];

            public function __construct()
            {
            }

            public function put(string $code, int $percent): bool
            {
                $isNew = !isset($this->percents[$code]);
                $this->percents[$code] = $percent;

                return $isNew;
            }

            public function percent(string $code): ?int
            {
                return $this->percents[$code] ?? null;
            }

            public function count(): int
            {
                return count($this->percents);
            }
        });
    }

    private static function over(?Coupons $coupons): Router
    {
        $api = new Api(static fn (): Coupons => $coupons ?? throw new PDOException('nobody answers'));
        $router = new Router();
        $router->get('/healthz', $api->alive(...));
        $router->get('/readyz', $api->ready(...));
        $router->put('/coupons/{code}', $api->put(...));
        $router->get('/coupons/{code}', $api->show(...));

        return $router;
    }

    public function testACouponIsNewOnce(): void
    {
        self::assertSame(201, $this->router->answer('PUT', '/coupons/spring10', '{"percent": 10}')[0]);
        self::assertSame(200, $this->router->answer('PUT', '/coupons/SPRING10', '{"percent": 15}')[0]);
        self::assertSame([200, ['code' => 'SPRING10', 'percent' => 15]], $this->router->answer('GET', '/coupons/SPRING10'));
    }

    public function testWhatIsNoCouponIsRefused(): void
    {
        foreach (['{}', 'no', '{"percent": 0}', '{"percent": 91}', '{"percent": "10"}'] as $body) {
            self::assertSame(400, $this->router->answer('PUT', '/coupons/SPRING10', $body)[0], $body);
        }
        self::assertSame(400, $this->router->answer('PUT', '/coupons/a-b', '{"percent": 10}')[0]);
        self::assertSame(404, $this->router->answer('GET', '/coupons/NOBODY')[0]);
    }

    public function testOtherPathsAndMethods(): void
    {
        self::assertSame(404, $this->router->answer('GET', '/coupons')[0]);
        self::assertSame(405, $this->router->answer('DELETE', '/coupons/SPRING10')[0]);
    }

    public function testItIsAliveWithoutItsDatabaseAndNotReady(): void
    {
        self::assertSame(200, $this->router->answer('GET', '/readyz')[0]);
        $alone = self::over(null);
        self::assertSame(200, $alone->answer('GET', '/healthz')[0]);
        self::assertSame(503, $alone->answer('GET', '/readyz')[0]);
    }
}
