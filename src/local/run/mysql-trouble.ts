import type { LogWords } from "./database-trouble.ts";

/** What MariaDB and MySQL write. */
export const MYSQL_WORDS: LogWords = {
  troubles: [
    ["disk-full", /No space left|(?:Errcode|errno|error|Error number):? "?28\b|Out of disk space|disk is full/i],
    ["port-taken", /Bind on TCP\/IP port|Do you already have another .*server running on port/i],
    ["state-busy", /Unable to lock|Can't lock aria control file|Another process with PID/i],
    ["part-missing", /unknown (?:default )?time zone|incorrect time zone/i],
    ["permission", /Permission denied|(?:Errcode|errno|OS error):? "?13\b/i],
    [
      "state-corrupt",
      new RegExp(
        [
          "corrupt", "checksum mismatch", "Invalid flags", "wrong magic", "different size \\d+ pages", "ib_logfile0 was not found", "find a valid checkpoint",
          "existing redo log file", "find a valid tablespace", "Cannot open datafile", "aria control file", "Can't open and lock privilege tables",
          "Failed to initialize DD", "doesn't exist in engine",
        ].join("|"),
        "i",
      ),
    ],
  ],
  start: /Starting MariaDB|starting as process/,
  ready: /ready for connections/,
  recovering: /crash recovery|Starting a batch to recover|log scan|apply batch/i,
  programs: "mariadbd|mysqld",
};
