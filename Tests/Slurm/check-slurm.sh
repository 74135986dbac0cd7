#!/bin/sh
# Runs a sweep through a real Slurm on this machine: a cluster of two nodes, tasks killed, one node drained, the launcher closed and
# taken up again. Ends with the bytes of a local run, or says what is different.
#
# usage: check-slurm.sh PROGRAM     (as root, with slurmctld, slurmd, sbatch and munged installed: Debian's slurm-wlm and munge)
#
# `swift test` does not run this; without Slurm it says so and ends well.
set -eu
program=$(realpath "$1")
for needed in slurmctld slurmd sbatch squeue scancel scontrol munged; do
  command -v "$needed" > /dev/null || { echo "skipped: there is no $needed here"; exit 0; }
done
[ "$(id -u)" = 0 ] || { echo "skipped: a cluster of its own needs root"; exit 0; }

work=$(mktemp -d)
host=$(hostname -s)
cluster_pids=""
cleanup() {
  for pid in $cluster_pids; do kill "$pid" 2> /dev/null || true; done
  pkill -F "$work/munged.pid" 2> /dev/null || true
  for file in "$work"/*.pid; do [ -f "$file" ] && pkill -F "$file" 2> /dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# Munge with a key and a socket of its own.
mkdir -p "$work/munge" "$work/spool" "$work/state"
head -c 1024 /dev/urandom > "$work/munge/key"
chmod 0700 "$work/munge"
chmod 0400 "$work/munge/key"
chmod 0755 "$work"
munged --force --key-file="$work/munge/key" --socket="$work/munge.socket" --pid-file="$work/munged.pid" \
  --log-file="$work/munge/log" --seed-file="$work/munge/seed"

cat > "$work/slurm.conf" <<CONF
ClusterName=rl-lab
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool/%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1
ReturnToService=2
JobRequeue=0
KillWait=2
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
NodeName=one NodeHostname=$host NodeAddr=127.0.0.1 Port=16821 CPUs=1 State=UNKNOWN
NodeName=two NodeHostname=$host NodeAddr=127.0.0.1 Port=16822 CPUs=1 State=UNKNOWN
PartitionName=main Nodes=one,two Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
CONF
export SLURM_CONF="$work/slurm.conf"
mkdir -p "$work/spool/one" "$work/spool/two"
slurmctld -D > "$work/ctld.out" 2>&1 & cluster_pids="$cluster_pids $!"
for node in one two; do
  slurmd -D -N "$node" > "$work/slurmd-$node.out" 2>&1 & cluster_pids="$cluster_pids $!"
done
tries=0
until [ "$(sinfo --noheader --format '%T' --Node 2> /dev/null | grep -c idle)" = 2 ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || { echo "FAIL the cluster does not come up"; tail -5 "$work"/*.log; exit 1; }
  sleep 0.5
done
echo "a cluster of two nodes is up: $(sinfo --version)"

cat > "$work/sweep.json5" <<'CONFIG'
{
  name: "slurm-check",
  environment: "cliff-walking",
  algorithm: { id: "q-learning", gamma: 1 },
  budget: { steps: 12000000 },
  seeds: 6,
  record: { every: 100000 },
  sweep: { "algorithm.id": ["q-learning", "sarsa"], "algorithm.alpha": [0.1, 0.5] },
  launch: { tasks: 8, time: "5", partition: "main", poll: 0.5, retries: 5 },
}
CONFIG
cd "$work"
"$program" sweep sweep.json5 -o local --quiet > /dev/null
echo "the local run is done"

# Closed while it waits, then taken up again.
"$program" sweep sweep.json5 -o cluster --launcher slurm > first.out 2> first.err & launcher=$!
tries=0
until grep -q "slurm: job" first.err || [ "$tries" -ge 100 ]; do sleep 0.1; tries=$((tries + 1)); done
job=$(sed -n 's/^slurm: job \([0-9]*\):.*/\1/p' first.err)
kill -INT "$launcher"
code=0; wait "$launcher" || code=$?
[ "$code" = 130 ] || { echo "FAIL the closed launcher ended with $code"; cat first.err; exit 1; }
[ -n "$(squeue --noheader --jobs "$job")" ] || { echo "FAIL job $job went with its launcher"; exit 1; }
echo "job $job goes on without its launcher"

"$program" sweep sweep.json5 -o cluster --launcher slurm > second.out 2> second.err & launcher=$!
# Tasks are killed in different ways, and a node is drained and comes back.
sleep 1
scancel --signal=KILL --batch "${job}_1" 2> /dev/null || true
scancel "${job}_4" 2> /dev/null || true
scontrol update NodeName=two State=DRAIN Reason=check
sleep 2
scancel --signal=KILL --batch "$job" 2> /dev/null || true
scontrol update NodeName=two State=RESUME
code=0; wait "$launcher" || code=$?
[ "$code" = 0 ] || { echo "FAIL the launcher ended with $code"; cat second.err; tail -3 cluster/.slurm/*.log; exit 1; }
grep "^slurm: job" second.err
for file in curves.csv summary.csv values.csv; do
  cmp "local/$file" "cluster/$file" || { echo "FAIL $file differs"; exit 1; }
done
echo "PASS curves.csv, summary.csv and values.csv have the bytes of the local run"
