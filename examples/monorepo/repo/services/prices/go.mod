module example.org/acme/shop/services/prices

go 1.26.0
