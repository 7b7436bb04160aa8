import { REDIS_DEFAULT_RULES } from "../../model/redis-access.ts";

/** Redis's part of the program on its instance: Valkey, from the distribution's own repository. */
export const REDIS_SCRIPT = String.raw`install_server() {
  rpm -q valkey > /dev/null || dnf install -y valkey
}

prepare_server() { :; }

# The server reads its users when it starts.
refresh_users() { users; }

hashed() { sha256sum | cut -c 1-64; }

acl() {
  echo "user default ${REDIS_DEFAULT_RULES}"
  administrator=$(cat "$KEPT/administrator")
  echo "user platform on ~* &* +@all #$(printf %s "$administrator" | hashed)"
  printf '%s\n' "$1" | while read -r service password rule; do
    [ -z "$service" ] || echo "user $service on $rule #$(printf %s "$password" | hashed)"
  done
}

apply_users() {
  text=$(acl "$1")
  place "$KEPT/users.acl" "$text"
  [ -S /run/platform/redis.sock ] || return 0
  answers=$(printf 'AUTH platform %s\nACL LOAD\n' "$(cat "$KEPT/administrator")" | valkey-cli -s /run/platform/redis.sock | tr '\n' ' ')
  [ "$answers" = "OK OK " ] || fail "the server does not take its users: $answers"
}
`;
