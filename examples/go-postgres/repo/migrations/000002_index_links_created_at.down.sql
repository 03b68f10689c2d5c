DROP INDEX links_created_at;
