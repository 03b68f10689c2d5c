//! Needs a PostgreSQL server: skipped without `DATABASE_URL`, but never where `CI` is set.

use parcels::store::Store;

async fn store() -> Result<Option<Store>, Box<dyn std::error::Error>> {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        assert!(std::env::var("CI").is_err(), "DATABASE_URL is not set");
        return Ok(None);
    };
    let store = Store::open(&url)?;
    store.migrate().await?;
    Ok(Some(store))
}

#[tokio::test]
async fn a_parcel_is_found_again() -> Result<(), Box<dyn std::error::Error>> {
    let Some(store) = store().await? else {
        return Ok(());
    };
    let sent = store.add("1 Harbour Road", 1200).await?;
    assert_eq!(store.find(sent.id).await?, Some(sent));
    Ok(())
}

#[tokio::test]
async fn a_parcel_that_nobody_sent_is_not_found() -> Result<(), Box<dyn std::error::Error>> {
    let Some(store) = store().await? else {
        return Ok(());
    };
    assert_eq!(store.find(-1).await?, None);
    assert!(store.is_ready().await);
    Ok(())
}
