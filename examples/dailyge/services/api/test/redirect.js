import { Socket } from "node:net";

/**
 * Loaded into the service before anything else: connections to one port of this machine go to another, REDIRECT=FROM:TO, while
 * the service goes on calling the server by its own address, as signed requests must.
 */
const [from, to] = process.env["REDIRECT"].split(":").map(Number);
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...given) {
  const [options] = Array.isArray(given[0]) ? given[0] : given;
  if (Number(options?.port) === from) options.port = to;
  return connect.apply(this, given);
};
