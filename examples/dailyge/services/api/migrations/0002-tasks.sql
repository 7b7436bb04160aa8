-- A client that does not know whether its request arrived sends it again with the same idempotency key.
CREATE TABLE tasks (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  user_id BIGINT UNSIGNED NOT NULL,
  title VARCHAR(200) NOT NULL,
  planned_day DATE NOT NULL,
  planned_time TIME NULL,
  completed_at DATETIME(3) NULL,
  created_at DATETIME(3) NOT NULL,
  idempotency_key VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
  UNIQUE KEY tasks_by_idempotency_key (user_id, idempotency_key),
  KEY tasks_by_day (user_id, planned_day, planned_time),
  CONSTRAINT tasks_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
