/**
 * The program of an instance that holds one database: it brings volume, server, configuration and users to what the
 * platform says, and may run any number of times and be killed at any moment. The engine's own part goes before it.
 * The data's volume is told by its id, formatted only when it is empty, and nothing is written where it is missing.
 */
export const STORED_SCRIPT = String.raw`#!/bin/sh
# platform-database prepare   before the server starts: volume, server, files
# platform-database access    every minute: files, and users of the running server
# platform-database refresh   files alone
set -eu
umask 077
. /etc/platform/settings
export AWS_DEFAULT_REGION HOME=/root
KEPT=/data/platform
DEVICE=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$(printf %s "$VOLUME" | tr -d -)
# Exists while the volume is being formatted, and so while nothing is on it.
FORMATTING=/var/lib/platform/formatting-$VOLUME

fail() {
  echo "platform-database: $*" >&2
  exit 1
}

. /etc/platform/engine

attached() {
  left=150
  until [ -b "$DEVICE" ]; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || fail "volume $VOLUME is not attached"
    sleep 2
  done
}

empty() {
  signatures=$(wipefs --noheadings "$DEVICE") && [ -z "$signatures" ] && cmp -s -n 16777216 "$DEVICE" /dev/zero
}

format() {
  if [ ! -e "$FORMATTING" ]; then
    label=$(blkid -p -o value -s LABEL "$DEVICE" || true)
    if [ "$label" = "$ENGINE" ]; then return; fi
    empty || fail "volume $VOLUME holds something that is not of $ENGINE, and is left as it is"
    mkdir -p /var/lib/platform
    : > "$FORMATTING"
    sync "$FORMATTING" /var/lib/platform
  fi
  mkfs.xfs -q -f -L "$ENGINE" "$DEVICE"
  rm "$FORMATTING"
  sync /var/lib/platform
}

volume() {
  attached
  mounted=$(findmnt -nro SOURCE --mountpoint /data || true)
  if [ -z "$mounted" ]; then
    format
    mkdir -p /data
    mount -t xfs -o noatime,nodev,nosuid,noexec "$DEVICE" /data
  elif [ "$mounted" != "$(readlink -f "$DEVICE")" ]; then
    fail "/data is $mounted, which is not volume $VOLUME"
  fi
  # It may have grown.
  xfs_growfs /data > /dev/null
}

directories() {
  mkdir -p "$KEPT" /data/store
  chmod 755 /data
  chmod 750 "$KEPT"
  chmod 700 /data/store
  # Another image may number users differently.
  chgrp -R "$OWNER" "$KEPT"
  if [ "$(stat -c %U /data/store)" != "$OWNER" ]; then chown -R "$OWNER:" /data/store; fi
}

# once FILE: a secret that is made here, one time, and stays with the data
once() {
  if [ -s "$1" ]; then return; fi
  made=$(openssl rand -hex 32)
  [ -n "$made" ] || fail "there is nothing random to be put into $1"
  printf '%s\n' "$made" > "$1.new"
  sync "$1.new"
  mv "$1.new" "$1"
}

# place FILE TEXT [MARK]: the file gets the text, whole or not at all; where that is a change, the mark is there first
place() {
  [ -n "$2" ] || fail "there is nothing to be put into $1"
  if [ "$2" = "$(cat "$1" 2> /dev/null || true)" ]; then return; fi
  printf '%s\n' "$2" > "$1.new"
  chgrp "$OWNER" "$1.new"
  chmod 640 "$1.new"
  if [ $# -gt 2 ]; then : > "$3"; fi
  mv "$1.new" "$1"
}

parameter() {
  aws ssm get-parameter --name "$PARAMETERS/$1" --query Parameter.Value --output text
}

# recent FILE: no older than an hour
recent() {
  [ -e "$1" ] && [ -z "$(find "$1" -mmin +60)" ]
}

certificate() {
  if openssl x509 -checkend 2592000 -noout -in "$KEPT/server.pem" > /dev/null 2>&1; then return; fi
  work=$(mktemp -d /run/platform-XXXXXX)
  trap 'rm -rf "$work"' EXIT
  printf %s "$(openssl rand -hex 32)" > "$work/word"
  exported=$(aws acm export-certificate --certificate-arn "$CERTIFICATE" --passphrase "fileb://$work/word" \
    --query '[PrivateKey, Certificate, CertificateChain]' --output text | tr '\t' '\n')
  key=$(printf '%s\n' "$exported" | openssl pkey -passin "file:$work/word")
  chain=$(printf '%s\n' "$exported" | sed -n '/BEGIN CERTIFICATE/,/END CERTIFICATE/p')
  [ -n "$key" ] && [ -n "$chain" ] || fail "AWS gave no certificate for $NAME"
  place "$KEPT/server.pem" "$key
$chain" "$KEPT/restart"
}

# credentials LIST: SERVICE PASSWORD WHAT-IT-MAY, a line each
credentials() {
  printf '%s\n' "$1" | while read -r service _version rule; do
    case $service in "#"* | "") continue ;; esac
    secret=$(aws secretsmanager get-secret-value --secret-id "$SECRETS/$service" --query SecretString --output text)
    password=$(printf '%s' "$secret" | sed -n 's/.*"password" *: *"\([A-Za-z0-9]*\)".*/\1/p')
    [ -n "$password" ] || fail "secret $SECRETS/$service holds no password of letters and digits"
    printf '%s %s %s\n' "$service" "$password" "$rule"
  done
}

# The list tells when a password has changed; once an hour they are looked at all the same.
users() {
  list=$(parameter users)
  if [ "$list" = "$(cat "$KEPT/users" 2> /dev/null || true)" ] && recent "$KEPT/users"; then return; fi
  known=$(credentials "$list")
  digest=$(printf '%s' "$known" | sha256sum)
  if [ "$digest" != "$(cat "$KEPT/applied" 2> /dev/null || true)" ]; then
    apply_users "$known"
    place "$KEPT/applied" "$digest"
  fi
  place "$KEPT/users" "$list"
  touch "$KEPT/users"
}

refresh() {
  text=$(parameter configuration)
  place "$KEPT/configuration" "$text" "$KEPT/restart"
  if ! recent "$KEPT/server.pem.seen"; then
    certificate
    : > "$KEPT/server.pem.seen"
  fi
  refresh_users
}

# CloudWatch has read what is in them a minute ago.
bound_logs() {
  for log in /var/log/platform/*.log; do
    if [ -n "$(find "$log" -size +20M 2> /dev/null)" ]; then : > "$log"; fi
  done
}

# The database goes on without it.
watch() {
  if [ -e /run/platform-watched ]; then return; fi
  { rpm -q amazon-cloudwatch-agent || dnf install -y amazon-cloudwatch-agent; } > /dev/null &&
    /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/etc/platform/agent.json > /dev/null &&
    : > /run/platform-watched
}

prepare() {
  volume
  sysctl -q -p /etc/sysctl.d/60-platform.conf
  systemd-tmpfiles --create /etc/tmpfiles.d/platform.conf
  install_server
  directories
  once "$KEPT/administrator"
  prepare_server
  # What it has had before is good enough while AWS does not answer.
  if ! "$0" refresh; then
    for file in configuration server.pem $NEEDED; do
      [ -s "$KEPT/$file" ] || fail "there is no $file yet"
    done
  fi
  rm -f "$KEPT/restart"
}

access() {
  bound_logs
  watch || echo "platform-database: the CloudWatch agent does not run yet" >&2
  findmnt -n --mountpoint /data > /dev/null || fail "volume $VOLUME is not mounted"
  xfs_growfs /data > /dev/null
  refresh
  if [ -e "$KEPT/restart" ]; then
    systemctl restart platform-database.service
    rm "$KEPT/restart"
  fi
  users
}

case $1 in
  prepare | access | refresh) "$1" ;;
  *) fail "usage: platform-database prepare|access|refresh" ;;
esac
`;
