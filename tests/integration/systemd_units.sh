#!/usr/bin/env bash
# systemd's own opinion of our units: systemd_units.sh <build folder with greenroom.service> <greenroom binary>.
# The unit is staged below a temporary root, with a program where it expects one.
set -euo pipefail

units=$1
binary=$2
if ! command -v systemd-analyze >/dev/null; then
  echo 'SKIPPED: there is no systemd-analyze here (package systemd)'
  exit 77
fi

root=$(mktemp -d)
trap 'rm -rf "${root}"' EXIT
unit=${root}/greenroom.service
sed "s|^ExecStart=[^ ]*|ExecStart=${binary}|" "${units}/greenroom.service" >"${unit}"
grep -q "^ExecStart=${binary} serve" "${unit}" || { echo 'the unit does not start "greenroom serve"'; exit 1; }

# verify's exit code stays 0 for warnings, such as a directive that systemd does not know.
said=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "${unit}" 2>&1) || { echo "${said}"; exit 1; }
# Other units of this machine may be talked about, too.
said=$(grep -F "$(basename "${unit}")" <<<"${said}" || true)
if [[ -n ${said} ]]; then
  printf 'systemd-analyze verify:\n%s\n' "${said}"
  exit 1
fi

# Proof that the check above sees a fault.
sed 's/^KillMode=.*/KillMode=sometimes/' "${unit}" >"${root}/broken.service"
broken=$(systemd-analyze verify --man=no "${root}/broken.service" 2>&1 || true)
grep -qi 'broken.service.*kill mode' <<<"${broken}" || { echo 'a broken unit was not noticed'; exit 1; }

# The lower the better; 10 is no protection at all.
systemd-analyze security --offline=true --threshold=30 "${unit}" | tail -n 1

# The drop-in's lines are read as part of the unit.
mkdir "${unit}.d"
cp "$(dirname "$0")/../../systemd/isolated-users.conf" "${unit}.d/"
said=$(systemd-analyze verify --man=no "${unit}" 2>&1 | grep -F -e greenroom.service -e isolated-users || true)
[[ -z ${said} ]] || { printf 'with isolated-users.conf:\n%s\n' "${said}"; exit 1; }

# Stopping must leave time for draining: 20 s by default, and the browsers' own end.
stop=$(sed -n 's/^TimeoutStopSec=\([0-9]*\)s$/\1/p' "${unit}")
drain=$(sed -n 's/^  drain_deadline: \([0-9]*\)s$/\1/p' "$(dirname "$0")/../../config/default.yaml")
((stop > drain + 10)) || { echo "TimeoutStopSec=${stop}s leaves no time after drain_deadline ${drain}s"; exit 1; }

# sysusers and tmpfiles: tried on a root of their own, where that is allowed.
mkdir -p "${root}/fs/etc" "${root}/fs/usr/lib/sysusers.d" "${root}/fs/usr/lib/tmpfiles.d"
cp "$(dirname "$0")/../../systemd/greenroom.sysusers" "${root}/fs/usr/lib/sysusers.d/greenroom.conf"
cp "$(dirname "$0")/../../systemd/greenroom.tmpfiles" "${root}/fs/usr/lib/tmpfiles.d/greenroom.conf"
if ((EUID == 0)); then
  systemd-sysusers --root="${root}/fs" greenroom.conf
  grep -q '^greenroom:' "${root}/fs/etc/passwd" || { echo 'sysusers made no user'; exit 1; }
  systemd-tmpfiles --root="${root}/fs" --create greenroom.conf
  [[ $(stat -c %a "${root}/fs/etc/greenroom") == 750 ]] || { echo 'tmpfiles made no directory'; exit 1; }
fi
