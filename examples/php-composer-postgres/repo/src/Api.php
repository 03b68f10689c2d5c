<?php

declare(strict_types=1);

namespace Acme\Coupons;

use Closure;
use PDOException;

/** The HTTP interface. The store is opened when a request needs it. */
final class Api
{
    /** @param Closure(): Coupons $coupons */
    public function __construct(private readonly Closure $coupons)
    {
    }

    /** @return array{int, array<string, mixed>} */
    public function alive(): array
    {
        return [200, ['status' => 'up']];
    }

    /** @return array{int, array<string, mixed>} */
    public function ready(): array
    {
        try {
            ($this->coupons)()->count();
        } catch (PDOException) {
            return [503, ['status' => 'down']];
        }

        return [200, ['status' => 'up']];
    }

    /**
     * @param array<string, string> $parameters
     *
     * @return array{int, array<string, mixed>}
     */
    public function put(array $parameters, string $body): array
    {
        $code = self::code($parameters);
        $given = json_decode($body, true);
        $percent = is_array($given) ? ($given['percent'] ?? null) : null;
        if ($code === null || !is_int($percent) || $percent < 1 || $percent > 90) {
            return [400, ['error' => 'a code has 4 to 12 capitals and digits, and a percent is 1 to 90']];
        }
        $isNew = ($this->coupons)()->put($code, $percent);

        return [$isNew ? 201 : 200, ['code' => $code, 'percent' => $percent]];
    }

    /**
     * @param array<string, string> $parameters
     *
     * @return array{int, array<string, mixed>}
     */
    public function show(array $parameters): array
    {
        $code = self::code($parameters);
        $percent = $code === null ? null : ($this->coupons)()->percent($code);

        return $percent === null
            ? [404, ['error' => 'there is no such coupon']]
            : [200, ['code' => $code, 'percent' => $percent]];
    }

    /** @param array<string, string> $parameters */
    private static function code(array $parameters): ?string
    {
        $code = strtoupper($parameters['code'] ?? '');

        return preg_match('/^[A-Z0-9]{4,12}$/D', $code) === 1 ? $code : null;
    }
}
