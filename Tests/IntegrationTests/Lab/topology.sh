# What the lab is made of: names, addresses, links. Sourced by `lab`.
# shellcheck shell=bash

number=${ZONAL_LAB_NUMBER:-0}
if ! [[ $number =~ ^[0-9]{1,2}$ ]]; then
    echo "lab: ZONAL_LAB_NUMBER is '$number'; it must be a number from 0 to 99" >&2
    exit 2
fi
number=$((10#$number))
# Everything made here begins with this, so that `down` finds it after a crash too.
if ((number == 0)); then prefix=zl-; else prefix=zl$number-; fi
state=/run/zonal-lab/$number

all_workloads="a1 a2 a3 b1 b2 b3"
all_namespaces="h1 h2 $all_workloads"
declare -A host_of=([a1]=h1 [a2]=h1 [a3]=h1 [b1]=h2 [b2]=h2 [b3]=h2)
# The last number of a workload's IPv4, IPv6 and MAC address.
declare -A last=([a1]=11 [a2]=12 [a3]=13 [b1]=21 [b2]=22 [b3]=23)
declare -A underlay=([h1]=172.31.255.1 [h2]=172.31.255.2)
# The collector's address in the root namespace, and the two small networks that lead there.
collector=198.18.$number.1
declare -A manager=([h1]=$collector [h2]=198.18.$number.5)
declare -A managed=([h1]=198.18.$number.2 [h2]=198.18.$number.6)
vni=5001
# A VXLAN header round an inner packet takes 50 octets of the underlay's 1500.
mtu=1450

# A version manager's shim in front of python3 would start a shell for every call.
python=/usr/bin/python3
[[ -x $python ]] || python=python3
export PYTHONDONTWRITEBYTECODE=1

fail() { echo "lab: $*" >&2; exit 1; }

in_ns() { ip netns exec "$prefix$1" "${@:2}"; }

address() { if [[ $2 == 4 ]]; then echo "10.50.0.${last[$1]}"; else echo "fd50::${last[$1]}"; fi; }

# The 20 further IPv4 addresses on host 1, comma-separated.
extra_addresses() { local list; list=$(printf '10.50.0.%d,' {101..120}); echo "${list%,}"; }

namespaces() { ip netns list 2> /dev/null | awk -v p="$prefix" 'index($1, p) == 1 { print $1 }'; }

# until_true SECONDS COMMAND…: asks again and again until the command succeeds or the time is over.
until_true() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}

need() {
    [[ $EUID == 0 ]] || fail "root is needed to make network namespaces: run it with sudo"
    local tool missing=()
    for tool in ip nft ethtool ping flock ss "$python"; do
        command -v "$tool" > /dev/null || missing+=("$tool")
    done
    ((${#missing[@]} == 0)) || fail "missing: ${missing[*]}; '.ci/setup --test' in the project's folder installs them"
}

# One `up` or `down` at a time. The lock goes with this process.
lock() {
    mkdir -p "$(dirname "$state")"
    exec 9> "$state.lock"
    flock -w 60 9 || fail "another lab command has held $state.lock for a minute"
}

require_up() { [[ -e $state/up ]] || fail "the lab is not up: run 'lab up' first"; }

no_process_in() { [[ -z $(ip netns pids "$1" 2> /dev/null) ]]; }

end_processes_in() {
    local signal pids
    for signal in TERM KILL; do
        pids=$(ip netns pids "$1" 2> /dev/null) || true
        [[ -n $pids ]] || return 0
        # shellcheck disable=SC2086
        kill -"$signal" $pids 2> /dev/null || true
        until_true 5 no_process_in "$1" && return 0
    done
    fail "a process in namespace $1 does not end: $(ip netns pids "$1" | tr '\n' ' ')"
}

# Programs outside the namespaces that belong to the lab (a collector, a syslog receiver) bear the lab's prefix in the
# environment variable ZONAL_LAB_MEMBER; they go with the lab.
members() { { grep -lsz "^ZONAL_LAB_MEMBER=$prefix\$" /proc/[0-9]*/environ || true; } | cut -d / -f 3 | grep -vx "$$" || true; }

no_members() { [[ -z $(members) ]]; }

end_members() {
    local signal pids
    for signal in TERM KILL; do
        pids=$(members)
        [[ -n $pids ]] || return 0
        # shellcheck disable=SC2086
        kill -"$signal" $pids 2> /dev/null || true
        until_true 5 no_members && return 0
    done
    fail "a program of the lab does not end: $(members | tr '\n' ' ')"
}

link_is_gone() { ! ip link show dev "$1" > /dev/null 2>&1; }

# Takes everything away that bears the prefix, whoever left it. Does nothing where there is nothing.
take_down() {
    local ns link
    end_members
    for ns in $(namespaces); do end_processes_in "$ns"; done
    for ns in $(namespaces); do ip netns del "$ns"; done
    for link in "${prefix}mgmt1" "${prefix}mgmt2"; do
        # It goes with its peer, a moment later; one whose peer was never moved out must be told.
        until_true 2 link_is_gone "$link" || ip link del "$link" 2> /dev/null || true
    done
    rm -rf "$state"
}

# set_key NS KEY VALUE: KEY is a path below /proc/sys; one that this kernel lacks is left out.
set_key() { in_ns "$1" sh -c 'if [ -e "/proc/sys/$1" ]; then echo "$2" > "/proc/sys/$1"; fi' sh "$2" "$3"; }

make_lab() {
    local name
    for name in $all_namespaces; do
        ip netns add "$prefix$name"
        ip -n "$prefix$name" link set lo up
    done
    ip link add underlay0 netns "${prefix}h1" type veth peer name underlay0 netns "${prefix}h2"
    make_host h1 "${underlay[h2]}" "${prefix}mgmt1"
    make_host h2 "${underlay[h1]}" "${prefix}mgmt2"
    for name in $all_workloads; do make_workload "$name"; done
    # The addresses that only the horizontal scan asks for.
    local extra at=0 holders=(a1 a2 a3)
    for extra in $(extra_addresses | tr ',' ' '); do
        ip -n "$prefix${holders[at++ % 3]}" addr add "$extra/24" dev eth0
    done
}

make_host() { # HOST, the other host's underlay address, the management link's end in the root namespace
    local host=$1 far=$2 root_end=$3 ns=$prefix$1
    # The host switches; its own addresses are on the underlay and the management link, IPv4 only.
    set_key "$host" net/ipv6/conf/all/disable_ipv6 1
    set_key "$host" net/ipv6/conf/default/disable_ipv6 1
    # Bridged packets stay off the IP hooks, which may put fragments together.
    set_key "$host" net/bridge/bridge-nf-call-iptables 0
    set_key "$host" net/bridge/bridge-nf-call-ip6tables 0

    ip -n "$ns" addr add "${underlay[$host]}/30" dev underlay0
    ip -n "$ns" link set underlay0 mtu 1500 up
    ip -n "$ns" link add br0 mtu $mtu type bridge stp_state 0 forward_delay 0 mcast_snooping 0
    ip -n "$ns" link add vxlan0 mtu $mtu type vxlan \
        id $vni dstport 4789 local "${underlay[$host]}" remote "$far" dev underlay0
    ip -n "$ns" link set vxlan0 master br0 up
    ip -n "$ns" link set br0 up

    ip link add "$root_end" type veth peer name mgmt0 netns "$ns"
    ip addr add "${manager[$host]}/30" dev "$root_end"
    ip link set "$root_end" up
    ip -n "$ns" addr add "${managed[$host]}/30" dev mgmt0
    ip -n "$ns" link set mgmt0 up
    [[ ${manager[$host]} == "$collector" ]] || ip -n "$ns" route add "$collector/32" via "${manager[$host]}"
}

make_workload() {
    local name=$1 ns=$prefix$1 host=${host_of[$1]}
    ip link add "veth-$name" netns "$prefix$host" mtu $mtu type veth peer name eth0 mtu $mtu netns "$ns"
    ip -n "$ns" link set eth0 address "02:5a:4c:00:00:${last[$name]}"
    # An address that waits for duplicate detection cannot be used yet.
    set_key "$name" net/ipv6/conf/eth0/accept_dad 0
    set_key "$name" net/ipv6/conf/eth0/accept_ra 0
    # Small windows: what is under way at once must fit the kernel's backlog queue (1,000 packets), or it drops
    # packets between the sender's counter and the capture.
    set_key "$name" net/ipv4/tcp_rmem "4096 65536 131072"
    set_key "$name" net/ipv4/tcp_wmem "4096 65536 131072"
    # Nobody remembers anything of earlier rounds.
    set_key "$name" net/ipv4/tcp_no_metrics_save 1
    ip -n "$ns" addr add "$(address "$name" 4)/24" dev eth0
    ip -n "$ns" addr add "$(address "$name" 6)/64" dev eth0 nodad
    ip -n "$ns" link set eth0 up
    ip -n "$prefix$host" link set "veth-$name" master br0 up
}

# set_offloads on|off: with offloads, TCP hands over super-packets, which cross veth, bridge, VXLAN and underlay
# whole; without, every packet fits the MTU.
#
# Without offloads TCP still builds super-packets and cuts them below the counters of the output hook, so it is
# told to build single segments (gso_max_segs 1). Receive offload (GRO) is off in both modes: it may join packets
# between the sender and the capture, and then there is no one truth.
set_offloads() {
    local mode=$1 segments=65535 name link
    [[ $mode == on || $mode == off ]] || fail "offloads are on or off, not '$mode'"
    [[ $mode == on ]] || segments=1
    for name in $all_workloads; do
        ip -n "$prefix$name" link set eth0 gso_max_segs $segments
        switch_offloads "$name" eth0 "$mode"
        switch_offloads "${host_of[$name]}" "veth-$name" "$mode"
    done
    for name in h1 h2; do
        for link in underlay0 vxlan0 br0; do switch_offloads "$name" "$link" "$mode"; done
    done
}

switch_offloads() { # NS LINK on|off
    local feature
    for feature in rx tx sg tso gso; do
        # What a kind of link has fixed stays as it is; what matters is read back below.
        in_ns "$1" ethtool -K "$2" "$feature" "$3" > /dev/null 2>&1 || true
    done
    in_ns "$1" ethtool -K "$2" tx-udp_tnl-segmentation "$3" tx-udp_tnl-csum-segmentation "$3" > /dev/null 2>&1 || true
    in_ns "$1" ethtool -K "$2" gro off > /dev/null 2>&1 || true
    local features
    features=$(in_ns "$1" ethtool -k "$2")
    grep -q "^tcp-segmentation-offload: $3" <<< "$features" &&
        grep -q "^generic-segmentation-offload: $3" <<< "$features" &&
        grep -q "^generic-receive-offload: off" <<< "$features" ||
        fail "the offloads of $2 in $1 cannot be switched $3"
}

status() {
    if [[ ! -e $state/up ]]; then
        echo "lab $number: down, $(namespaces | wc -l) namespaces left"
        return
    fi
    local name lost
    echo "lab $number: up, offloads $(cat "$state/up"); collectors are reached at $collector"
    for name in $all_namespaces; do
        lost=$(ip -n "$prefix$name" -s -j link |
            "$python" -c 'import json, sys
print(sum(link["stats64"][way]["dropped"] for link in json.load(sys.stdin) for way in ("rx", "tx")))')
        echo "$prefix$name: $(ip netns pids "$prefix$name" | wc -l) processes, $lost packets lost"
    done
}
