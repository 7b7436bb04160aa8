-- Sessions are in Redis from here on. The table `sessions` stays until no release reads it any more.
-- `must_sign_out`: sessions of theirs are still to be ended; written with the change that asks for it, so that it is never forgotten.
ALTER TABLE users
  ADD COLUMN disabled_at DATETIME(3) NULL,
  ADD COLUMN must_sign_out TINYINT NOT NULL DEFAULT 0,
  ADD KEY users_to_sign_out (must_sign_out);
