use serde::Serialize;
use sqlx::postgres::{PgPool, PgPoolOptions};

#[derive(Clone)]
pub struct Store {
    pool: PgPool,
}

#[derive(Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Parcel {
    pub id: i64,
    pub address: String,
    pub grams: i32,
}

impl Store {
    pub fn open(url: &str) -> Result<Self, sqlx::Error> {
        let pool = PgPoolOptions::new().max_connections(8).connect_lazy(url)?;
        Ok(Self { pool })
    }

    pub async fn migrate(&self) -> Result<(), sqlx::migrate::MigrateError> {
        sqlx::migrate!().run(&self.pool).await
    }

    pub async fn is_ready(&self) -> bool {
        sqlx::query("SELECT 1").execute(&self.pool).await.is_ok()
    }

    pub async fn add(&self, address: &str, grams: i32) -> Result<Parcel, sqlx::Error> {
        sqlx::query_as("INSERT INTO parcels (address, grams) VALUES ($1, $2) RETURNING id, address, grams")
            .bind(address)
            .bind(grams)
            .fetch_one(&self.pool)
            .await
    }

    pub async fn find(&self, id: i64) -> Result<Option<Parcel>, sqlx::Error> {
        sqlx::query_as("SELECT id, address, grams FROM parcels WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
    }
}
