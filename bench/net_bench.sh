#!/bin/sh
# GET of 4 KiB, keep-alive, 32 connections: net_bench on one reactor beside nginx with one worker that serves the same
# bytes as a static file. The server is pinned to core 0 and wrk to core 1; the runs alternate, so that a noisy machine
# is noisy for both.
#   bench/net_bench.sh build/release/bench/net_bench [ROUNDS] [BYTES] [CONNECTIONS]
set -eu
program=$1 rounds=${2:-3} bytes=${3:-4096} connections=${4:-32}
dir=$(mktemp -d)
pids=
trap 'kill $pids 2>/dev/null; rm -rf "$dir"' EXIT
mkdir "$dir/html"
head -c "$bytes" /dev/zero | tr '\0' x >"$dir/html/f"
chmod -R a+rX "$dir"
cat >"$dir/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $dir/pid; error_log $dir/error.log;
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nodelay on; tcp_nopush on; keepalive_requests 1000000000;
  open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s;
  server { listen 127.0.0.1:18091; root $dir/html; } }
CONF
taskset -c 0 nginx -c "$dir/nginx.conf" & pids="$pids $!"
taskset -c 0 "$program" 600 "$bytes" 18090 1 >/dev/null & pids="$pids $!"
sleep 0.5
measure() { taskset -c 1 wrk -t1 "-c$connections" -d2 "$1" | awk '/Requests\/sec/ {print $2}'; }
for round in $(seq "$rounds"); do
  ours=$(measure http://127.0.0.1:18090/)
  theirs=$(measure http://127.0.0.1:18091/f)
  awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "net %.0f/s  nginx %.0f/s  ratio %.2f\n", a, b, a / b }'
done
