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
taskset -c 0 "$program" 600 "$bytes" 18090 1 >/dev/null & ours_pid=$! pids="$pids $!"
sleep 0.5
theirs_pid=$(pgrep -P "$(cat "$dir/pid")")
ticks=$(getconf CLK_TCK)
cpu() { awk '{print $14 + $15}' "/proc/$1/stat"; }
# Prints requests a second, and the server's processor time for each in microseconds: the steadier of the two.
measure() {
  before=$(cpu "$1")
  taskset -c 1 wrk -t1 "-c$connections" -d2 "$2" >"$dir/wrk"
  after=$(cpu "$1")
  awk -v used=$((after - before)) -v ticks="$ticks" \
    '/requests in/ {n = $1} /Requests\/sec/ {printf "%.0f %.2f\n", $2, used / ticks * 1e6 / n}' "$dir/wrk"
}
for round in $(seq "$rounds"); do
  ours=$(measure "$ours_pid" http://127.0.0.1:18090/)
  theirs=$(measure "$theirs_pid" http://127.0.0.1:18091/f)
  echo "$ours $theirs" | awk '{
    printf "net %d/s %.1f us   nginx %d/s %.1f us   speed ratio %.2f   cpu ratio %.2f\n", $1, $2, $3, $4, $1 / $3, $2 / $4 }'
done
