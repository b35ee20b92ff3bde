#!/bin/sh
# Runs a command on two ranks of Open MPI that a slow link joins: two network namespaces, with a veth
# limited to RATE in each direction. Needs root, iproute2 and Open MPI.
# usage: two_namespaces.sh RATE COMMAND...      RATE: as tc takes it, such as 1gbit
set -eu
rate=$1
shift
first=retrograd$$a second=retrograd$$b
folder=$(mktemp -d)
tidy() {
  ip netns del "$first" 2>/dev/null || true
  ip netns del "$second" 2>/dev/null || true
  rm -rf "$folder"
}
trap tidy EXIT
trap 'exit 1' INT TERM HUP

ip netns add "$first"
ip netns add "$second"
ip link add "rg$$a" netns "$first" type veth peer name "rg$$b" netns "$second"
for side in a b; do
  space=retrograd$$$side
  [ "$side" = a ] && address=10.77.0.1 || address=10.77.0.2
  ip -n "$space" address add "$address/24" dev "rg$$$side"
  ip -n "$space" link set "rg$$$side" up
  ip -n "$space" link set lo up
  tc -n "$space" qdisc add dev "rg$$$side" root tbf rate "$rate" burst 256kb latency 20ms
done

# What mpirun starts the second daemon with. Another host name keeps both from sharing memory.
cat >"$folder/agent" <<EOF
#!/bin/sh
shift
exec ip netns exec $second unshare --uts sh -c "hostname $second; \$*"
EOF
chmod +x "$folder/agent"
as_root=
[ "$(id -u)" != 0 ] || as_root=--allow-run-as-root
ip netns exec "$first" unshare --uts sh -c 'hostname "$0" && exec "$@"' "$first" \
  "${MPIRUN:-mpirun.openmpi}" $as_root --bind-to none -H 10.77.0.1:1,10.77.0.2:1 \
  --mca plm_rsh_agent "$folder/agent" --mca pml ob1 --mca btl tcp,self \
  --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 "$@"
