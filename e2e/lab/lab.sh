#!/bin/sh
# Keeps one lab alive exactly as long as its parent: standard input is a pipe that the parent holds open.
# When it closes, for whatever reason, every process of the lab ends and its folder is removed.
# usage: lab.sh system DIR ROOT LIBVIRTD... | lab.sh session DIR LIBVIRTD...
set -u
mode=$1 dir=$2
shift 2
here=$(dirname "$0")
exec 3<&0 </dev/null

# Session mode has no PID namespace: end the daemon and the guests that carry this lab's folder in their command line.
end_session() {
  for file in "$dir"/run/libvirtd.pid "$dir"/run/libvirt/qemu/run/*.pid; do
    [ -f "$file" ] || continue
    pid=$(cat "$file")
    if grep -qaF "$dir" "/proc/$pid/cmdline" 2>/dev/null; then kill -KILL "$pid"; fi
  done
}

if [ "$mode" = system ]; then
  setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child \
    sh "$here/sandbox.sh" "$dir" "$@" 3<&- &
else
  setpriv --pdeathsig KILL sh "$here/session.sh" "$dir" "$@" 3<&- &
fi
body=$!

{
  cat <&3 >/dev/null
  : >"$dir/stopping"
  # The sandbox's first process takes its whole PID namespace with it.
  if [ -s "$dir/init.pid" ]; then kill -KILL "$(cat "$dir/init.pid")"; else kill -KILL "$body"; fi
} 2>/dev/null &
watcher=$!

wait "$body"
code=$?
kill "$watcher" 2>/dev/null
if [ "$mode" = session ]; then end_session; fi
# The folder of a lab that ended by itself is left to the parent, which reads the log in it.
if [ -e "$dir/stopping" ]; then rm -rf --one-file-system -- "$dir"; fi
exit "$code"
