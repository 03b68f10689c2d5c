<?php

declare(strict_types=1);

use Acme\Coupons\Api;
use Acme\Coupons\Coupons;
use Acme\Coupons\Database;
use Acme\Coupons\Router;

require __DIR__ . '/../vendor/autoload.php';

$router = new Router();
$api = new Api(static fn (): Coupons => new Coupons(Database::connect()));

$router->get('/healthz', $api->alive(...));
$router->get('/readyz', $api->ready(...));
$router->put('/coupons/{code}', $api->put(...));
$router->get('/coupons/{code}', $api->show(...));

$path = (string) parse_url($_SERVER['REQUEST_URI'] ?? '/', PHP_URL_PATH);
[$status, $body] = $router->answer($_SERVER['REQUEST_METHOD'] ?? 'GET', $path, (string) file_get_contents('php://input'));

http_response_code($status);
header('Content-Type: application/json');
echo json_encode($body, JSON_THROW_ON_ERROR), "\n";
