use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use crate::store::{Parcel, Store};
use crate::weight::price;

#[derive(Deserialize)]
struct Order {
    address: String,
    grams: u32,
}

#[derive(Serialize)]
struct Sent {
    #[serde(flatten)]
    parcel: Parcel,
    cents: u32,
}

pub fn app(store: Store) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .nest("/parcels", parcels())
        .with_state(store)
}

fn parcels() -> Router<Store> {
    Router::new().route("/", post(send)).route("/{id}", get(find))
}

async fn ready(State(store): State<Store>) -> StatusCode {
    if store.is_ready().await {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

async fn send(
    State(store): State<Store>,
    Json(order): Json<Order>,
) -> Result<(StatusCode, Json<Sent>), StatusCode> {
    let grams = i32::try_from(order.grams).map_err(|_| StatusCode::UNPROCESSABLE_ENTITY)?;
    if order.address.trim().is_empty() || grams == 0 {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let parcel = store
        .add(&order.address, grams)
        .await
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok((
        StatusCode::CREATED,
        Json(Sent {
            parcel,
            cents: price(order.grams),
        }),
    ))
}

async fn find(State(store): State<Store>, Path(id): Path<i64>) -> Result<Json<Parcel>, StatusCode> {
    match store.find(id).await {
        Ok(Some(parcel)) => Ok(Json(parcel)),
        Ok(None) => Err(StatusCode::NOT_FOUND),
        Err(_) => Err(StatusCode::SERVICE_UNAVAILABLE),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use tower::ServiceExt;

    use super::app;
    use crate::store::Store;

    #[tokio::test]
    async fn an_order_without_an_address_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        let service = app(Store::open("postgres://nobody@127.0.0.1:1/none")?);
        let order = Request::post("/parcels")
            .header("content-type", "application/json")
            .body(Body::from(r#"{"address": " ", "grams": 100}"#))?;
        assert_eq!(
            service.oneshot(order).await?.status(),
            StatusCode::UNPROCESSABLE_ENTITY
        );
        Ok(())
    }

    #[tokio::test]
    async fn it_lives_without_a_database() -> Result<(), Box<dyn std::error::Error>> {
        let service = app(Store::open("postgres://nobody@127.0.0.1:1/none")?);
        let request = Request::get("/healthz").body(Body::empty())?;
        assert_eq!(service.oneshot(request).await?.status(), StatusCode::OK);
        Ok(())
    }
}
