/** The definition was read and is wrong: its findings have been printed, and the exit code is 1. */
export class Told extends Error {}
