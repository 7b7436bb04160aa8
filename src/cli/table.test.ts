import { expect, test } from "vitest";
import { foldedTable } from "./table.ts";

test("an address stays whole where the terminal ends", () => {
  const rows = [
    ["edge", "ready", "", "http://127.0.0.1:80"],
    ["mysql", "ready", "api, admin-api", "mysql://127.0.0.1:3306"],
    ["nightly", "ready", "nobody of this terminal", ""],
  ];
  expect(foldedTable(["NAME", "STATE", "REACHED BY", "ADDRESS"], rows, 60)).toBe(`NAME     STATE  REACHED BY               ADDRESS
edge     ready                           http://127.0.0.1:80
mysql    ready  api, admin-api
         mysql://127.0.0.1:3306
nightly  ready  nobody of this terminal
`);
});
