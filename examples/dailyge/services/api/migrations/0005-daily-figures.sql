-- Written by the nightly service, shown by the admin API. Days are those of the platform's time zone.
CREATE TABLE daily_figures (
  day DATE NOT NULL PRIMARY KEY,
  people INT UNSIGNED NOT NULL,
  planned INT UNSIGNED NOT NULL,
  completed INT UNSIGNED NOT NULL,
  written_at DATETIME NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
