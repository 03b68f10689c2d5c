CREATE INDEX links_created_at ON links (created_at);
