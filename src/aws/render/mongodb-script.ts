/**
 * MongoDB's part of the program on its instance: the Community server from MongoDB's own repository. Of its line the
 * newest release at the time when the instance is made; a restart of the instance changes nothing.
 */
export const MONGODB_SCRIPT = String.raw`install_server() {
  rpm -q mongodb-org-server mongodb-mongosh-shared-openssl3 > /dev/null || dnf install -y mongodb-org-server mongodb-mongosh-shared-openssl3
}

# The name is this machine's, here too, where the first user may be made from alone.
prepare_server() {
  grep -qF "127.0.0.1 $NAME" /etc/hosts || echo "127.0.0.1 $NAME" >> /etc/hosts
  once "$KEPT/members.key"
  chown "$OWNER" "$KEPT/members.key"
  chmod 400 "$KEPT/members.key"
}

# They are kept in the server itself.
refresh_users() { :; }

apply_users() {
  export NAME
  printf '%s\n' "$1" | mongosh --quiet --norc --nodb --file /etc/platform/users.js
}
`;

/** Makes the replica set, its administrator and the users of services, in the shell; as often as one likes. */
export const MONGODB_USERS = String.raw`const { readFileSync } = require("node:fs");
const password = readFileSync("/data/platform/administrator", "utf8").trim();
const address = "@" + process.env.NAME + ":27017/admin?tls=true&directConnection=true&serverSelectionTimeoutMS=20000";

function administration() {
  try {
    return connect("mongodb://platform:" + password + address);
  } catch (error) {
    if (error.codeName !== "AuthenticationFailed") throw error;
  }
  // Without a user there is nobody to sign in: until the first one is made, this machine may do just that.
  const first = connect("mongodb://" + address.slice(1));
  try {
    first.adminCommand({ replSetInitiate: { _id: "main", members: [{ _id: 0, host: process.env.NAME + ":27017" }] } });
  } catch (error) {
    if (error.codeName !== "AlreadyInitialized") throw error;
  }
  for (let tries = 0; !first.hello().isWritablePrimary; tries += 1) {
    if (tries > 100) throw new Error("the replica set has no primary");
    sleep(200);
  }
  first.createUser({ user: "platform", pwd: password, roles: ["root"] });
  return connect("mongodb://platform:" + password + address);
}

const admin = administration();
const wanted = readFileSync(0, "utf8").split("\n").filter((line) => line !== "").map((line) => line.split(" "));
for (const [service, secret, grant] of wanted) {
  const [role, database] = grant.split("@");
  const there = admin.getSiblingDB(database);
  const user = { pwd: secret, roles: [{ role, db: database }], customData: { madeFor: "service" } };
  if (there.getUser(service) === null) there.createUser({ user: service, ...user });
  else there.updateUser(service, user);
}
const names = wanted.map(([service, , grant]) => grant.split("@")[1] + "." + service);
for (const { user, db } of admin.system.users.find({ "customData.madeFor": "service" }).toArray()) {
  if (!names.includes(db + "." + user)) admin.getSiblingDB(db).dropUser(user);
}
`;
