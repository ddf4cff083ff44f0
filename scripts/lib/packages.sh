# Debian packages by purpose; to be sourced. The list is packages.txt beside this file.
#
#   packages_ensure run build     installs what is missing of these purposes, and says so
#   packages_ensure_command node nodejs    the same for a program that may come from elsewhere

packages_list="$(dirname "${BASH_SOURCE[0]}")/packages.txt"

# The packages of the given purposes that are not installed, one a line.
packages_missing() {
  local purpose package status
  while read -r purpose package _; do
    [[ -z ${purpose} || ${purpose} == \#* ]] && continue
    [[ " $* " == *" ${purpose} "* ]] || continue
    status=$(dpkg-query -W -f '${db:Status-Status}' "${package}" 2>/dev/null) || status=""
    [[ ${status} == installed ]] || printf '%s\n' "${package}"
  done <"${packages_list}"
}

packages_install() {
  local -a as_root=()
  if ! command -v apt-get >/dev/null; then
    printf 'error: this needs %s, and there is no apt-get here to install it with.\n' "$*" >&2
    return 1
  fi
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      printf 'error: missing: %s\nInstall them as root: apt-get install %s\n' "$*" "$*" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  printf 'Installing %s\n' "$*"
  local log
  log=$(mktemp)
  local -a apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0)
  if ! { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "$@"; } >"${log}" 2>&1; then
    tail -n 30 "${log}" >&2
    rm -f "${log}"
    printf 'error: apt-get could not install: %s\n' "$*" >&2
    return 1
  fi
  rm -f "${log}"
}

packages_ensure() {
  if ! command -v dpkg-query >/dev/null; then
    printf 'error: this script installs what it needs on Debian; here, see %s and install the like.\n' "${packages_list}" >&2
    return 1
  fi
  local -a missing
  mapfile -t missing < <(packages_missing "$@")
  ((${#missing[@]} == 0)) || packages_install "${missing[@]}"
}

# packages_ensure_command <command> <package>: a program from anywhere is good enough.
packages_ensure_command() {
  command -v "$1" >/dev/null || packages_install "$2"
}
