<?php

declare(strict_types=1);

namespace Acme\Coupons;

/** Finds the handler of a path. A handler takes the parameters of the path and the body; it gives a status and what to show. */
final class Router
{
    /** @var list<array{string, string, callable(array<string, string>, string): array{int, array<string, mixed>}}> */
    private array $routes = [];

    public function get(string $path, callable $handler): void
    {
        $this->routes[] = ['GET', $path, $handler];
    }

    public function put(string $path, callable $handler): void
    {
        $this->routes[] = ['PUT', $path, $handler];
    }

    /** @return array{int, array<string, mixed>} */
    public function answer(string $method, string $path, string $body = ''): array
    {
        $known = false;
        foreach ($this->routes as [$verb, $pattern, $handler]) {
            $expression = '#^' . preg_replace('/\\\{(\w+)\\\}/', '(?<$1>[^/]+)', preg_quote($pattern, '#')) . '$#D';
            if (preg_match($expression, $path, $found) !== 1) {
                continue;
            }
            if ($verb === $method) {
                return $handler(array_filter($found, 'is_string', ARRAY_FILTER_USE_KEY), $body);
            }
            $known = true;
        }

        return $known ? [405, ['error' => 'this is not done here']] : [404, ['error' => 'there is nothing here']];
    }
}
