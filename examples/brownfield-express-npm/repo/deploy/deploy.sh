#!/bin/sh
# Run by ops: deploy/deploy.sh HOST
set -eu

host=${1:?usage: deploy.sh HOST}
scp deploy/docker-compose.prod.yml "$host:/srv/invoices/docker-compose.yml"
ssh "$host" 'cd /srv/invoices && docker compose pull && docker compose up -d'
