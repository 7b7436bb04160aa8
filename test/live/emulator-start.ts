import { startEmulator, type Emulator } from "./emulator.ts";

// Starts an emulator in a process that the test can kill.
const { pid } = await startEmulator(JSON.parse(process.argv[2] ?? "") as Emulator);
process.stdout.write(`${pid}\n`);
