import { expect, test } from "vitest";
import { contains, networkOf, networkText, parseNetwork } from "./address.ts";

const canonical = (text: string) => {
  const network = parseNetwork(text);
  return network && networkText(networkOf(network));
};

test.each([
  ["0.0.0.0", "0.0.0.0/32"],
  ["255.255.255.255/32", "255.255.255.255/32"],
  ["10.1.2.3/8", "10.0.0.0/8"],
  ["10.1.2.3/0", "0.0.0.0/0"],
  ["::", "::/128"],
  ["::1", "::1/128"],
  ["1::", "1::/128"],
  ["2001:DB8::0:1", "2001:db8::1/128"],
  ["2001:db8:1:2:3:4:5:6/64", "2001:db8:1:2::/64"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3/128"],
  ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7/128"],
])("%s is in %s", (text, network) => {
  expect(canonical(text)).toBe(network);
});

test.each([
  "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.-4", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/08", "1.2.3.4/8/8", " 1.2.3.4", "localhost",
  ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "12345::", "g::", "::1/129", "::ffff:1.2.3.4", "fe80::1%eth0",
])("%j is no network", (text) => {
  expect(parseNetwork(text)).toBeUndefined();
});

test.each([
  ["10.0.0.0/8", "10.1.2.0/24", true],
  ["10.1.2.0/24", "10.0.0.0/8", false],
  ["10.0.0.0/8", "11.0.0.0/24", false],
  ["::/0", "10.0.0.0/8", false],
  ["fc00::/7", "fd12::1", true],
])("%s contains %s: %s", (outer, inner, expected) => {
  const [first, second] = [parseNetwork(outer), parseNetwork(inner)];
  expect(first && second && contains(first, second)).toBe(expected);
});
