#!/usr/bin/env bash
set -euo pipefail
word=hello
echo "${word}"
