/**
 * What makes the users of a MySQL database, in a container with its client. Any number of times: each user of `USERS`
 * gets its present password (`PASSWORD_1`, `PASSWORD_2`, in the same order) and all rights in the schema, because
 * services migrate, and none elsewhere; those of an earlier run that are not among them go. It keeps a list of those it
 * has made, so that users whom people add by hand stay. Passwords reach the server through the client's input: no
 * command line shows them.
 */
export const MYSQL_USERS_SCRIPT = String.raw`set -eu

fail() {
  echo "users: $*" >&2
  exit 1
}

sql() {
  mysql --host="$DATABASE_HOST" --port="$DATABASE_PORT" --user="$ADMINISTRATOR" --ssl-mode=REQUIRED --connect-timeout=20 --batch --skip-column-names
}

LIST=dailyge_access.users
# It begins and ends a name; here it would begin and end a command.
TICK='${"`"}'

say() { printf '%s\n' "$*"; }

# In the list before it exists, so that a kill in between leaves no user that nobody knows.
wanted() {
  number=0
  for user in $USERS; do
    number=$((number + 1))
    eval "password=\$PASSWORD_$number"
    case $password in "" | *[!A-Za-z0-9]*) fail "the password of $user is not made of letters and digits alone" ;; esac
    say "INSERT INTO $LIST (name) VALUES ('$user') ON DUPLICATE KEY UPDATE name = name;"
    say "CREATE USER IF NOT EXISTS '$user'@'%' IDENTIFIED BY '$password' REQUIRE SSL;"
    say "ALTER USER '$user'@'%' IDENTIFIED BY '$password' REQUIRE SSL;"
    say "GRANT ALL PRIVILEGES ON $TICK$SCHEMA_PATTERN$TICK.* TO '$user'@'%';"
  done
}

gone() {
  for known in $1; do
    case " $USERS " in *" $known "*) continue ;; esac
    case $known in *[!a-z0-9-]*) fail "the list of users holds $known, which is no service's name" ;; esac
    say "DROP USER IF EXISTS '$known'@'%';"
    say "DELETE FROM $LIST WHERE name = '$known';"
  done
}

errors() { while read -r line; do case $line in ERROR*) say "$line" ;; esac; done; }

# An instance that was there before has no schema of this name.
known=$(say "CREATE DATABASE IF NOT EXISTS $TICK$SCHEMA$TICK CHARACTER SET utf8mb4;
CREATE DATABASE IF NOT EXISTS dailyge_access;
CREATE TABLE IF NOT EXISTS $LIST (name VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY) ENGINE=InnoDB;
SELECT name FROM $LIST ORDER BY name;" | sql)
new=$(wanted)
old=$(gone "$known")
# A slow statement would be written to the slow query log, password and all; and some clients show the one that is refused.
said=$(say "SET SESSION long_query_time = 31536000;
$new
$old" | sql 2>&1) || fail "the server refused: $(say "$said" | errors)"
say "users: $USERS"
`;
