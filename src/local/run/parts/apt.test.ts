import { expect, test } from "vitest";
import { parseUris } from "./apt.ts";

test("packages are read from what apt prints, with or without a hash, with an epoch", () => {
  const printed = `Reading package lists...
After this operation, 5135 kB of additional disk space will be used.
'http://deb.example/pool/liblua5.3-0_5.3.6-2_amd64.deb' liblua5.3-0_5.3.6-2_amd64.deb 122984 MD5Sum:60b9f1cb35adfb88813ab1856a47fd23
'http://deb.example/pool/mariadb-common_10.11.19-0%2bdeb12u1_all.deb' mariadb-common_1%3a10.11.19-0+deb12u1_all.deb 27624 
`;
  expect(parseUris(printed)).toEqual([
    { name: "liblua5.3-0", version: "5.3.6-2", bytes: 122_984 },
    { name: "mariadb-common", version: "1:10.11.19-0+deb12u1", bytes: 27_624 },
  ]);
});
