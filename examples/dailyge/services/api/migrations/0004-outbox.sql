-- What happened, written in the transaction in which it happened, and told to the topic afterwards.
-- `attempts` puts an event that the topic refuses behind those it has not seen yet.
CREATE TABLE outbox (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  event_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  type VARCHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  person_id BIGINT UNSIGNED NOT NULL,
  details VARCHAR(2000) NOT NULL,
  happened_at DATETIME(3) NOT NULL,
  attempts INT UNSIGNED NOT NULL DEFAULT 0,
  published_at DATETIME(3) NULL,
  UNIQUE KEY outbox_by_event (event_id),
  KEY outbox_to_publish (published_at, attempts, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
