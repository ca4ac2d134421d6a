#include "chimed/removal.h"

#include "util/attr.h"

void removal_channel(struct db *db, int64_t channel)
{
	static const char *const steps[] = {
		"DELETE FROM channels WHERE id = ?1",
		"DELETE FROM members WHERE channel = ?1",
		"DELETE FROM moderators WHERE channel = ?1",
		"DELETE FROM bans WHERE channel = ?1",
		"INSERT INTO doomed VALUES (?1)",
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		db_run(db, steps[i], "i", channel);
}

void removal_user(struct db *db, int64_t user, int64_t now_ms)
{
	static const char *const steps[] = {
		"DELETE FROM members WHERE user = ?1",
		"DELETE FROM moderators WHERE user = ?1",
		"DELETE FROM bans WHERE user = ?1",
		"DELETE FROM admins WHERE user = ?1 AND app_instance ="
		" (SELECT app_instance FROM users WHERE id = ?1)",
	};
	static const char mark[] =
		"UPDATE users SET deleted_ms = ?2 WHERE id = ?1";

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		db_run(db, steps[i], "i", user);
	db_run(db, mark, "ii", user, now_ms);
}
